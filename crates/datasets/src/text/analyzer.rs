//! Running text to stems.

use std::collections::HashSet;

use rust_stemmers::{Algorithm, Stemmer};

/// Tokenises, drops stop words and numbers, stems.
pub struct Analyzer {
    stop_words: HashSet<&'static str>,
    stemmer: Stemmer,
}

impl std::fmt::Debug for Analyzer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Analyzer").field("stop_words", &self.stop_words.len()).finish_non_exhaustive()
    }
}

impl Analyzer {
    /// English: the stop words of the `stop-words` crate, Snowball's English (Porter 2) stemmer.
    #[must_use]
    pub fn english() -> Self {
        Self {
            stop_words: stop_words::get(stop_words::Language::English).iter().copied().collect(),
            stemmer: Stemmer::create(Algorithm::English),
        }
    }

    /// The stems of a text, in order: [`words`] in lower case without stop words and without any that hold a digit.
    pub fn tokens<'a>(&'a self, text: &'a str) -> impl Iterator<Item = String> + 'a {
        words(text).filter_map(|word| {
            let word = word.to_lowercase();
            let kept = !self.stop_words.contains(word.as_str()) && !word.contains(|c: char| c.is_numeric());
            kept.then(|| self.stemmer.stem(&word).into_owned()).filter(|stem| stem.chars().count() > 1)
        })
    }
}

/// Runs of two or more letters, digits or underscores: scikit-learn's token pattern `\b\w\w+\b`. Case is kept.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| {
        let mut chars = word.chars();
        chars.next().is_some() && chars.next().is_some()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_follow_the_pattern() {
        // re.findall(r"(?u)\b\w\w+\b", "a bc, d_e f9-g10 caf\u00e9")
        assert_eq!(
            words("a bc, d_e f9-g10 caf\u{e9}").collect::<Vec<_>>(),
            ["bc", "d_e", "f9", "g10", "caf\u{e9}"]
        );
    }

    #[test]
    fn stems() {
        let analyzer = Analyzer::english();
        let tokens: Vec<_> =
            analyzer.tokens("The companies were buying 300 shares; it was NOT profitable").collect();
        // snowballstemmer.stemmer("english").stemWords(["companies", "buying", "shares", "profitable"])
        assert_eq!(tokens, ["compani", "buy", "share", "profit"]);
    }
}
