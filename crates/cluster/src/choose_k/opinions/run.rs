use super::settings::{ChooseSettings, IndexSettings};
use super::{Opinions, communities, density, peaks};
use crate::communities::{check, near, reduce, weigh};
use crate::error::{Error, Result};
use crate::{GraphCommunitiesSettings, KMeansSettings, Sweep, SweepSettings, sweep_with};
use deepclust_manifold::Metric;
use ndarray::{Array2, ArrayView2, Axis};
use rand::seq::index::sample;
use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::ops::ControlFlow;

/// What [`choose_k`] is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChooseStage {
    /// Communities, one step for each k.
    Communities,
    /// Density, one step for each map.
    Density,
    /// k-means, one step for each clustering.
    Indices,
}

impl std::fmt::Display for ChooseStage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Communities => "communities",
            Self::Density => "density",
            Self::Indices => "k-means indices",
        })
    }
}

/// How far [`choose_k`] has come: one step more is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChooseStep {
    /// Steps done.
    pub done: usize,
    /// Steps of all stages. Those of different stages take different times.
    pub total: usize,
    /// The stage of the one just done.
    pub stage: ChooseStage,
}

/// Asks four kinds of clustering for the number of clusters of the rows of `x` (n × d), and puts the answers side by side:
///
/// 1. Communities of the neighbour graph: for each k, how well the communities of several seeds agree with each other, and
///    those of several draws of the rows, as mean adjusted Rand indices. The answer is the largest k that is nearly as stable as the
///    most stable one, by the community that comes back worst: its mean Jaccard index in the other searches.
/// 2. Density: how many clusters HDBSCAN finds on several UMAP maps at several least sizes.
/// 3. The peaks of the density that stand out ([`Tomato`](crate::Tomato)), where rows lie in few dimensions.
/// 4. k-means: the indices of [`sweep`](crate::sweep), in the components, of rows of length 1 under the cosine distance.
///
/// No source sees a label, and none of them is right for all data: where they disagree, [`Opinions::sentence`] says so. The same
/// seed gives the same bits for any number of threads.
///
/// # Errors
/// A setting out of range, empty data, a value that is not finite, fewer rows than `to` or than the neighbours need, a zero
/// row under the cosine distance.
pub fn choose_k(x: ArrayView2<'_, f32>, settings: &ChooseSettings, seed: u64) -> Result<Opinions> {
    choose_k_with(x, settings, seed, |_| ControlFlow::Continue(()))
}

/// [`choose_k`] that tells `on_step` after each step how far it has come, and stops where that says so.
///
/// # Errors
/// As for [`choose_k`], and [`Error::Stopped`].
pub fn choose_k_with(
    x: ArrayView2<'_, f32>,
    settings: &ChooseSettings,
    seed: u64,
    on_step: impl FnMut(ChooseStep) -> ControlFlow<()>,
) -> Result<Opinions> {
    settings.validate()?;
    check(x, &settings.graph)?;
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let [mut draw, mut graphs, mut maps, mut kmeans, mut dimension] =
        std::array::from_fn(|_| ChaCha8Rng::seed_from_u64(rng.next_u64()));
    let few;
    let x = if x.nrows() > settings.rows {
        let mut chosen = sample(&mut draw, x.nrows(), settings.rows).into_vec();
        chosen.sort_unstable();
        few = x.select(Axis(0), &chosen);
        few.view()
    } else {
        x
    };
    crate::check::clusters(settings.to, x.nrows())?;
    let mut progress = Progress::new(settings, on_step);
    let (_, rows) = reduce(x, &settings.graph)?;
    let neighbours = near(rows.view(), &settings.graph, graphs.next_u64())?;
    let graph = weigh(&neighbours, &settings.graph)?;
    let communities = communities::stability(rows.view(), &graph, settings, &mut graphs, || {
        progress.tell(ChooseStage::Communities)
    })?;
    drop(graph);
    let density = settings.density.as_ref().map(|density| {
        let mut tell = || progress.tell(ChooseStage::Density);
        density::counts(rows.view(), &neighbours, &settings.graph, density, &mut maps, &mut tell)
    });
    let density = density.transpose()?;
    let peaks = peaks::counts(rows.view(), settings.graph.metric, &mut dimension)?;
    let indices = settings.indices.as_ref().map(|indices| {
        let rows = plain(rows, &settings.graph)?;
        sweep(rows.view(), settings, indices, &mut kmeans, || progress.tell(ChooseStage::Indices))
    });
    Ok(Opinions { rows: x.nrows(), communities, density, peaks, indices: indices.transpose()? })
}

/// What k-means is given: the components, under the cosine distance those of rows of length 1.
fn plain(mut rows: Array2<f32>, graph: &GraphCommunitiesSettings) -> Result<Array2<f32>> {
    if graph.metric == Metric::Euclidean {
        return Ok(rows);
    }
    for mut row in rows.outer_iter_mut() {
        // The largest value first: squares of small or large ones are beyond the number type.
        let largest = row.fold(0.0_f32, |top, v| top.max(v.abs()));
        row.mapv_inplace(|v| v / largest);
        let norm = row.dot(&row).sqrt();
        row.mapv_inplace(|v| v / norm);
    }
    Ok(reduce(rows.view(), &GraphCommunitiesSettings { metric: Metric::Euclidean, ..graph.clone() })?.1)
}

fn sweep(
    rows: ArrayView2<'_, f32>,
    settings: &ChooseSettings,
    indices: &IndexSettings,
    rng: &mut ChaCha8Rng,
    mut tell: impl FnMut() -> Result<()>,
) -> Result<Sweep> {
    let sweep = SweepSettings {
        kmeans: KMeansSettings::new(1).n_init(indices.restarts),
        references: indices.references,
        silhouette: indices.silhouette,
        ..SweepSettings::new(settings.from, settings.to)
    };
    let mut stopped = None;
    let found = sweep_with(rows, &sweep, rng, |_| match tell() {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => {
            stopped = Some(error);
            ControlFlow::Break(())
        }
    });
    stopped.map_or(found, Err)
}

struct Progress<F> {
    done: usize,
    total: usize,
    on_step: F,
}

impl<F: FnMut(ChooseStep) -> ControlFlow<()>> Progress<F> {
    fn new(settings: &ChooseSettings, on_step: F) -> Self {
        let numbers = settings.to - settings.from + 1;
        let kmeans = settings.indices.as_ref().map_or(0, |i| (i.references + 1) * numbers);
        let maps = settings.density.as_ref().map_or(0, |d| d.maps);
        Self { done: 0, total: numbers + maps + kmeans, on_step }
    }

    fn tell(&mut self, stage: ChooseStage) -> Result<()> {
        self.done += 1;
        let (done, total) = (self.done, self.total);
        match (self.on_step)(ChooseStep { done, total, stage }) {
            ControlFlow::Break(()) if done < total => Err(Error::Stopped { done, total }),
            _ => Ok(()),
        }
    }
}
