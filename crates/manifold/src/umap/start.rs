//! Start positions in the box from 0 to 10.

use ndarray::{Array2, ArrayView2, Axis};
use rand::Rng;

use super::fuzzy::FuzzyGraph;
use super::settings::{UmapSettings, UmapStart};
use super::spectral::spectral;
use crate::pca::{Pca, PcaSettings};
use crate::{Real, Result, check, noise};

/// The start that the settings ask for: largest absolute coordinate 10, a little noise, then every axis from 0 to 10, as
/// in umap-learn.
pub(super) fn start<F: Real>(
    x: ArrayView2<'_, F>,
    graph: &FuzzyGraph,
    settings: &UmapSettings,
    rng: &mut impl Rng,
) -> Result<Array2<f32>> {
    let dim = settings.n_components;
    let mut y = match settings.start {
        UmapStart::Spectral => spectral(x, graph, dim, rng)?,
        UmapStart::Pca => {
            let kept = dim.min(x.nrows()).min(x.ncols());
            let (_, scores) = Pca::fit_transform(check::rescaled(x).view(), &PcaSettings::new(kept))?;
            Array2::from_shape_fn(
                (x.nrows(), dim),
                |(i, d)| if d < kept { scores[[i, d]].wide() } else { 0.0 },
            )
        }
    };
    let largest = y.iter().fold(0.0_f64, |top, v| top.max(v.abs()));
    let scale = if largest > 0.0 { 10.0 / largest } else { 0.0 };
    y.zip_mut_with(&noise::normal(x.nrows(), dim, rng), |v, noise| *v = *v * scale + 1e-4 * noise);
    for mut axis in y.axis_iter_mut(Axis(1)) {
        let low = axis.iter().fold(f64::INFINITY, |a, &v| a.min(v));
        let high = axis.iter().fold(f64::NEG_INFINITY, |a, &v| a.max(v));
        let width = if high > low { high - low } else { 1.0 };
        axis.mapv_inplace(|v| 10.0 * (v - low) / width);
    }
    Ok(y.mapv(|v| v as f32))
}
