//! Random subsets: plain or class-balanced.

use rand::Rng;
use rand::seq::index;
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// Which rows to keep. Kept rows stay in their published order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Subset {
    /// The first `n` rows, as DEC's Reuters-10k takes them.
    First {
        /// Rows kept.
        n: usize,
    },
    /// `n` rows drawn without replacement, each row equally likely.
    Random {
        /// Rows kept.
        n: usize,
    },
    /// `per_class` rows of each class, drawn without replacement.
    Balanced {
        /// Rows kept of each class.
        per_class: usize,
    },
}

impl Subset {
    /// The rows, ascending.
    ///
    /// # Errors
    /// If the subset is empty, or larger than the data (or than the smallest class), or a label is not below `classes`.
    pub fn rows(self, labels: &[usize], classes: usize, rng: &mut impl Rng) -> Result<Vec<usize>> {
        let mut rows = match self {
            Self::First { n } => (0..size(n, labels.len(), "subset size")?).collect(),
            Self::Random { n } => {
                index::sample(rng, labels.len(), size(n, labels.len(), "subset size")?).into_vec()
            }
            Self::Balanced { per_class } => balanced(per_class, labels, classes, rng)?,
        };
        rows.sort_unstable();
        Ok(rows)
    }
}

fn balanced(per_class: usize, labels: &[usize], classes: usize, rng: &mut impl Rng) -> Result<Vec<usize>> {
    let mut members = vec![Vec::new(); classes];
    for (row, &label) in labels.iter().enumerate() {
        let class = members
            .get_mut(label)
            .ok_or_else(|| Error::argument("label", format!("below {classes}"), label))?;
        class.push(row);
    }
    let mut rows = Vec::new();
    for class in &members {
        let n = size(per_class, class.len(), "subset size a class")?;
        rows.extend(index::sample(rng, class.len(), n).iter().map(|i| class[i]));
    }
    Ok(rows)
}

fn size(n: usize, available: usize, what: &'static str) -> Result<usize> {
    if (1..=available).contains(&n) {
        Ok(n)
    } else {
        Err(Error::argument(what, format!("1 to {available}"), n))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    fn rng() -> ChaCha8Rng {
        ChaCha8Rng::seed_from_u64(7)
    }

    #[test]
    fn sizes_are_checked() {
        let labels = [0, 0, 1];
        assert!(Subset::Random { n: 4 }.rows(&labels, 2, &mut rng()).is_err());
        assert!(Subset::Random { n: 0 }.rows(&labels, 2, &mut rng()).is_err());
        let error = Subset::Balanced { per_class: 2 }.rows(&labels, 2, &mut rng()).unwrap_err();
        assert!(error.to_string().contains("1 to 1, found 2"), "{error}");
        assert!(Subset::Balanced { per_class: 1 }.rows(&labels, 1, &mut rng()).is_err());
        assert_eq!(Subset::First { n: 2 }.rows(&labels, 2, &mut rng()).unwrap(), [0, 1]);
    }

    #[test]
    fn the_draw_of_a_seed_is_fixed() {
        // A changed generator or sampling algorithm would silently change every published subset.
        let rows = Subset::Random { n: 5 }.rows(&[0; 1000], 1, &mut rng()).unwrap();
        assert_eq!(rows, [139, 157, 167, 181, 270]);
    }

    proptest! {
        #[test]
        fn balanced_is_balanced(labels in proptest::collection::vec(0usize..3, 60..120), per_class in 1usize..4) {
            if let Ok(rows) = (Subset::Balanced { per_class }).rows(&labels, 3, &mut rng()) {
                let mut counts = [0; 3];
                rows.iter().for_each(|&r| counts[labels[r]] += 1);
                prop_assert_eq!(counts, [per_class; 3]);
                prop_assert!(rows.windows(2).all(|w| w[0] < w[1]));
            }
        }
    }
}
