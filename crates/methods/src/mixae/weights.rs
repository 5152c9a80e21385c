use crate::names::series::{BATCH_ENTROPY, RECONSTRUCTION, SAMPLE_ENTROPY};
use crate::{Error, Result};
use deepclust_nets::TrainHistory;
use serde::{Deserialize, Serialize};

/// α and β of [`Mixae`](crate::Mixae), in units of the reconstruction loss per nat. No gradient passes through them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum EntropyWeights {
    /// The same throughout.
    Fixed {
        /// α, at least 0.
        alpha: f64,
        /// β, at least 0.
        beta: f64,
    },
    /// The paper's: set anew in every epoch, so that with the means of the epoch before the three terms are equal, α = R / H(p) and
    /// β = R / H(p̄). As samples become certain α would grow without end, and freeze the clusters: both are capped.
    Balanced {
        /// α of the first epoch, at least 0.
        first_alpha: f64,
        /// β of the first epoch, at least 0.
        first_beta: f64,
        /// The largest α of later epochs, at least 0.
        most_alpha: f64,
        /// The largest β of later epochs, at least 0.
        most_beta: f64,
    },
}

impl EntropyWeights {
    /// Checks every field's range.
    pub(super) fn validate(&self, method: &'static str) -> Result<()> {
        let all = match *self {
            Self::Fixed { alpha, beta } => vec![("alpha", alpha), ("beta", beta)],
            Self::Balanced { first_alpha, first_beta, most_alpha, most_beta } => vec![
                ("first_alpha", first_alpha),
                ("first_beta", first_beta),
                ("most_alpha", most_alpha),
                ("most_beta", most_beta),
            ],
        };
        match all.into_iter().find(|(_, value)| !(*value >= 0.0 && value.is_finite())) {
            None => Ok(()),
            Some((name, value)) => {
                let problem = format!("`{name}`: expected a number of at least 0, found {value}");
                Err(Error::Settings { method, problem })
            }
        }
    }

    /// (α, β) of the epoch after those in the history.
    pub(super) fn after(&self, history: &TrainHistory) -> (f64, f64) {
        let latest = |name: &str| history.parts.get(name).and_then(|values| values.last()).copied();
        match *self {
            Self::Fixed { alpha, beta } => (alpha, beta),
            Self::Balanced { first_alpha, first_beta, most_alpha, most_beta } => {
                let [r, sample, batch] = [RECONSTRUCTION, SAMPLE_ENTROPY, BATCH_ENTROPY].map(latest);
                let (Some(r), Some(sample), Some(batch)) = (r, sample, batch) else {
                    return (first_alpha, first_beta);
                };
                // 0 / 0 is no number, which `min` passes over.
                ((r / sample.max(0.0)).min(most_alpha), (r / batch.max(0.0)).min(most_beta))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BALANCED: EntropyWeights =
        EntropyWeights::Balanced { first_alpha: 5.0, first_beta: 7.0, most_alpha: 20.0, most_beta: 30.0 };

    fn after(parts: [f64; 3]) -> (f64, f64) {
        let mut history = TrainHistory::default();
        for (name, value) in [RECONSTRUCTION, SAMPLE_ENTROPY, BATCH_ENTROPY].into_iter().zip(parts) {
            history.parts.insert(name.to_owned(), vec![1e9, value]);
        }
        BALANCED.after(&history)
    }

    #[test]
    fn the_three_terms_become_equal_below_the_caps() {
        assert_eq!(BALANCED.after(&TrainHistory::default()), (5.0, 7.0));
        assert_eq!(after([12.0, 1.5, 2.0]), (8.0, 6.0));
        assert_eq!(after([12.0, 0.01, 2.0]), (20.0, 6.0));
        assert_eq!(after([12.0, 0.0, 0.0]), (20.0, 30.0));
        assert_eq!(after([0.0, 0.0, -1e-9]), (20.0, 30.0));
    }

    #[test]
    fn weights_out_of_range_are_named() {
        let wrong = EntropyWeights::Fixed { alpha: 1.0, beta: f64::NAN };
        let error = wrong.validate("mixae").unwrap_err().to_string();
        assert_eq!(error, "settings of method `mixae`: `beta`: expected a number of at least 0, found NaN");
        assert!(BALANCED.validate("mixae").is_ok());
    }
}
