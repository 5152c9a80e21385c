use crate::{Context, Result};
use deepclust_manifold::{Metric, Pca, PcaSettings};
use ndarray::Array2;

/// Principal components, where they are wanted and there are as many, and the samples in them; else the samples as they are. Cosine takes the
/// features.
pub(crate) fn components(
    wanted: Option<usize>,
    metric: Metric,
    scaled: Array2<f32>,
    context: &mut Context<'_>,
) -> Result<(Option<Pca<f32>>, Array2<f32>)> {
    let (n, d) = scaled.dim();
    let wanted = wanted.filter(|&c| metric == Metric::Euclidean && c < d && c <= n);
    let Some(c) = wanted else { return Ok((None, scaled)) };
    let settings = PcaSettings::new(c);
    let (pca, rows) = context.stage("pca", |_| Pca::fit_transform(scaled.view(), &settings))?;
    Ok((Some(pca), rows))
}
