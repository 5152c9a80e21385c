use super::book::Totals;
use super::dense::Dense;
use super::distance::squared_distance;
use super::minibatch_settings::MiniBatchSettings;
use super::nearest::nearest_labels;
use super::seeding::first_centers;
use super::settings::{Algorithm, Init};
use crate::error::Result;
use crate::simd::Lane;
use crate::{Float, check};
use ndarray::{Array2, ArrayView2};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Centres that learn from one batch at a time (Sculley 2010), for data that do not fit comfortably into memory.
///
/// Every centre is the mean of all samples that batches have brought it, so that its steps shorten as it gathers samples.
/// As in scikit-learn, a centre that has gathered less than `reassignment_ratio` times the most popular one's samples is now and then put
/// on a sample drawn from the batch.
///
/// As in scikit-learn, the partition that [`predict`](Self::predict) gives may have fewer clusters than were asked for: a centre of which
/// no sample is nearest is put elsewhere only while batches are learned, not afterwards, and never where `reassignment_ratio` is 0. Where
/// every cluster must have samples, run [`KMeans::fit_from`](super::KMeans::fit_from) from these centres: it fills empty ones.
#[derive(Debug, Clone, PartialEq)]
pub struct MiniBatchKMeans<F> {
    settings: MiniBatchSettings,
    centers: Array2<F>,
    mass: Vec<f64>,
    rows_since_reassignment: usize,
}

impl<F: Float> MiniBatchKMeans<F> {
    /// Places the first centres by greedy k-means++ on `x` (n × d), a sample of the data: three batches are usual.
    /// The best of `n_init` tries by inertia on `x` is taken.
    ///
    /// # Errors
    /// If a setting is out of range, or `x` is empty, holds NaN or an infinity, or has fewer rows than there are clusters.
    pub fn start(settings: MiniBatchSettings, x: ArrayView2<'_, F>, rng: &mut impl Rng) -> Result<Self> {
        settings.validate()?;
        let k = settings.n_clusters;
        let points = Dense::new(x, None, Algorithm::Auto)?;
        check::clusters(k, x.nrows())?;
        let (rows, d) = (check::contiguous(x), x.ncols());
        let mut best: Option<(f64, Vec<F>)> = None;
        for _ in 0..settings.n_init {
            let mut stream = ChaCha8Rng::from_seed(rng.random());
            let centers = first_centers(&points, k, Init::KMeansPlusPlus, &mut stream);
            let inertia = inertia(&rows, &centers, &nearest_labels(&rows, &centers, d, None), d);
            if best.as_ref().is_none_or(|(least, _)| inertia < *least) {
                best = Some((inertia, centers));
            }
        }
        let centers = best.map(|(_, centers)| centers).unwrap_or_default();
        let centers = Array2::from_shape_fn((k, d), |(c, j)| centers[c * d + j]);
        Ok(Self { mass: vec![0.0; k], settings, centers, rows_since_reassignment: 0 })
    }

    /// Learns from the rows of one batch. Answers their inertia before the step, per row.
    ///
    /// # Errors
    /// If the batch is empty, has another number of features, holds NaN or an infinity, or its squared norms overflow.
    pub fn learn(&mut self, batch: ArrayView2<'_, F>, rng: &mut impl Rng) -> Result<f64> {
        let (k, d) = self.centers.dim();
        let rows = self.rows(batch)?;
        check::squares("the batch", batch)?;
        let mut centers: Vec<F> = self.centers.iter().copied().collect();
        let mut totals = Totals::new(k, d);
        let labels = nearest_labels(&rows, &centers, d, Some(&mut totals));
        let inertia = inertia(&rows, &centers, &labels, d) / batch.nrows() as f64;
        for c in (0..k).filter(|&c| totals.mass[c] > 0.0) {
            let mass = self.mass[c] + totals.mass[c];
            for (value, sum) in centers[c * d..(c + 1) * d].iter_mut().zip(&totals.sums[c * d..(c + 1) * d]) {
                *value = F::narrow((value.wide() * self.mass[c] + sum) / mass);
            }
            self.mass[c] = mass;
        }
        self.rows_since_reassignment += batch.nrows();
        let due = self.mass.contains(&0.0) || self.rows_since_reassignment >= 10 * k;
        if due && self.settings.reassignment_ratio > 0.0 {
            self.rows_since_reassignment = 0;
            self.reassign(&rows, &mut centers, rng);
        }
        for (slot, value) in self.centers.iter_mut().zip(centers) {
            *slot = value;
        }
        Ok(inertia)
    }

