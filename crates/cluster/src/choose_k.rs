//! Choosing the number of clusters: k-means for each k, with the indices that speak for one or another.

use crate::error::{Error, Result};
use crate::kmeans::at_least_one;
use crate::simd::Lane;
use crate::{Float, KMeans, KMeansModel, KMeansSettings};
use deepclust_metrics::{Distance, Scalar, calinski_harabasz, davies_bouldin, silhouette_score};
use ndarray::{Array2, ArrayView2};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// Settings of [`sweep`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SweepSettings {
    /// Smallest number of clusters.
    pub from: usize,
    /// Largest number of clusters.
    pub to: usize,
    /// Settings of every k-means; its `n_clusters` is replaced.
    pub kmeans: KMeansSettings,
    /// Reference data sets of the gap statistic; 0 leaves the gap out.
    pub references: usize,
    /// Whether to compute the silhouette, whose time grows with n².
    pub silhouette: bool,
}

impl SweepSettings {
    /// All indices for k in `from..=to`, ten restarts and ten reference data sets each.
    #[must_use]
    pub fn new(from: usize, to: usize) -> Self {
        Self { from, to, kmeans: KMeansSettings::new(1), references: 10, silhouette: true }
    }
}

/// Indices of one number of clusters. Those that need two clusters are absent for k = 1, and where a cluster is empty or every sample is one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// Number of clusters.
    pub k: usize,
    /// Sum of squared distances to the centres: falls with k, bends at a good one.
    pub inertia: f64,
    /// Mean silhouette, −1 to 1: high is good.
    pub silhouette: Option<f64>,
    /// Calinski-Harabasz index: high is good.
    pub calinski_harabasz: Option<f64>,
    /// Davies-Bouldin index: low is good.
    pub davies_bouldin: Option<f64>,
    /// Gap statistic: high is good.
    pub gap: Option<Gap>,
}

/// Gap statistic (Tibshirani, Walther and Hastie 2001): mean of ln W over reference data drawn uniformly from the data's bounding box, less
/// ln W of the data, where W is the inertia.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Gap {
    /// The gap.
    pub value: f64,
    /// Standard deviation of the references' ln W, times √(1 + 1/B) for B references.
    pub error: f64,
}

/// A sweep over k.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sweep {
    /// One entry for each k, in order.
    pub choices: Vec<Choice>,
}

impl Sweep {
    /// k at the elbow of the inertia: the point farthest below the line from the first to the last, both axes scaled to 0…1
    /// (Satopää et al. 2011). None for fewer than three k, or if the inertia does not fall.
    #[must_use]
    pub fn elbow(&self) -> Option<usize> {
        let [first, .., last] = &self.choices[..] else { return None };
        let (width, height) = ((last.k - first.k) as f64, first.inertia - last.inertia);
        if self.choices.len() < 3 || height <= 0.0 {
            return None;
        }
        let below = |c: &Choice| 1.0 - (c.k - first.k) as f64 / width - (c.inertia - last.inertia) / height;
        self.choices.iter().max_by(|a, b| below(a).total_cmp(&below(b)).then(b.k.cmp(&a.k))).map(|c| c.k)
    }

    /// k of the highest silhouette.
    #[must_use]
    pub fn best_silhouette(&self) -> Option<usize> {
        self.best(|c| c.silhouette)
    }

    /// k of the highest Calinski-Harabasz index.
    #[must_use]
    pub fn best_calinski_harabasz(&self) -> Option<usize> {
        self.best(|c| c.calinski_harabasz)
    }

    /// k of the lowest Davies-Bouldin index.
    #[must_use]
    pub fn best_davies_bouldin(&self) -> Option<usize> {
        self.best(|c| c.davies_bouldin.map(|v| -v))
    }

    /// Smallest k whose gap is at least the next one's less its error, as the gap statistic's authors choose.
    #[must_use]
    pub fn best_gap(&self) -> Option<usize> {
        let good = |w: &&[Choice]| matches!((w[0].gap, w[1].gap), (Some(a), Some(b)) if a.value >= b.value - b.error);
        self.choices.windows(2).find(good).map(|w| w[0].k)
    }

    fn best(&self, value: impl Fn(&Choice) -> Option<f64>) -> Option<usize> {
        let known = self.choices.iter().filter_map(|c| Some((c.k, value(c)?)));
        known.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0))).map(|(k, _)| k)
    }
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
    at_least_one("from", settings.from)?;
    if settings.to < settings.from {
        let found = settings.to.to_string();
        return Err(Error::Setting { name: "to", expected: "at least `from`", found });
    }
    crate::check::not_empty(x.nrows(), x.ncols())?;
    crate::check::clusters(settings.to, x.nrows())?;
    crate::check::finite("the data", x)?;
    crate::check::squares("the data", x)?;
    let seed: [u8; 32] = rng.random();
    // The same references for every k, as the definition asks: their seed is kept, not their rows.
    let references: Vec<[u8; 32]> = (0..settings.references).map(|_| rng.random()).collect();
    let mut logs = vec![Vec::new(); settings.to - settings.from + 1];
    for &reference in &references {
        let mut stream = ChaCha8Rng::from_seed(reference);
        let rows = uniform(x, &mut stream);
        for (logs, k) in logs.iter_mut().zip(settings.from..) {
            logs.push(cluster(rows.view(), k, &settings.kmeans, &mut stream)?.inertia().ln());
        }
    }
    let mut stream = ChaCha8Rng::from_seed(seed);
    let choices = (settings.from..=settings.to).zip(&logs).map(|(k, logs)| {
        let model = cluster(x, k, &settings.kmeans, &mut stream)?;
        indices(x, k, &model, logs, settings.silhouette)
    });
    Ok(Sweep { choices: choices.collect::<Result<_>>()? })
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
