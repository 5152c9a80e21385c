use crate::error::{Error, Result};
use deepclust_manifold::{Metric, Pca, nearest_neighbours_of};
use ndarray::{Array2, ArrayView2};

/// What one seed came to.
#[derive(Debug, Clone, PartialEq)]
pub struct SeedRun {
    /// Resolution at which it gave the number of communities.
    pub resolution: f64,
    /// Modularity of its labels, at resolution 1.
    pub modularity: f64,
    /// Mean adjusted Rand index with the other seeds' labels; 1 for a single seed.
    pub agreement: f64,
    /// The large parts that the graph falls into, where they are more than the communities asked for and the nearest were joined.
    pub joined: Option<usize>,
    /// Sizes of the parts of the graph that nothing ties to others and that were too small to count, largest first. Each is in the
    /// community whose mean is nearest.
    pub dissolved: Vec<usize>,
    /// Its labels, numbered by size.
    pub labels: Vec<usize>,
}

/// Fitted communities; see [`GraphCommunities::fit`](super::GraphCommunities::fit).
#[derive(Debug, Clone, PartialEq)]
pub struct GraphCommunitiesModel {
    pub(super) components: Option<Pca<f32>>,
    pub(super) rows: Array2<f32>,
    pub(super) labels: Vec<usize>,
    pub(super) neighbours: usize,
    pub(super) metric: Metric,
    pub(super) runs: Vec<SeedRun>,
    pub(super) best: usize,
    pub(super) failed: usize,
    pub(super) confidence: Vec<f32>,
}

impl GraphCommunitiesModel {
    /// A model that predicts, from its parts: what [`components`](Self::components), [`rows`](Self::rows),
    /// [`labels`](Self::labels) and [`neighbours`](Self::neighbours) answer. It knows no runs.
    ///
    /// # Errors
    /// Lengths that do not fit one another, no neighbour.
    pub fn from_parts(
        components: Option<Pca<f32>>,
        rows: Array2<f32>,
        labels: Vec<usize>,
        neighbours: usize,
        metric: Metric,
    ) -> Result<Self> {
        crate::check::not_empty(rows.nrows(), rows.ncols())?;
        crate::check::finite("the rows", rows.view())?;
        let shape =
            |what, expected, found| Err(Error::Shape { what, expected: vec![expected], found: vec![found] });
        if labels.len() != rows.nrows() {
            return shape("the labels", rows.nrows(), labels.len());
        }
        if let Some(pca) = components.as_ref().filter(|p| p.components().nrows() != rows.ncols()) {
            return shape("the components", rows.ncols(), pca.components().nrows());
        }
        if neighbours == 0 || neighbours > rows.nrows() {
            let found = neighbours.to_string();
            return Err(Error::Setting {
                name: "neighbours",
                expected: "from 1 to the number of rows",
                found,
            });
        }
        let (runs, confidence) = (Vec::new(), vec![1.0; labels.len()]);
        Ok(Self { components, rows, labels, neighbours, metric, runs, best: 0, failed: 0, confidence })
    }

    /// The community of every fitted row, those of the seed of the highest modularity.
    pub fn labels(&self) -> &[usize] {
        &self.labels
    }

    /// Number of communities.
    pub fn n_clusters(&self) -> usize {
        self.labels.iter().max().map_or(0, |l| l + 1)
    }

    /// The runs that gave the number of communities, in the order of their seeds.
    pub fn runs(&self) -> &[SeedRun] {
        &self.runs
    }

    /// The run whose labels these are; none for a model from parts.
    pub fn best(&self) -> Option<&SeedRun> {
        self.runs.get(self.best)
    }

    /// Seeds for which no resolution gave the number of communities.
    pub fn failed(&self) -> usize {
        self.failed
    }

    /// For every fitted row the share of the runs that put it into the community it has here, communities of different
    /// runs being matched one to one.
    pub fn confidence(&self) -> &[f32] {
        &self.confidence
    }

    /// What projects rows before neighbours are searched.
    pub fn components(&self) -> Option<&Pca<f32>> {
        self.components.as_ref()
    }

    /// The fitted rows, projected: n × number of components.
    pub fn rows(&self) -> &Array2<f32> {
        &self.rows
    }

    /// Neighbours that vote, and the distance between rows.
    pub fn neighbours(&self) -> (usize, Metric) {
        (self.neighbours, self.metric)
    }

    /// New rows as neighbours are searched: in the components, where there are some.
    ///
    /// # Errors
    /// Empty data, a value that is not finite, another number of columns than the fitted data had.
    pub fn project(&self, x: ArrayView2<'_, f32>) -> Result<Array2<f32>> {
        match &self.components {
            Some(pca) => Ok(pca.transform(x)?),
            None => Ok(x.to_owned()),
        }
    }

    /// The community of projected rows: that of most of their nearest fitted rows (exact search), the nearest deciding a tie.
    ///
    /// # Errors
    /// Empty data, a value that is not finite, another number of columns than [`project`](Self::project) gives.
    pub fn vote(&self, rows: ArrayView2<'_, f32>) -> Result<Vec<usize>> {
        let near = nearest_neighbours_of(rows, self.rows.view(), self.neighbours, self.metric)?;
        let clusters = self.n_clusters();
        let of_most = |row: ndarray::ArrayView1<'_, usize>| {
            let mut votes = vec![0_usize; clusters];
            row.iter().for_each(|&i| votes[self.labels[i]] += 1);
            let most = votes.iter().max().copied().unwrap_or(0);
            row.iter().map(|&i| self.labels[i]).find(|&l| votes[l] == most).unwrap_or(0)
        };
        Ok(near.indices.outer_iter().map(of_most).collect())
    }

    /// The community of new rows: [`vote`](Self::vote) on what [`project`](Self::project) gives.
    ///
    /// # Errors
    /// As [`project`](Self::project).
    pub fn predict(&self, x: ArrayView2<'_, f32>) -> Result<Vec<usize>> {
        self.vote(self.project(x)?.view())
    }
}
