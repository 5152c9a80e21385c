//! Term counts over a vocabulary.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::columns;
use crate::Csr;

/// What makes a term frequent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RankBy {
    /// Its occurrences in all documents together, as scikit-learn's `max_features` ranks.
    #[default]
    Count,
    /// The number of documents that hold it.
    DocumentFrequency,
}

/// Counts terms, with the names and meaning of scikit-learn's `CountVectorizer`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CountVectorizer {
    /// How many of the most frequent terms are kept; of equally frequent ones the alphabetically earlier
    /// (scikit-learn's choice among these is left to its sort). `None`: all.
    pub max_features: Option<usize>,
    /// What the most frequent terms are.
    pub rank_by: RankBy,
    /// Terms in fewer documents are dropped.
    pub min_df: u64,
}

impl Default for CountVectorizer {
    fn default() -> Self {
        Self { max_features: None, rank_by: RankBy::Count, min_df: 1 }
    }
}

/// Counts of a corpus.
#[derive(Debug, Clone, PartialEq)]
pub struct Counted {
    /// The vocabulary, sorted by code point; a term's position is its column.
    pub terms: Vec<String>,
    /// Documents × terms.
    pub matrix: Csr,
}

impl CountVectorizer {
    /// A builder that takes the documents one by one, so that a corpus never lies in memory as text.
    #[must_use]
    pub fn builder(self) -> CountBuilder {
        CountBuilder {
            settings: self,
            vocabulary: HashMap::new(),
            indptr: vec![0],
            indices: Vec::new(),
            counts: Vec::new(),
            row: Vec::new(),
        }
    }
}

/// Documents counted so far.
#[derive(Debug)]
pub struct CountBuilder {
    settings: CountVectorizer,
    vocabulary: HashMap<Box<str>, u32>,
    indptr: Vec<usize>,
    indices: Vec<u32>,
    counts: Vec<f32>,
    row: Vec<u32>,
}

impl CountBuilder {
    /// Counts one document's tokens; a document without any is a row of zeros.
    pub fn push<T: AsRef<str>>(&mut self, tokens: impl IntoIterator<Item = T>) {
        self.row.clear();
        for token in tokens {
            let token = token.as_ref();
            let id = match self.vocabulary.get(token) {
                Some(&id) => id,
                None => {
                    let id = self.vocabulary.len() as u32;
                    self.vocabulary.insert(token.into(), id);
                    id
                }
            };
            self.row.push(id);
        }
        self.row.sort_unstable();
        for same in self.row.chunk_by(|a, b| a == b) {
            self.indices.push(same[0]);
            self.counts.push(same.len() as f32);
        }
        self.indptr.push(self.indices.len());
    }

    /// Number of documents so far.
    #[must_use]
    pub fn documents(&self) -> usize {
        self.indptr.len() - 1
    }

    /// Chooses the vocabulary and renumbers the columns; the matrix is changed in place.
    #[must_use]
    pub fn finish(self) -> Counted {
        let mut terms: Vec<(Box<str>, u32)> = self.vocabulary.into_iter().collect();
        terms.sort_unstable();
        let size = terms.len();
        let (mut documents, mut occurrences) = (vec![0u64; size], vec![0u64; size]);
        for (&id, &count) in self.indices.iter().zip(&self.counts) {
            documents[id as usize] += 1;
            occurrences[id as usize] += count as u64;
        }
        let weigh = |(_, id): &(Box<str>, u32)| {
            let id = *id as usize;
            match self.settings.rank_by {
                _ if documents[id] < self.settings.min_df => 0,
                RankBy::Count => occurrences[id],
                RankBy::DocumentFrequency => documents[id],
            }
        };
        let weights: Vec<u64> = terms.iter().map(weigh).collect();
        let kept = columns::top(&weights, self.settings.max_features.unwrap_or(size));
        let mut renumbered = vec![u32::MAX; size];
        let mut names = Vec::with_capacity(kept.len());
        for (new, &alphabetical) in kept.iter().enumerate() {
            let (term, id) = &terms[alphabetical as usize];
            renumbered[*id as usize] = new as u32;
            names.push(term.to_string());
        }
        let rows = self.indptr.len() - 1;
        let matrix =
            columns::renumber(rows, self.indptr, self.indices, self.counts, &renumbered, names.len());
        Counted { terms: names, matrix }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::Features;

    const DOCUMENTS: [&str; 3] = ["b a b c", "c d", "b e a"];

    fn counted(settings: CountVectorizer) -> Counted {
        let mut builder = settings.builder();
        DOCUMENTS.iter().for_each(|text| builder.push(text.split(' ')));
        assert_eq!(builder.documents(), 3);
        builder.finish()
    }

    #[test]
    fn equals_scikit_learn() {
        // sklearn 1.9: CountVectorizer(token_pattern=r"\S+").fit_transform(docs).toarray()
        let all = counted(CountVectorizer::default());
        assert_eq!(all.terms, ["a", "b", "c", "d", "e"]);
        let expected =
            array![[1.0, 2.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0, 0.0], [1.0, 1.0, 0.0, 0.0, 1.0]];
        assert_eq!(Features::Sparse(all.matrix).to_dense(), expected);
    }

    #[test]
    fn the_vocabulary_is_limited() {
        // b occurs three times, a and c twice: a comes before c.
        let top = counted(CountVectorizer { max_features: Some(2), ..CountVectorizer::default() });
        assert_eq!(top.terms, ["a", "b"]);
        let documents = CountVectorizer { min_df: 2, rank_by: RankBy::DocumentFrequency, max_features: None };
        assert_eq!(counted(documents).terms, ["a", "b", "c"]);
        assert_eq!(CountVectorizer::default().builder().finish().matrix.shape(), (0, 0));
    }
}
