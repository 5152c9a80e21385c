use super::bounds::Kind;
use super::dense_run::DenseRun;
use super::distance::{TINY, add_scaled, squared_norm};
use super::packed::{Packed, lanes};
use super::points::{Assigner, Points, run_length};
use super::settings::Algorithm;
use super::squares::{OwnSquares, Squares};
use crate::check;
use crate::error::{Error, Result};
use crate::simd::Lane;
use ndarray::ArrayView2;
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;
use std::borrow::Cow;

/// Dense samples, checked, with their norms.
pub(crate) struct Dense<'a, T: Lane> {
    pub(super) x: Cow<'a, [T]>,
    pub(super) n: usize,
    pub(super) d: usize,
    pub(super) weights: Option<&'a [f64]>,
    algorithm: Algorithm,
    /// ‖x − origin‖².
    pub(super) norms: Vec<T>,
    /// Largest of them.
    pub(super) largest: f64,
    pub(super) origin: Option<Vec<T>>,
    mean_variance: f64,
}

impl<'a, T: Lane> Dense<'a, T> {
    /// Checks the samples and gathers means, variances and norms in one pass over them.
    pub(crate) fn new(
        x: ArrayView2<'a, T>,
        weights: Option<&'a [f64]>,
        algorithm: Algorithm,
    ) -> Result<Self> {
        let (n, d) = x.dim();
        check::not_empty(n, d)?;
        let x = check::contiguous(x);
        let mut norms = vec![T::zero(); n];
        let length = run_length(n, (n / 512).clamp(1, 64));
        let first = &x[..d];
        let parts: Vec<(Vec<f64>, Vec<f64>, f64)> = x
            .par_chunks(length * d)
            .zip(norms.par_chunks_mut(length))
            .map(|(x, norms)| Arch::new().dispatch(Moments { x, first, norms }))
            .collect();
        let (mut sum, mut square) = (vec![0.0; d], vec![0.0; d]);
        let mut largest = 0.0f64;
        for (s, q, norm) in parts {
            for j in 0..d {
                sum[j] += s[j];
                square[j] += q[j];
            }
            // A NaN among the norms must not be lost, so no f64::max here.
            if norm.is_nan() || norm > largest {
                largest = norm;
            }
        }
        if !(4.0 * largest).is_finite() || !square.iter().all(|q| q.is_finite()) {
            return Err(match x.iter().position(|v| !v.is_finite()) {
                Some(at) => Error::NotFinite { what: "the data", row: at / d, column: at % d },
                None => Error::Overflow { what: "the data" },
            });
        }
        // Sums of (x − first)²: nothing cancels in them.
        if square.iter().sum::<f64>() < TINY && x.chunks_exact(d).any(|row| row != first) {
            return Err(Error::Underflow { what: "the data" });
        }
        let count = n as f64;
        let spread = |(s, q): (&f64, &f64)| (q / count - (s / count).powi(2)).max(0.0);
        let variance: f64 = sum.iter().zip(&square).map(spread).sum();
        let mean: Vec<f64> = sum.iter().zip(first).map(|(s, f)| f.wide() + s / count).collect();
        // Far from zero the kernels would lose the digits that matter; near it the shift would only cost time.
        let mut origin = None;
        if squared_norm(&mean) > 4.0 * variance {
            let shift: Vec<T> = mean.iter().map(|&m| T::narrow(m)).collect();
            largest = norms
                .par_chunks_mut(length)
                .zip(x.par_chunks(length * d))
                .map(|(norms, x)| {
                    let mut largest = 0.0f64;
                    let mut row = vec![T::zero(); d];
                    for (norm, x) in norms.iter_mut().zip(x.chunks_exact(d)) {
                        for ((r, &x), &o) in row.iter_mut().zip(x).zip(&shift) {
                            *r = x - o;
                        }
                        let square = squared_norm(&row);
                        *norm = T::narrow(square);
                        largest = largest.max(square);
                    }
                    largest
                })
                .collect::<Vec<_>>()
                .into_iter()
                .fold(0.0, f64::max);
            origin = Some(shift);
        }
        // Weights are to count, and the difference may have cancelled: the first row can lie far from all others.
        let cancelled = sum.iter().zip(&square).any(|(s, q)| spread((s, q)) < 1e-8 * q / count);
        let exact = (weights.is_some() || cancelled).then(|| squares_about_mean(&x, d, weights));
        let mean_variance = exact.unwrap_or(variance) / d as f64;
        Ok(Self { x, n, d, weights, algorithm, norms, largest, origin, mean_variance })
    }

    fn slice(&self, i: usize) -> &[T] {
        &self.x[i * self.d..(i + 1) * self.d]
    }

    /// Rows in a run that books its own sums: enough runs for the threads, few enough that folding them costs little.
    pub(super) fn length(&self, k: usize) -> usize {
        run_length(self.n, (self.n / (4 * k)).clamp(1, 32))
    }

    /// Whether the kernel for few features is to be used, which needs no bounds: for Lloyd's iterations always, else where all distances
    /// of a sample cost less than reading its bounds and computing what they leave.
    pub(super) fn few(&self, k: usize) -> bool {
        let cheap = || k * (self.d + 6) <= 48 * lanes::<T>();
        let plain = match self.algorithm {
            Algorithm::Lloyd => true,
            Algorithm::Auto => cheap(),
            Algorithm::Hamerly | Algorithm::Yinyang => false,
        };
        plain && self.d <= 16 && lanes::<T>() > 1
    }