    /// Runs over all of `x` in random batches, until the smoothed inertia has not improved for `max_no_improvement` batches or
    /// `max_epochs` passes are done, and answers the number of batches.
    ///
    /// # Errors
    /// As for [`learn`](Self::learn).
    pub fn learn_all(&mut self, x: ArrayView2<'_, F>, rng: &mut impl Rng) -> Result<usize> {
        let rows = self.rows(x)?;
        let (n, d) = x.dim();
        let size = self.settings.batch_size.min(n);
        let steps = (self.settings.max_epochs * n).div_ceil(size);
        let alpha = (2.0 * size as f64 / (n as f64 + 1.0)).min(1.0);
        let mut stream = ChaCha8Rng::from_seed(rng.random());
        let mut batch = Array2::zeros((size, d));
        let (mut smooth, mut least, mut stale) = (f64::NAN, f64::INFINITY, 0);
        for step in 0..steps {
            for mut slot in batch.rows_mut() {
                let i = stream.random_range(0..n as u64) as usize;
                for (to, &from) in slot.iter_mut().zip(&rows[i * d..(i + 1) * d]) {
                    *to = from;
                }
            }
            let inertia = self.learn(batch.view(), &mut stream)?;
            // The first batch met untrained centres: it says nothing.
            if step == 0 {
                continue;
            }
            smooth = if smooth.is_nan() { inertia } else { smooth * (1.0 - alpha) + inertia * alpha };
            stale = if smooth < least { 0 } else { stale + 1 };
            least = least.min(smooth);
            if self.settings.max_no_improvement.is_some_and(|most| stale >= most) {
                return Ok(step + 1);
            }
        }
        Ok(steps)
    }

    /// Centres, k × d.
    #[must_use]
    pub fn centers(&self) -> &Array2<F> {
        &self.centers
    }

    /// Label of the nearest centre for each row of `x`.
    ///
    /// # Errors
    /// As for [`learn`](Self::learn), but for the squared norms: distances are compared at every scale.
    pub fn predict(&self, x: ArrayView2<'_, F>) -> Result<Vec<usize>> {
        let rows = self.rows(x)?;
        let centers: Vec<F> = self.centers.iter().copied().collect();
        let labels = nearest_labels(&rows, &centers, self.centers.ncols(), None);
        Ok(labels.into_iter().map(|l| l as usize).collect())
    }

    fn rows<'a>(&self, x: ArrayView2<'a, F>) -> Result<std::borrow::Cow<'a, [F]>> {
        check::not_empty(x.nrows(), x.ncols())?;
        check::features(x, self.centers.ncols())?;
        check::finite("the data", x)?;
        Ok(check::contiguous(x))
    }

    /// Puts centres that have gathered too few samples on samples of the batch.
    fn reassign(&mut self, rows: &[F], centers: &mut [F], rng: &mut impl Rng) {
        let d = self.centers.ncols();
        let n = rows.len() / d;
        let most = self.mass.iter().fold(0.0f64, |a, &b| a.max(b));
        let mut poor: Vec<usize> = (0..self.mass.len())
            .filter(|&c| self.mass[c] < self.settings.reassignment_ratio * most)
            .collect();
        poor.sort_by(|&a, &b| self.mass[a].total_cmp(&self.mass[b]));
        poor.truncate(n / 2);
        let rich = (0..self.mass.len()).filter(|c| !poor.contains(c)).map(|c| self.mass[c]);
        let least = rich.fold(f64::INFINITY, f64::min);
        let mut order: Vec<usize> = (0..n).collect();
        for (at, &c) in poor.iter().enumerate() {
            order.swap(at, rng.random_range(at as u64..n as u64) as usize);
            let i = order[at];
            centers[c * d..(c + 1) * d].copy_from_slice(&rows[i * d..(i + 1) * d]);
            self.mass[c] = least;
        }
    }
}

fn inertia<T: Lane>(rows: &[T], centers: &[T], labels: &[u32], d: usize) -> f64 {
    let own = |(x, &label): (&[T], &u32)| squared_distance(x, &centers[label as usize * d..][..d]);
    rows.chunks_exact(d).zip(labels).map(own).sum()
}
