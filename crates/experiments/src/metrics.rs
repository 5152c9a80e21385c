use super::Extras;
use crate::Result;
use deepclust_cluster::{KMeans, KMeansSettings};
use deepclust_methods::Seed;
use deepclust_metrics as metrics;
use deepclust_metrics::{Average, Distance};
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Measured numbers by name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Metrics(BTreeMap<String, f64>);

impl Metrics {
    /// One number, if it was measured.
    pub fn get(&self, name: &str) -> Option<f64> {
        self.0.get(name).copied()
    }

    /// All numbers by name, in order of names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, f64)> {
        self.0.iter().map(|(name, &value)| (name.as_str(), value))
    }

    /// The six main numbers in a line, as far as they were measured.
    pub fn summary(&self) -> String {
        let named = ["acc", "nmi", "ari", "sil", "chs", "dbi"].map(|name| self.get(name).map(|v| (name, v)));
        let shown = named
            .into_iter()
            .flatten()
            .map(|(name, v)| if name == "chs" { format!("{name} {v:.1}") } else { format!("{name} {v:.4}") });
        shown.collect::<Vec<_>>().join("  ")
    }
}

impl<K: Into<String>> FromIterator<(K, f64)> for Metrics {
    fn from_iter<I: IntoIterator<Item = (K, f64)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }
}

/// What is compared with the truth, and where.
pub(crate) struct Clustering<'a> {
    pub truth: &'a [usize],
    pub clusters: &'a [usize],
    /// The features in which the clusters were found, shape (n, d′).
    pub features: ArrayView2<'a, f32>,
    /// The clusters that the method improved on, if it started from some: scored with `start_` before the names.
    pub start: Option<&'a [usize]>,
}

/// All metrics of a clustering. Those of the geometry are left out where they are not defined: with one cluster only,
/// or one sample in each.
pub(crate) fn evaluate(
    clustering: &Clustering<'_>,
    extras: &Extras,
    k: usize,
    seed: Seed,
) -> Result<Metrics> {
    let Clustering { truth, clusters, features, start } = *clustering;
    let mut pairs = agreement("", truth, clusters)?;
    if let Some(start) = start {
        pairs.extend(agreement("start_", truth, start)?);
    }
    if let Some(settings) = &extras.recluster {
        let settings = KMeansSettings { n_clusters: k, ..settings.clone() };
        let again = KMeans::new(settings)?.fit(features, &mut seed.stream("recluster"))?;
        pairs.extend(agreement("recluster_", truth, again.labels())?);
    }
    let mut used = clusters.to_vec();
    used.sort_unstable();
    used.dedup();
    if used.len() >= 2 && used.len() < clusters.len() {
        pairs.push(("sil".to_owned(), metrics::silhouette_score(features, clusters, Distance::Euclidean)?));
        pairs.push(("chs".to_owned(), metrics::calinski_harabasz(features, clusters)?));
        pairs.push(("dbi".to_owned(), metrics::davies_bouldin(features, clusters)?));
        for &size in extras.silhouette_samples.iter().filter(|&&size| size < clusters.len()) {
            let mut rng = seed.stream(&format!("silhouette sample {size}"));
            let sampled =
                metrics::silhouette_sampled(features, clusters, Distance::Euclidean, size, &mut rng)?;
            pairs.push((format!("sil_sampled_{size}"), sampled));
        }
    }
    Ok(pairs.into_iter().collect())
}

/// The scores that compare clusters with the truth, by name after a prefix.
fn agreement(prefix: &str, truth: &[usize], clusters: &[usize]) -> Result<Vec<(String, f64)>> {
    let named = |name: &str, value| (format!("{prefix}{name}"), value);
    Ok(vec![
        named("acc", metrics::accuracy(truth, clusters)?),
        named("nmi", metrics::normalized_mutual_info(truth, clusters, Average::Arithmetic)?),
        named("ari", metrics::adjusted_rand_index(truth, clusters)?),
        named("purity", metrics::purity(truth, clusters)?),
    ])
}
