use serde::{Deserialize, Serialize};

/// The temperature of the soft nearest neighbour loss by epoch.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Temperature {
    /// The same in every epoch; above 0.
    Fixed(f64),
    /// 1 / (η + e)^γ for the epoch e, counted from 0 (Agarap and Azcarraga 2020, eq. 3, after Neelakantan et al. 2015).
    Annealed {
        /// η, above 0.
        eta: f64,
        /// γ, at least 0.
        gamma: f64,
    },
}

impl Temperature {
    /// The paper's annealing: η = 1, γ = 0.55. It falls from 1 in the first epoch to 0.116 in the fiftieth.
    pub const PAPER: Self = Self::Annealed { eta: 1.0, gamma: 0.55 };

    /// The temperature of an epoch, counted from 0.
    pub fn at(self, epoch: usize) -> f64 {
        match self {
            Self::Fixed(temperature) => temperature,
            Self::Annealed { eta, gamma } => (eta + epoch as f64).powf(-gamma),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn falls_as_in_the_paper() {
        // python: [1 / (1 + e) ** 0.55 for e in (0, 9, 49)]
        let expected = [1.0, 0.281_838_293_126_445, 0.116_296_460_634_556];
        for (epoch, value) in [0, 9, 49].into_iter().zip(expected) {
            assert_relative_eq!(Temperature::PAPER.at(epoch), value, max_relative = 1e-9);
        }
        assert_eq!(Temperature::Fixed(100.0).at(7), 100.0);
    }
}