    pub(super) fn kind(&self, k: usize) -> Option<Kind> {
        match self.algorithm {
            Algorithm::Lloyd => None,
            Algorithm::Hamerly => Some(Kind::One),
            Algorithm::Yinyang => Some(Kind::Lanes),
            Algorithm::Auto if k == 1 || self.few(k) => None,
            Algorithm::Auto if self.d < 256 || lanes::<T>() == 1 => Some(Kind::One),
            Algorithm::Auto => Some(Kind::Lanes),
        }
    }
}

/// Weighted variances of the features, summed, from squares of differences from the mean.
fn squares_about_mean<T: Lane>(x: &[T], d: usize, weights: Option<&[f64]>) -> f64 {
    let rows = || x.chunks_exact(d).enumerate().map(|(i, row)| (row, weights.map_or(1.0, |w| w[i])));
    let total: f64 = rows().map(|(_, w)| w).sum();
    let mut mean = vec![0.0; d];
    rows().for_each(|(row, w)| add_scaled(&mut mean, row, w / total));
    let square = |row: &[T]| row.iter().zip(&mean).map(|(v, m)| (v.wide() - m).powi(2)).sum::<f64>();
    rows().map(|(row, w)| w / total * square(row)).sum()
}

/// Sums of x − first and of their squares by feature, and ‖x‖² by row.
struct Moments<'a, T> {
    x: &'a [T],
    first: &'a [T],
    norms: &'a mut [T],
}

impl<T: Lane> WithSimd for Moments<'_, T> {
    type Output = (Vec<f64>, Vec<f64>, f64);
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> Self::Output {
        let d = self.first.len();
        let (mut sum, mut square) = (vec![0.0; d], vec![0.0; d]);
        let mut largest = 0.0f64;
        for (x, norms) in self.x.chunks(4 * d).zip(self.norms.chunks_mut(4)) {
            // Four rows at a time, so that the sums are loaded and stored once for all of them.
            if x.len() == 4 * d {
                let (ab, ce) = x.split_at(2 * d);
                let ((a, b), (c, e)) = (ab.split_at(d), ce.split_at(d));
                let rows = a.iter().zip(b).zip(c.iter().zip(e)).zip(self.first);
                for ((s, q), (((&a, &b), (&c, &e)), &f)) in sum.iter_mut().zip(&mut square).zip(rows) {
                    let f = f.wide();
                    let (a, b, c, e) = (a.wide() - f, b.wide() - f, c.wide() - f, e.wide() - f);
                    *s += (a + b) + (c + e);
                    *q += (a * a + b * b) + (c * c + e * e);
                }
            } else {
                for x in x.chunks_exact(d) {
                    for (((s, q), &x), &f) in sum.iter_mut().zip(&mut square).zip(x).zip(self.first) {
                        let t = x.wide() - f.wide();
                        *s += t;
                        *q += t * t;
                    }
                }
            }
            for (x, norm) in x.chunks_exact(d).zip(norms) {
                let n = squared_norm(x);
                *norm = T::narrow(n);
                if n.is_nan() || n > largest {
                    largest = n;
                }
            }
        }
        (sum, square, largest)
    }
}

impl<T: Lane> Points<T> for Dense<'_, T> {
    fn rows(&self) -> usize {
        self.n
    }
    fn features(&self) -> usize {
        self.d
    }
    fn mean_variance(&self) -> f64 {
        self.mean_variance
    }
    fn weighted(&self) -> bool {
        self.weights.is_some()
    }
    fn weight(&self, i: usize) -> f64 {
        self.weights.map_or(1.0, |w| w[i])
    }
    fn add_row(&self, i: usize, w: f64, sum: &mut [f64]) {
        add_scaled(sum, self.slice(i), w);
    }
    fn row(&self, i: usize) -> Vec<T> {
        self.slice(i).to_vec()
    }

    fn own_squares(&self, centers: &[T], labels: &[u32]) -> Vec<f64> {
        let d = self.d;
        let length = run_length(self.n, (self.n / 256).clamp(1, 64));
        let mut out = vec![0.0; self.n];
        self.x
            .par_chunks(length * d)
            .zip(labels.par_chunks(length))
            .zip(out.par_chunks_mut(length))
            .for_each(|((x, labels), out)| Arch::new().dispatch(OwnSquares { x, centers, d, labels, out }));
        out
    }

    fn squares_to(&self, centers: &[T], out: &mut [T]) {
        let packed = Packed::new(centers, self.d, self.origin.as_deref());
        let unit = Packed::<T>::square_unit(self.largest);
        let trusted = unit == 1.0 && packed.trusted(self.largest);
        let length = run_length(self.n, (self.n / 256).clamp(1, 64));
        self.x
            .par_chunks(length * self.d)
            .zip(self.norms.par_chunks(length))
            .zip(out.par_chunks_mut(length * packed.k))
            .for_each(|((x, norms), out)| {
                Arch::new().dispatch(Squares { x, norms, packed: &packed, trusted, unit, out });
            });
    }

    fn start(&self, k: usize) -> impl Assigner<T> {
        DenseRun::new(self, k)
    }
}
