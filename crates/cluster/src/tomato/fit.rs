use super::distinct::Distinct;
use super::landscape::{Landscape, dimension_of};
use super::peaks::peaks;
use super::settings::{FEW_DIMENSIONS, TomatoSettings};
use crate::error::{Error, Result};
use crate::hdbscan::checked;
use deepclust_manifold::Real;
use ndarray::ArrayView2;
use std::cmp::Reverse;
use std::collections::HashMap;

/// ToMATo under Euclidean distance: the number of clusters is found.
#[derive(Debug, Clone, PartialEq)]
pub struct Tomato {
    settings: TomatoSettings,
}

/// Fitted clusters; see [`Tomato::fit`].
#[derive(Debug, Clone, PartialEq)]
pub struct TomatoModel {
    labels: Vec<usize>,
    prominences: Vec<f64>,
    threshold: f64,
    neighbours: usize,
    dimension: f64,
    log_density: Vec<f64>,
}

impl Tomato {
    /// # Errors
    /// A setting outside its range.
    pub fn new(settings: TomatoSettings) -> Result<Self> {
        settings.validate()?;
        Ok(Self { settings })
    }

    /// The settings.
    pub fn settings(&self) -> &TomatoSettings {
        &self.settings
    }

    /// Clusters the rows of `x` (n × d). The log density at a row is ln(m) − δ ln(r): m rows lie within the distance r of its k-th
    /// neighbour, and δ is the dimension in which the rows lie ([`intrinsic_dimension`]). A row belongs to the peak of its densest
    /// neighbour. Where two peaks meet, the lower one is joined to the higher unless it stands out by
    /// margin + √(4 ln(n/k)) − 1.2 (δ − 2) standard deviations of 1/√k, without the last term where δ > 4: chance alone makes lower ones.
    ///
    /// Peaks meet where their rows are neighbours. Across a gap of width w beyond the distances r of both its ends, they meet at the log density
    /// ln(m) − δ ln(w) of the thinner end: at last everything meets.
    ///
    /// Equal rows count each. Values may lie on a grid. All rows belong to a cluster; there may be a single one. A group of k rows or fewer is hardly
    /// found: its neighbours are of others. Nothing is random, and neither the order of the rows nor the number of threads changes the clusters.
    ///
    /// Made for few dimensions, up to about [`FEW_DIMENSIONS`](crate::FEW_DIMENSIONS): in more, a few rows between two clusters join them, and the
    /// time grows with n².
    ///
    /// # Errors
    /// Fewer than two rows, a value that is not finite or whose square overflows, different rows whose squared distance underflows.
    pub fn fit<F: Real>(&self, x: ArrayView2<'_, F>) -> Result<TomatoModel> {
        let rows = checked(x)?;
        let (n, d) = rows.dim();
        let distinct = Distinct::of(rows.view());
        let neighbours = self.settings.neighbours_of(n);
        let landscape = Landscape::of(&distinct, d, neighbours)?;
        let threshold = self.settings.threshold(n, neighbours, landscape.dimension);
        let found = peaks(&landscape, neighbours, threshold);
        let labels = by_size(&distinct, &found.peak);
        let log_density = distinct.place.iter().map(|&place| landscape.log_density[place]).collect();
        let (prominences, dimension) = (found.prominences, landscape.dimension);
        Ok(TomatoModel { labels, prominences, threshold, neighbours, dimension, log_density })
    }
}

/// The dimension in which the rows of `x` (n × d) lie, by maximum likelihood from the distances r₁ ≤ … ≤ r_k to their k nearest: the
/// inverse of the mean of ln(r_k / r_j), from 1 to d (Levina and Bickel 2004; MacKay and Ghahramani 2005). Equal rows count once. It is 0 where
/// all are equal, and d where all are as far from one another.
///
/// # Errors
/// As [`Tomato::fit`], and a k below 2 or not below n.
pub fn intrinsic_dimension<F: Real>(x: ArrayView2<'_, F>, k: usize) -> Result<f64> {
    let rows = checked(x)?;
    let (n, d) = rows.dim();
    if !(2..n).contains(&k) {
        let found = format!("{k} for {n} rows");
        return Err(Error::Setting { name: "k", expected: "at least 2 and below the number of rows", found });
    }
    dimension_of(&Distinct::of(rows.view()), d, k)
}

/// Neighbours that are of a row's own group, if the rows come in groups.
const NEAREST: usize = 4;

/// Rows of several columns of which as many or fewer differ are categories.
const CATEGORIES: usize = 15;

/// The [`intrinsic_dimension`] of the rows of `x` (n × d), where it is at most [`FEW_DIMENSIONS`]: there their density can be measured. It is the
/// larger one of those from 4 neighbours and from as many as [`Tomato`] takes. None too where the latter is much smaller, as in groups of fewer
/// rows than that, and where 15 rows or fewer of several columns differ: a few categories, each many times, have no density. A thousand rows,
/// drawn at random, are enough.
///
/// # Errors
/// As [`Tomato::fit`].
pub fn few_dimensions<F: Real>(x: ArrayView2<'_, F>) -> Result<Option<f64>> {
    let rows = checked(x)?;
    let distinct = Distinct::of(rows.view());
    if distinct.len() <= CATEGORIES && rows.ncols() > 1 {
        return Ok(None);
    }
    let neighbours = TomatoSettings::default().neighbours_of(rows.nrows());
    let near = dimension_of(&distinct, rows.ncols(), NEAREST)?;
    let far = dimension_of(&distinct, rows.ncols(), neighbours)?;
    let dimension = near.max(far);
    Ok((dimension <= FEW_DIMENSIONS && far >= GROUPED * near).then_some(dimension))
}

/// The part of the dimension from few neighbours that the one from more has at least, where these do not look across to other groups.
const GROUPED: f64 = 0.6;

/// Numbers clusters by size, equals by their peaks.
fn by_size(distinct: &Distinct, peak: &[usize]) -> Vec<usize> {
    let mut sizes: HashMap<usize, usize> = HashMap::new();
    for (peak, weight) in peak.iter().zip(&distinct.weights) {
        *sizes.entry(*peak).or_default() += weight;
    }
    let mut order: Vec<(usize, usize)> = sizes.into_iter().collect();
    order.sort_unstable_by_key(|&(peak, size)| (Reverse(size), peak));
    let number: HashMap<usize, usize> = order.iter().enumerate().map(|(at, &(peak, _))| (peak, at)).collect();
    distinct.place.iter().map(|&place| number[&peak[place]]).collect()
}

impl TomatoModel {
    /// The cluster of every row, numbered by size.
    pub fn labels(&self) -> &[usize] {
        &self.labels
    }

    /// Number of clusters.
    pub fn n_clusters(&self) -> usize {
        self.labels.iter().max().map_or(0, |l| l + 1)
    }

    /// How far each peak but the highest stands out, in standard deviations of the log density, falling: those of the persistence
    /// diagram. A gap in them speaks for a number of clusters.
    pub fn prominences(&self) -> &[f64] {
        &self.prominences
    }

    /// From which prominence on a peak is a cluster.
    pub fn threshold(&self) -> f64 {
        self.threshold
    }

    /// Neighbours by which the density was measured.
    pub fn neighbours(&self) -> usize {
        self.neighbours
    }

    /// The dimension in which the rows lie.
    pub fn dimension(&self) -> f64 {
        self.dimension
    }

    /// The log density at every row, up to a constant.
    pub fn log_density(&self) -> &[f64] {
        &self.log_density
    }
}
