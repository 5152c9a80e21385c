//! How good clusters are as training proceeds.

use deepclust_cluster::KMeansOptions;
use serde::{Deserialize, Serialize};

/// k-means on the embedding at every epoch that a method keeps: its scores are kept with `epoch_<n>_` before their names. Labels have no
/// part in what the method answers: these scores say what it would have been.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epochs(pub KMeansOptions);

impl Epochs {
    /// What a score after that many epochs is called.
    pub fn key(epoch: usize, metric: &str) -> String {
        format!("epoch_{epoch}_{metric}")
    }
}

#[cfg(feature = "run")]
impl super::Measure for Epochs {
    fn measure(&self, run: &super::Scored<'_>, into: &mut crate::Measured) -> crate::Result<()> {
        let Some(truth) = run.truth().filter(|_| run.spec.fit.is_none()) else { return Ok(()) };
        if run.snapshots.is_empty() {
            return Err(
                run.unsuitable("a method that keeps its embedding at some epochs", &run.spec.method.name)
            );
        }
        let k_means = deepclust_cluster::KMeans::new(self.0.for_k(run.k))?;
        for snapshot in run.snapshots {
            // An embedding may have grown beyond what single precision can square.
            let embedding = snapshot.embedding.mapv(f64::from);
            let mut rng = run.seed().stream(&format!("k-means of epoch {}", snapshot.step));
            let clusters = k_means.fit(embedding.view(), &mut rng)?;
            super::agreement::agreement(&Self::key(snapshot.step, ""), truth, clusters.labels(), into)?;
        }
        Ok(())
    }
}
