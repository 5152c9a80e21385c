//! What a loader answers: features, labels and what is known about them.

use rand::Rng;
use serde::{Deserialize, Serialize};

use crate::{Error, Features, Result, Subset, digest};

/// Height, width and channels of the images whose pixels are the features, row-major.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageShape {
    /// Rows of pixels.
    pub height: usize,
    /// Columns of pixels.
    pub width: usize,
    /// Values a pixel.
    pub channels: usize,
}

/// Which of a data set's published parts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Split {
    /// The training part.
    Train,
    /// The test part.
    Test,
    /// Everything: the training part, then the test part. What most clustering papers use.
    #[default]
    All,
}

/// A data set in memory. Rows are samples; where there is a published split, training rows come first.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// Slug, as in [`crate::names`].
    pub name: String,
    /// n × d, f32.
    pub features: Features,
    /// One class a row, `0..class_names.len()`. Empty for a user's own data without labels.
    pub labels: Vec<usize>,
    /// What the classes are called, in label order.
    pub class_names: Vec<String>,
    /// Shape of a row, where rows are images.
    pub image: Option<ImageShape>,
    /// How many of the rows, from the first, are of the published training part; `None` where nobody published a split.
    pub n_train: Option<usize>,
    /// Who or what each row came from (the subject of UCI HAR), where known.
    pub groups: Option<Vec<usize>>,
}

impl Dataset {
    /// Number of samples.
    #[must_use]
    pub fn len(&self) -> usize {
        self.features.rows()
    }

    /// Whether there is no sample.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number of features.
    #[must_use]
    pub fn n_features(&self) -> usize {
        self.features.cols()
    }

    /// Number of classes the data set has, whether or not all occur among these rows.
    #[must_use]
    pub fn n_classes(&self) -> usize {
        self.class_names.len()
    }

    /// Samples a class.
    #[must_use]
    pub fn class_counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.n_classes()];
        self.labels.iter().for_each(|&label| counts[label] += 1);
        counts
    }

    /// The rows of one published part.
    ///
    /// # Errors
    /// If a part is asked for and nobody published a split of this data set.
    pub fn split(&self, split: Split) -> Result<Self> {
        let range = split_range(&self.name, self.len(), self.n_train, split)?;
        self.select(&range.collect::<Vec<_>>())
    }

    /// The rows given, in that order; training rows must stay before test rows for the split to be kept.
    ///
    /// # Errors
    /// If a row does not exist.
    pub fn select(&self, rows: &[usize]) -> Result<Self> {
        let features = self.features.select(rows)?;
        let pick = |from: &[usize]| rows.iter().filter_map(|&row| from.get(row).copied()).collect::<Vec<_>>();
        Ok(Self {
            name: self.name.clone(),
            features,
            labels: pick(&self.labels),
            class_names: self.class_names.clone(),
            image: self.image,
            n_train: kept_split(self.n_train, rows),
            groups: self.groups.as_deref().map(pick),
        })
    }

    /// A random subset, rows in their published order.
    ///
    /// # Errors
    /// If the subset is larger than what there is.
    pub fn subset(&self, subset: Subset, rng: &mut impl Rng) -> Result<Self> {
        if self.labels.is_empty() {
            return match subset {
                Subset::Balanced { .. } => Err(Error::argument("subset", "labels to balance by", "none")),
                _ => self.select(&subset.rows(&vec![0; self.len()], 1, rng)?),
            };
        }
        self.select(&subset.rows(&self.labels, self.n_classes(), rng)?)
    }

    /// SHA-256 over features and labels as they stand (after scaling and selection), hexadecimal.
    ///
    /// Dense: the f32 values little-endian, row-major; sparse: row pointers as u64, column indices as u32, values as
    /// f32. Then the labels as u32.
    #[must_use]
    pub fn digest(&self) -> String {
        digest::of_features(&self.features, &self.labels)
    }
}

/// The rows of a part.
pub(crate) fn split_range(
    name: &str,
    len: usize,
    n_train: Option<usize>,
    split: Split,
) -> Result<std::ops::Range<usize>> {
    match (split, n_train) {
        (Split::All, _) => Ok(0..len),
        (Split::Train, Some(n)) => Ok(0..n),
        (Split::Test, Some(n)) => Ok(n..len),
        (_, None) => {
            let expected = format!("\"all\": {name} has no published train/test split");
            Err(Error::argument("split", expected, format!("{split:?}").to_lowercase()))
        }
    }
}

/// How many of the picked rows are training rows, if these still come first.
pub(crate) fn kept_split(n_train: Option<usize>, rows: &[usize]) -> Option<usize> {
    let n = n_train?;
    let kept = rows.iter().take_while(|&&row| row < n).count();
    rows[kept..].iter().all(|&row| row >= n).then_some(kept)
}

#[cfg(test)]
pub(crate) mod tests {
    use ndarray::Array2;

    use super::*;

    pub(crate) fn toy() -> Dataset {
        Dataset {
            name: "toy".into(),
            features: Features::Dense(Array2::from_shape_fn((6, 2), |(i, j)| (2 * i + j) as f32)),
            labels: vec![0, 1, 0, 1, 0, 1],
            class_names: vec!["even".into(), "odd".into()],
            image: None,
            n_train: Some(4),
            groups: Some(vec![1, 1, 2, 2, 3, 3]),
        }
    }

    #[test]
    fn splits_and_selections() {
        let data = toy();
        let test = data.split(Split::Test).unwrap();
        assert_eq!((test.len(), test.n_train, test.labels.clone()), (2, Some(0), vec![0, 1]));
        assert_eq!(test.groups, Some(vec![3, 3]));
        assert_eq!(data.split(Split::All).unwrap(), data);
        assert_eq!(data.select(&[0, 5]).unwrap().n_train, Some(1));
        assert_eq!(data.select(&[5, 0]).unwrap().n_train, None);
        let unsplit = Dataset { n_train: None, ..data };
        assert!(unsplit.split(Split::Train).unwrap_err().to_string().contains("no published"));
    }

    #[test]
    fn digests_follow_content() {
        let data = toy();
        assert_eq!(data.digest(), toy().digest());
        let mut other = toy();
        other.labels.swap(0, 1);
        assert_ne!(data.digest(), other.digest());
    }
}
