//! How evenly samples are spread over clusters.

use serde::{Deserialize, Serialize};

/// The entropy of the clusters' shares, `entropy_clusters`, and of the classes', `entropy_classes`, in units of ln k: 1 where all
/// have the same size, 0 where one has all.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entropies {}

#[cfg(feature = "run")]
impl super::Measure for Entropies {
    fn measure(&self, run: &super::Scored<'_>, into: &mut crate::Measured) -> crate::Result<()> {
        into.metrics.insert("entropy_clusters", relative_entropy(run.clusters, run.k));
        if let Some(truth) = run.truth() {
            into.metrics.insert("entropy_classes", relative_entropy(truth, run.data.n_classes()));
        }
        Ok(())
    }
}

/// −Σ p ln p / ln k, with the share p of each of the k groups.
#[cfg(feature = "run")]
fn relative_entropy(groups: &[usize], k: usize) -> f64 {
    let mut counts = vec![0_usize; k];
    groups.iter().for_each(|&group| counts[group] += 1);
    let shares = counts.iter().filter(|&&n| n > 0).map(|&n| n as f64 / groups.len() as f64);
    let entropy: f64 = shares.map(|p| -p * p.ln()).sum();
    if k > 1 { entropy / (k as f64).ln() } else { 0.0 }
}

#[cfg(all(test, feature = "run"))]
mod tests {
    use super::relative_entropy;

    #[test]
    fn in_units_of_the_logarithm_of_k() {
        assert!((relative_entropy(&[0, 1, 2, 3], 4) - 1.0).abs() < 1e-12);
        assert_eq!(relative_entropy(&[1, 1, 1], 4), 0.0);
        // scipy 1.15: scipy.stats.entropy([1, 3]) / np.log(2) = 0.8112781244591328
        assert!((relative_entropy(&[0, 1, 1, 1], 2) - 0.811_278_124_459_132_8).abs() < 1e-12);
    }
}
