use crate::checks::check_samples;
use crate::{Error, Result};
use ndarray::ArrayView2;

/// Samples whose classes are known: what a semi-supervised method is fitted on.
///
/// It is a type of its own so that no method gets labels by accident, and so that every use of labels shows in the types
/// and, as `supervision`, in the records.
#[derive(Clone, Copy, Debug)]
pub struct LabelledSubset<'a> {
    x: ArrayView2<'a, f32>,
    labels: &'a [usize],
}

impl<'a> LabelledSubset<'a> {
    /// Samples of shape (n, d) with n labels.
    ///
    /// # Errors
    /// [`Error::Samples`] when the numbers differ.
    pub fn new(x: ArrayView2<'a, f32>, labels: &'a [usize]) -> Result<Self> {
        if labels.len() != x.nrows() {
            return Err(Error::Samples {
                expected: format!("{} labels for {} rows", x.nrows(), x.nrows()),
                found: labels.len().to_string(),
            });
        }
        Ok(Self { x, labels })
    }

    /// The samples, shape (n, d).
    pub fn x(&self) -> ArrayView2<'a, f32> {
        self.x
    }

    /// The class of every sample, length n.
    pub fn labels(&self) -> &'a [usize] {
        self.labels
    }

    pub(crate) fn check(&self, k: usize) -> Result<()> {
        check_samples(self.x, k)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn a_label_for_every_row() {
        let x = array![[1.0f32], [2.0]];
        assert_eq!(LabelledSubset::new(x.view(), &[0, 1]).unwrap().labels(), [0, 1]);
        let error = LabelledSubset::new(x.view(), &[0]).unwrap_err().to_string();
        assert_eq!(error, "samples: expected 2 labels for 2 rows, found 1");
    }
}
