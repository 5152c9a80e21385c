use super::condense::condense;
use super::kdtree::{Edge, KdTree};
use super::model::HdbscanModel;
use super::select::select;
use super::settings::HdbscanSettings;
use super::spanning::{cores, spanning_tree};
use crate::error::{Error, Result};
use deepclust_manifold::Real;
use ndarray::{Array2, ArrayView2};

/// HDBSCAN under Euclidean distance.
#[derive(Debug, Clone, PartialEq)]
pub struct Hdbscan {
    settings: HdbscanSettings,
}

impl Hdbscan {
    /// # Errors
    /// A setting outside its range.
    pub fn new(settings: HdbscanSettings) -> Result<Self> {
        settings.validate()?;
        Ok(Self { settings })
    }

    /// The settings.
    pub fn settings(&self) -> &HdbscanSettings {
        &self.settings
    }

    /// Clusters the rows of `x` (n × d): core distances → minimum spanning tree of the mutual reachability distances
    /// max(core(i), core(j), ‖xᵢ − xⱼ‖) → tree of clusters of at least `min_cluster_size` samples → those selected.
    ///
    /// The tree is exact, in f64. A search tree of boxes makes it fast in few dimensions, up to about 20; beyond, its time grows with n².
    /// Nothing is random, and the result does not depend on the number of threads.
    ///
    /// # Errors
    /// Fewer than two rows, a value that is not finite or whose square overflows, `min_samples` of n or more, more clusters
    /// asked for than the tree has.
    pub fn fit<F: Real>(&self, x: ArrayView2<'_, F>) -> Result<HdbscanModel> {
        let rows = checked(x)?;
        let n = rows.nrows();
        let min_samples = self.settings.min_samples.unwrap_or(self.settings.min_cluster_size.min(n - 1));
        let edges = edges(&rows, min_samples)?;
        self.cut(rows, min_samples, &edges)
    }

    fn cut(&self, rows: Array2<f64>, min_samples: usize, edges: &[Edge]) -> Result<HdbscanModel> {
        let condensed = condense(edges, self.settings.min_cluster_size);
        let chosen = select(&condensed, &self.settings)?;
        Ok(HdbscanModel::new(rows, min_samples, condensed, chosen))
    }
}

/// The clusters by excess of mass for each least size, all of one spanning tree.
///
/// # Errors
/// As [`Hdbscan::fit`].
pub(crate) fn by_size<F: Real>(
    x: ArrayView2<'_, F>,
    min_samples: usize,
    sizes: &[usize],
) -> Result<Vec<HdbscanModel>> {
    let rows = checked(x)?;
    let edges = edges(&rows, min_samples)?;
    let of = |&size: &usize| {
        let settings = HdbscanSettings { min_cluster_size: size, ..HdbscanSettings::default() };
        Hdbscan::new(settings)?.cut(rows.clone(), min_samples, &edges)
    };
    sizes.iter().map(of).collect()
}

/// The rows in f64, where there are at least two and all distances are finite.
pub(crate) fn checked<F: Real>(x: ArrayView2<'_, F>) -> Result<Array2<f64>> {
    let (n, d) = x.dim();
    crate::check::not_empty(n, d)?;
    let rows = x.mapv(Real::wide);
    crate::check::finite("the data", rows.view())?;
    if n < 2 || n >= u32::MAX as usize {
        let found = n.to_string();
        return Err(Error::Setting { name: "rows", expected: "at least 2 and below 2³²", found });
    }
    let limit = (f64::MAX / 4.0 / d as f64).sqrt();
    if rows.iter().any(|v| v.abs() > limit) {
        return Err(Error::Overflow { what: "the data" });
    }
    Ok(rows)
}

/// The minimum spanning tree of the mutual reachability distances.
fn edges(rows: &Array2<f64>, min_samples: usize) -> Result<Vec<Edge>> {
    let (n, d) = rows.dim();
    if min_samples >= n {
        let found = format!("{min_samples} for {n} rows");
        return Err(Error::Setting { name: "min_samples", expected: "below the number of rows", found });
    }
    let flat = crate::check::contiguous(rows.view());
    let tree = KdTree::new(&flat, d);
    let (core, near) = cores(&tree, min_samples);
    Ok(spanning_tree(&tree, &core, &near, min_samples))
}
