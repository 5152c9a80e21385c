use super::{Choice, Gap, Sweep, SweepSettings};
use crate::error::{Error, Result};
use crate::simd::Lane;
use crate::{Float, Init, KMeans, KMeansModel, KMeansSettings};
use deepclust_metrics::{Distance, Scalar, calinski_harabasz, davies_bouldin, silhouette_score};
use ndarray::{Array2, ArrayView2};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::ops::ControlFlow;

/// How far a sweep has come: one clustering more is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SweepStep {
    /// Clusterings done.
    pub done: usize,
    /// Clusterings of the whole sweep. Those of reference data take about as long as those of the data.
    pub total: usize,
    /// Number of clusters of the one just done.
    pub k: usize,
}

/// Runs k-means on the rows of `x` (n × d) for each k and computes the indices.
///
/// # Errors
/// If a setting is out of range, `to` exceeds the number of rows, or `x` is empty or holds NaN or an infinity.
pub fn sweep<F: Float + Scalar>(
    x: ArrayView2<'_, F>,
    settings: &SweepSettings,
    rng: &mut impl Rng,
) -> Result<Sweep> {
    sweep_with(x, settings, rng, |_| ControlFlow::Continue(()))
}

/// [`sweep`] that tells `on_step` after each clustering how far it has come, and stops where that says so.
///
/// # Errors
/// As for [`sweep`], and [`Error::Stopped`].
pub fn sweep_with<F: Float + Scalar>(
    x: ArrayView2<'_, F>,
    settings: &SweepSettings,
    rng: &mut impl Rng,
    mut on_step: impl FnMut(SweepStep) -> ControlFlow<()>,
) -> Result<Sweep> {
    settings.validate()?;
    crate::check::not_empty(x.nrows(), x.ncols())?;
    crate::check::clusters(settings.to, x.nrows())?;
    crate::check::finite("the data", x)?;
    crate::check::squares("the data", x)?;
    let range = settings.from..=settings.to;
    let total = (settings.references + 1) * range.clone().count();
    let mut done = 0;
    let mut tell = |k: usize| {
        done += 1;
        match on_step(SweepStep { done, total, k }) {
            ControlFlow::Break(()) if done < total => Err(Error::Stopped { done, total }),
            _ => Ok(()),
        }
    };
    let seed: [u8; 32] = rng.random();
    // The same references for every k, as the definition asks: their seed is kept, not their rows.
    let references: Vec<[u8; 32]> = (0..settings.references).map(|_| rng.random()).collect();
    let mut logs = vec![Vec::new(); range.clone().count()];
    let brief = brief(&settings.kmeans);
    let mut kmeans = &settings.kmeans;
    for (i, &reference) in references.iter().enumerate() {
        let mut stream = ChaCha8Rng::from_seed(reference);
        let rows = uniform(x, &mut stream);
        // The most clusters have the most local optima.
        if i == 0 && x.len() >= MANY && is_settled(rows.view(), settings.to, &brief, &mut stream)? {
            kmeans = &brief;
        }
        for (logs, k) in logs.iter_mut().zip(range.clone()) {
            logs.push(cluster(rows.view(), k, kmeans, &mut stream)?.inertia().ln());
            tell(k)?;
        }
    }
    let mut stream = ChaCha8Rng::from_seed(seed);
    let choices = range.zip(&logs).map(|(k, logs)| {
        let model = cluster(x, k, &settings.kmeans, &mut stream)?;
        let choice = indices(x, k, &model, logs, settings.silhouette)?;
        tell(k)?;
        Ok(choice)
    });
    Ok(Sweep { choices: choices.collect::<Result<_>>()? })
}

/// Values of the data from which on restarts on reference data are spared where they find nothing.
const MANY: usize = 1 << 20;

/// One short run. On uniform rows of many features it is as good as ten long ones: there are no clusters to miss.
fn brief(settings: &KMeansSettings) -> KMeansSettings {
    let max_iter = settings.max_iter.min(15);
    KMeansSettings { init: Init::Random, n_init: 1, max_iter, schedule: None, ..settings.clone() }
}

