//! Codes and embedding as training proceeds.

use deepclust_manifold::TsneSettings;
use serde::{Deserialize, Serialize};

/// Embedding, and codes where a method has both, of some samples at some epochs: t-SNE maps of random ones, and the positions of a few
/// of each class. Figure data [`SpacesData`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spaces {
    /// The epochs, of those that the method keeps.
    pub epochs: Vec<usize>,
    /// Samples of the maps; all if there are fewer.
    pub samples: usize,
    /// Samples of each class whose positions are kept, or all if it has fewer.
    pub per_class: usize,
    /// The maps' settings.
    pub settings: TsneSettings,
}

impl Spaces {
    /// Its place in the figure data.
    pub const KEY: &'static str = "spaces";
}

/// Maps and positions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpacesData {
    /// How many epochs were done.
    pub epochs: Vec<usize>,
    /// At each of them, coordinate by coordinate, the map of the codes, in hundredths; empty for methods without such.
    pub code_maps: Vec<Vec<Vec<f32>>>,
    /// The same of the embedding.
    pub embedding_maps: Vec<Vec<Vec<f32>>>,
    /// The class of every sample of the maps.
    pub classes: Vec<usize>,
    /// At each epoch, sample by sample, the code of the few of each class, in their order.
    pub codes: Vec<Vec<Vec<f32>>>,
    /// The same of the embedding.
    pub embeddings: Vec<Vec<Vec<f32>>>,
    /// How many of each class.
    pub counts: Vec<usize>,
}

#[cfg(feature = "run")]
impl super::Measure for Spaces {
    fn measure(&self, run: &super::Scored<'_>, into: &mut crate::Measured) -> crate::Result<()> {
        use ndarray::{Array2, Axis};
        use rand::seq::index;
        let found = &run.spec.method.name;
        let expected = "a method that keeps its embedding at some epochs, on what is scored";
        let wanted = run.snapshots.iter().filter(|at| self.epochs.contains(&at.step));
        let codes: Vec<&Array2<f32>> = wanted.clone().filter_map(|at| at.codes.as_ref()).collect();
        let embeddings: Vec<&Array2<f32>> = wanted.clone().map(|at| &at.embedding).collect();
        if embeddings.is_empty() || run.spec.fit.is_some() {
            return Err(run.unsuitable(expected, found));
        }
        let truth = run.truth().ok_or_else(|| run.unsuitable("labels", "none"))?;

        let mut rng = run.seed().stream("samples of the maps");
        let mut rows = index::sample(&mut rng, truth.len(), self.samples.min(truth.len())).into_vec();
        rows.sort_unstable();
        let map = |space: &&Array2<f32>| {
            let mut rng = run.seed().stream("map");
            let map =
                deepclust_manifold::tsne(space.select(Axis(0), &rows).view(), &self.settings, &mut rng)?;
            Ok::<_, crate::Error>(map.columns().into_iter().map(super::run::rounded).collect())
        };
        let maps = |spaces: &[&Array2<f32>]| spaces.iter().map(map).collect::<crate::Result<_>>();

        let mut rng = run.seed().stream("samples of each class");
        let of_class: Vec<Vec<usize>> = (0..run.data.n_classes())
            .map(|class| {
                let members: Vec<usize> = (0..truth.len()).filter(|&i| truth[i] == class).collect();
                let chosen = index::sample(&mut rng, members.len(), self.per_class.min(members.len()));
                chosen.iter().map(|i| members[i]).collect()
            })
            .collect();
        let few = of_class.concat();
        let positions = |spaces: &[&Array2<f32>]| -> Vec<Vec<Vec<f32>>> {
            spaces.iter().map(|space| few.iter().map(|&row| space.row(row).to_vec()).collect()).collect()
        };
        let data = SpacesData {
            epochs: wanted.map(|at| at.step).collect(),
            code_maps: maps(&codes)?,
            embedding_maps: maps(&embeddings)?,
            classes: rows.iter().map(|&row| truth[row]).collect(),
            codes: positions(&codes),
            embeddings: positions(&embeddings),
            counts: of_class.iter().map(Vec::len).collect(),
        };
        into.figures.insert(Self::KEY, &data)
    }
}
