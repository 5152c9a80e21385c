//! Example images of every cluster.

use serde::{Deserialize, Serialize};

/// Random members of every cluster: figure data [`SamplesData`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Samples {
    /// Images of each cluster, or all if it has fewer.
    pub per_cluster: usize,
}

impl Samples {
    /// Its place in the figure data.
    pub const KEY: &'static str = "samples";
}

/// Images by cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SamplesData {
    /// Rows of pixels.
    pub height: usize,
    /// Columns of pixels.
    pub width: usize,
    /// By cluster, each image's pixels as Base64 of 8-bit grey values.
    pub clusters: Vec<Vec<String>>,
}

#[cfg(feature = "run")]
impl super::Measure for Samples {
    fn measure(&self, run: &super::Scored<'_>, into: &mut crate::Measured) -> crate::Result<()> {
        let images = images_of(run, run.clusters, run.k, self.per_cluster)?;
        into.figures.insert(Self::KEY, &images)
    }
}

/// Random members of each of k clusters.
#[cfg(feature = "run")]
pub(super) fn images_of(
    run: &super::Scored<'_>,
    clusters: &[usize],
    k: usize,
    per_cluster: usize,
) -> crate::Result<SamplesData> {
    let shape = run.image_shape()?;
    let mut rng = run.seed().stream("sample images");
    let low_high = |(l, h): (f32, f32), &v: &f32| (l.min(v), h.max(v));
    let (low, high) = run.x.iter().fold((f32::INFINITY, f32::NEG_INFINITY), low_high);
    let grey = |v: &f32| (v - low) / (high - low).max(f32::MIN_POSITIVE);
    let clusters = (0..k).map(|cluster| {
        let members: Vec<usize> = (0..clusters.len()).filter(|&i| clusters[i] == cluster).collect();
        let chosen = rand::seq::index::sample(&mut rng, members.len(), per_cluster.min(members.len()));
        chosen.iter().map(|i| super::run::encoded(run.x.row(members[i]).iter().map(grey))).collect()
    });
    Ok(SamplesData { height: shape.height, width: shape.width, clusters: clusters.collect() })
}
