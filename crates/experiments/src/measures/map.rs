//! t-SNE maps.

use deepclust_manifold::TsneSettings;
use serde::{Deserialize, Serialize};

/// A t-SNE map of a random subset of the scored samples, the same one for every method at a seed: figure data [`MapData`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Map {
    /// Size of the subset; all samples if there are fewer.
    pub samples: usize,
    /// Only samples of that many random classes, where not all are shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classes: Option<usize>,
    /// Whether the cluster of every point is kept too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub clusters: bool,
    /// The map's own settings.
    pub settings: TsneSettings,
}

impl Map {
    /// The place of a map of so many dimensions in the figure data.
    pub fn key(dimensions: usize) -> String {
        format!("map-{dimensions}d")
    }
}

/// What is drawn of a map.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MapData {
    /// Coordinate by coordinate, the position of every point, in hundredths.
    pub coordinates: Vec<Vec<f32>>,
    /// The cluster of every point, where it was asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clusters: Vec<usize>,
    /// The class of every point, as a position in `class_names`; empty where it is not known.
    pub classes: Vec<usize>,
    /// The names of the classes shown.
    pub class_names: Vec<String>,
}

#[cfg(feature = "run")]
impl super::Measure for Map {
    fn measure(&self, run: &super::Scored<'_>, into: &mut crate::Measured) -> crate::Result<()> {
        use rand::seq::index;
        let (n, all) = (run.clusters.len(), run.data.n_classes());
        // Drawn from the seed alone, so that maps of different methods show the same samples. Each kind of map has had its own streams
        // since its first record.
        let (mut rng, map_stream) = match self.clusters {
            true => (run.seed().stream("t-sne"), None),
            false => (run.seed().stream("map samples"), Some("map")),
        };
        let mut shown: Vec<usize> = (0..all).collect();
        if !self.clusters {
            shown = index::sample(&mut rng, all, self.classes.unwrap_or(all).min(all)).into_vec();
            shown.sort_unstable();
        }
        let position: Vec<Option<usize>> =
            (0..all).map(|class| shown.iter().position(|&c| c == class)).collect();
        let candidates: Vec<usize> = match run.truth() {
            Some(truth) => (0..n).filter(|&row| position[truth[row]].is_some()).collect(),
            None => (0..n).collect(),
        };
        let chosen = index::sample(&mut rng, candidates.len(), self.samples.min(candidates.len()));
        let mut rows: Vec<usize> = chosen.iter().map(|i| candidates[i]).collect();
        rows.sort_unstable();
        let features = run.features.select(ndarray::Axis(0), &rows);
        let mut rng = map_stream.map_or(rng, |name| run.seed().stream(name));
        let map = deepclust_manifold::tsne(features.view(), &self.settings, &mut rng)?;
        let class = |&row: &usize| run.truth().and_then(|truth| position[truth[row]]);
        let data = MapData {
            coordinates: map.columns().into_iter().map(super::run::rounded).collect(),
            clusters: rows.iter().filter(|_| self.clusters).map(|&row| run.clusters[row]).collect(),
            classes: rows.iter().filter_map(class).collect(),
            class_names: shown.iter().map(|&class| run.data.class_names[class].clone()).collect(),
        };
        into.figures.insert(&Self::key(data.coordinates.len()), &data)
    }
}
