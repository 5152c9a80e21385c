//! A fitted embedding, and new points in it.

use ndarray::{Array2, ArrayView2};
use rand::Rng;

use super::ab::find_ab_params;
use super::fuzzy::FuzzyGraph;
use super::kernel::Curve;
use super::layout::{Schedule, optimise, optimise_new};
use super::settings::UmapSettings;
use super::start::start;
use crate::knn::{KnnSettings, Neighbours, nearest_neighbours_of};
use crate::{Real, Result, check};

/// An embedding of a data set; see [`Umap::fit`].
#[derive(Debug, Clone)]
pub struct Umap<F> {
    data: Array2<F>,
    embedding: Array2<f32>,
    graph: FuzzyGraph,
    settings: UmapSettings,
    seed: u64,
}

impl<F: Real> Umap<F> {
    /// Embeds the rows of `x` (n × d) in `n_components` dimensions.
    ///
    /// Neighbours are found by the search that the settings name. The generator gives the start its noise and the optimiser its seed; the same state gives the
    /// same bits with any number of threads.
    ///
    /// # Errors
    /// Empty data, a value that is not finite, settings out of range, `n_neighbors` of n or more.
    pub fn fit(x: ArrayView2<'_, F>, settings: &UmapSettings, rng: &mut impl Rng) -> Result<Self> {
        settings.validate()?;
        check::finite(x)?;
        let n = x.nrows();
        check::range("n_neighbors", settings.n_neighbors, 2, n.saturating_sub(1).max(2))?;
        check::range("rows", n, 3, u32::MAX as usize - 1)?;
        let search = KnnSettings { k: settings.n_neighbors, metric: settings.metric, include_self: true };
        // Only a search that needs a seed draws one.
        let exact = settings.search.is_exact(n, x.ncols(), search.k);
        let seed = if exact { 0 } else { rng.next_u64() };
        let neighbours = settings.search.neighbours(x, &search, seed)?;
        Self::fit_neighbours(x, &neighbours, settings, rng)
    }

    /// The same with neighbours found before, each row led by the point itself at distance 0.
    ///
    /// # Errors
    /// As [`Umap::fit`], and neighbours that are not valid or not of `x`.
    pub fn fit_neighbours(
        x: ArrayView2<'_, F>,
        neighbours: &Neighbours<F>,
        settings: &UmapSettings,
        rng: &mut impl Rng,
    ) -> Result<Self> {
        settings.validate()?;
        check::finite(x)?;
        check::same("rows of the neighbours", x.nrows(), neighbours.indices.nrows())?;
        check::same("columns of the neighbours", settings.n_neighbors, neighbours.indices.ncols())?;
        let graph = FuzzyGraph::new(neighbours, settings)?;
        let epochs = settings.epochs(x.nrows());
        let pruned = graph.pruned(epochs);
        let embedding = start(x, &pruned, settings, rng)?;
        let seed = rng.next_u64();
        let shape = embedding.dim();
        let mut y = embedding.into_raw_vec_and_offset().0;
        optimise(
            &pruned,
            &mut y,
            settings.n_components,
            &schedule(settings, epochs, settings.learning_rate, seed),
        );
        // The optimiser keeps the length.
        let embedding = Array2::from_shape_vec(shape, y).unwrap_or_default();
        Ok(Self { data: x.to_owned(), embedding, graph, settings: *settings, seed })
    }

    /// The embedding, n × `n_components`.
    pub fn embedding(&self) -> &Array2<f32> {
        &self.embedding
    }

    /// The fuzzy graph of the data.
    pub fn graph(&self) -> &FuzzyGraph {
        &self.graph
    }

    /// Places new rows (m × d) in the embedding, which stays as it is: each starts at the weighted mean of its
    /// neighbours and is then moved by them, with a quarter of the step width, for 100 passes (30 beyond 10,000 rows, a
    /// third of `n_epochs` where that is set). A row's place does not depend on the other new rows.
    ///
    /// # Errors
    /// Empty data, a value that is not finite, another number of columns than the fitted data had.
    pub fn transform(&self, x: ArrayView2<'_, F>) -> Result<Array2<f32>> {
        let settings = &self.settings;
        let neighbours = nearest_neighbours_of(x, self.data.view(), settings.n_neighbors, settings.metric)?;
        let graph = FuzzyGraph::directed(&neighbours, (settings.local_connectivity - 1.0).max(0.0), false);
        let dim = settings.n_components;
        let epochs = match settings.n_epochs {
            Some(epochs) => (epochs / 3).max(1),
            None if x.nrows() <= 10_000 => 100,
            None => 30,
        };
        let mut y = Vec::with_capacity(x.nrows() * dim);
        for i in 0..graph.len() {
            let total: f64 = graph.row(i).map(|e| f64::from(e.1)).sum();
            for d in 0..dim {
                let sum: f64 =
                    graph.row(i).map(|(j, w)| f64::from(w) * f64::from(self.embedding[[j, d]])).sum();
                y.push((sum / total) as f32);
            }
        }
        let schedule = schedule(settings, epochs, settings.learning_rate / 4.0, self.seed);
        let embedded = self.embedding.as_slice().unwrap_or(&[]);
        optimise_new(&graph.pruned(epochs), &mut y, embedded, dim, &schedule);
        Ok(Array2::from_shape_vec((x.nrows(), dim), y).unwrap_or_default())
    }
}

fn schedule(settings: &UmapSettings, epochs: usize, alpha: f64, seed: u64) -> Schedule {
    let (a, b) = find_ab_params(settings.spread, settings.min_dist);
    let curve = Curve { a: a as f32, b: b as f32, repulsion: settings.repulsion_strength as f32 };
    Schedule { epochs, alpha, negatives: settings.negative_sample_rate, curve, seed }
}