/// Whether three short runs agree on W to 0.1 %, so that restarts have nothing to find.
fn is_settled<F: Float>(
    rows: ArrayView2<'_, F>,
    k: usize,
    brief: &KMeansSettings,
    rng: &mut impl Rng,
) -> Result<bool> {
    let (mut least, mut most) = (f64::INFINITY, 0.0f64);
    for _ in 0..3 {
        let inertia = cluster(rows, k, brief, rng)?.inertia();
        (least, most) = (least.min(inertia), most.max(inertia));
    }
    Ok(most < least * 1.001)
}

fn cluster<F: Float>(
    x: ArrayView2<'_, F>,
    k: usize,
    settings: &KMeansSettings,
    rng: &mut impl Rng,
) -> Result<KMeansModel<F>> {
    KMeans::new(KMeansSettings { n_clusters: k, ..settings.clone() })?.fit(x, rng)
}

fn indices<F: Float + Scalar>(
    x: ArrayView2<'_, F>,
    k: usize,
    model: &KMeansModel<F>,
    logs: &[f64],
    silhouette: bool,
) -> Result<Choice> {
    let labels = model.labels();
    let mut used = vec![false; k];
    labels.iter().for_each(|&l| used[l] = true);
    let used = used.into_iter().filter(|&u| u).count();
    let failed = |e: deepclust_metrics::Error| Error::Metric { k, message: e.to_string() };
    let defined = used >= 2 && used < x.nrows();
    let when = |wanted: bool, value: &dyn Fn() -> deepclust_metrics::Result<f64>| {
        if wanted { value().map(Some).map_err(failed) } else { Ok(None) }
    };
    let gap = (!logs.is_empty()).then(|| {
        let count = logs.len() as f64;
        let mean = logs.iter().sum::<f64>() / count;
        let variance = logs.iter().map(|l| (l - mean).powi(2)).sum::<f64>() / count;
        Gap { value: mean - model.inertia().ln(), error: (variance * (1.0 + 1.0 / count)).sqrt() }
    });
    Ok(Choice {
        k,
        inertia: model.inertia(),
        silhouette: when(defined && silhouette, &|| silhouette_score(x, labels, Distance::Euclidean))?,
        calinski_harabasz: when(defined, &|| calinski_harabasz(x, labels))?,
        davies_bouldin: when(defined, &|| davies_bouldin(x, labels))?,
        gap: gap.filter(|g| g.value.is_finite() && g.error.is_finite()),
    })
}

/// As many rows as `x` has, uniform over its bounding box.
fn uniform<F: Float>(x: ArrayView2<'_, F>, rng: &mut impl Rng) -> Array2<F> {
    let mut sides = vec![(f64::INFINITY, f64::NEG_INFINITY); x.ncols()];
    for row in x.rows() {
        for (side, v) in sides.iter_mut().zip(row) {
            *side = (side.0.min(v.wide()), side.1.max(v.wide()));
        }
    }
    Array2::from_shape_fn(x.raw_dim(), |(_, j)| {
        let (low, high) = sides[j];
        <F as Lane>::narrow(low + (high - low) * rng.random::<f64>())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn restarts_are_left_out_where_they_find_nothing() {
        let settings = KMeansSettings::new(1);
        let draw =
            |n: usize, d: usize, rng: &mut ChaCha8Rng| Array2::from_shape_fn((n, d), |_| rng.random::<f64>());
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let wide = draw(2000, 200, &mut rng);
        for k in [2, 6] {
            assert!(is_settled(wide.view(), k, &brief(&settings), &mut rng).unwrap());
            let log = |settings: &KMeansSettings, rng: &mut ChaCha8Rng| {
                cluster(wide.view(), k, settings, rng).unwrap().inertia().ln()
            };
            let difference = log(&brief(&settings), &mut rng) - log(&settings, &mut rng);
            assert!(difference.abs() < 2e-3, "k = {k}: {difference}");
        }
        // In a plane the local optima differ.
        let plane = draw(60, 2, &mut rng);
        assert!(!is_settled(plane.view(), 7, &brief(&settings), &mut rng).unwrap());
    }
}
