//! From data to a map.

use ndarray::{Array2, ArrayView2};
use rand::Rng;

use super::affinities::Affinities;
use super::descent::descend;
use super::settings::TsneSettings;
use crate::pca::{Pca, PcaSettings};
use crate::{Real, Result, check, noise};

/// Standard deviation of the first axis of the start.
const SPREAD: f64 = 1e-4;

/// A map of the rows of `x` (n × d) in two or three dimensions.
///
/// Affinities rest on exact nearest neighbours. The start is the leading principal components, scaled so that the first
/// has standard deviation 10⁻⁴, with normal noise of a hundredth of that, which parts equal rows; the noise is all
/// that the generator is used for. The same generator state gives the same bits with any number of threads.
///
/// # Errors
/// Empty data, a value that is not finite, settings out of range, a perplexity that is not below n.
pub fn tsne<F: Real>(
    x: ArrayView2<'_, F>,
    settings: &TsneSettings,
    rng: &mut impl Rng,
) -> Result<Array2<f32>> {
    settings.validate()?;
    let affinities = Affinities::new(x, settings.perplexity)?;
    let start = start(x, settings.n_components, rng)?;
    tsne_from(&affinities, start.view(), settings)
}

/// A map from given affinities and a given start (n × 2 or n × 3, of small variance); the perplexity is not read.
///
/// # Errors
/// Settings out of range, a start that is not finite or has another shape.
pub fn tsne_from(
    affinities: &Affinities,
    start: ArrayView2<'_, f64>,
    settings: &TsneSettings,
) -> Result<Array2<f32>> {
    settings.validate()?;
    check::finite(start)?;
    check::same("rows of the start", affinities.len(), start.nrows())?;
    check::same("columns of the start", settings.n_components, start.ncols())?;
    if settings.n_components == 2 {
        Ok(map::<2>(affinities, start, settings))
    } else {
        Ok(map::<3>(affinities, start, settings))
    }
}

fn map<const D: usize>(p: &Affinities, start: ArrayView2<'_, f64>, settings: &TsneSettings) -> Array2<f32> {
    let y = start.outer_iter().map(|row| std::array::from_fn(|d| row[d])).collect();
    let y: Vec<[f64; D]> = descend(p, y, settings);
    Array2::from_shape_fn((y.len(), D), |(i, d)| y[i][d] as f32)
}

/// Scaled principal components; axes that the data do not have are noise alone.
fn start<F: Real>(x: ArrayView2<'_, F>, k: usize, rng: &mut impl Rng) -> Result<Array2<f64>> {
    let (n, d) = x.dim();
    let (_, scores) = Pca::fit_transform(check::rescaled(x).view(), &PcaSettings::new(k.min(n).min(d)))?;
    let variance = scores.column(0).iter().map(|v| v.wide().powi(2)).sum::<f64>() / n as f64;
    let scale = if variance > 0.0 { SPREAD / variance.sqrt() } else { 0.0 };
    let kept = scores.ncols();
    let mut start = noise::normal(n, k, rng);
    for ((i, c), v) in start.indexed_iter_mut() {
        *v = if c < kept { scores[[i, c]].wide() * scale + *v * SPREAD * 0.01 } else { *v * SPREAD };
    }
    Ok(start)
}
