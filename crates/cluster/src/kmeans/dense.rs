use super::assign::{Assign, Delta, Inertia, NONE};
use super::bounds::{Bounds, Drift, Kind};
use super::distance::{add_scaled, squared_distance, squared_norm};
use super::packed::{Packed, lanes};
use super::points::{Assigner, Points, run_length};
use super::settings::Algorithm;
use super::squares::Squares;
use crate::error::{Error, Result};
use crate::simd::Lane;
use ndarray::ArrayView2;
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;
use std::borrow::Cow;

/// Dense samples, checked, with their norms.
pub(crate) struct Dense<'a, T: Lane> {
    x: Cow<'a, [T]>,
    n: usize,
    d: usize,
    weights: Option<&'a [f64]>,
    algorithm: Algorithm,
    /// ‖x − origin‖².
    norms: Vec<T>,
    largest: f64,
    origin: Option<Vec<T>>,
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
        if n == 0 || d == 0 {
            return Err(Error::Empty { rows: n, columns: d });
        }
        let x: Cow<'a, [T]> = match x.to_slice() {
            Some(slice) => Cow::Borrowed(slice),
            None => Cow::Owned(x.iter().copied().collect()),
        };
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
        let count = n as f64;
        let variance: f64 =
            sum.iter().zip(&square).map(|(s, q)| (q / count - (s / count).powi(2)).max(0.0)).sum();
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
        Ok(Self { x, n, d, weights, algorithm, norms, largest, origin, mean_variance: variance / d as f64 })
    }

    fn slice(&self, i: usize) -> &[T] {
        &self.x[i * self.d..(i + 1) * self.d]
    }

    /// Rows in a run that books its own sums: enough runs for the threads, few enough that folding them costs little.
    fn length(&self, k: usize) -> usize {
        run_length(self.n, (self.n / (4 * k)).clamp(1, 32))
    }

    fn kind(&self, k: usize) -> Option<Kind> {
        match self.algorithm {
            Algorithm::Lloyd => None,
            Algorithm::Hamerly => Some(Kind::One),
            Algorithm::Yinyang => Some(Kind::Lanes),
            Algorithm::Auto if k == 1 => None,
            Algorithm::Auto if self.d < 20 || lanes::<T>() == 1 => Some(Kind::One),
            Algorithm::Auto => Some(Kind::Lanes),
        }
    }
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
        for (x, norm) in self.x.chunks_exact(d).zip(self.norms) {
            for (((s, q), &x), &f) in sum.iter_mut().zip(&mut square).zip(x).zip(self.first) {
                let t = x.wide() - f.wide();
                *s += t;
                *q += t * t;
            }
            let n = squared_norm(x);
            *norm = T::narrow(n);
            if n.is_nan() || n > largest {
                largest = n;
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
    fn weight(&self, i: usize) -> f64 {
        self.weights.map_or(1.0, |w| w[i])
    }
    fn square(&self, i: usize, centre: &[T]) -> f64 {
        squared_distance(self.slice(i), centre)
    }
    fn add_row(&self, i: usize, w: f64, sum: &mut [f64]) {
        add_scaled(sum, self.slice(i), w);
    }
    fn row(&self, i: usize) -> Vec<T> {
        self.slice(i).to_vec()
    }

    fn inertia(&self, centers: &[T], labels: &[u32]) -> f64 {
        let length = run_length(self.n, (self.n / 256).clamp(1, 64));
        let parts: Vec<f64> = self
            .x
            .par_chunks(length * self.d)
            .zip(labels.par_chunks(length))
            .enumerate()
            .map(|(part, (x, labels))| {
                let weights = self.weights.map(|w| &w[part * length..part * length + labels.len()]);
                Arch::new().dispatch(Inertia { x, centers, d: self.d, weights, labels })
            })
            .collect();
        parts.into_iter().sum()
    }

    fn squares_to(&self, centers: &[T], out: &mut [T]) {
        let packed = Packed::new(centers, self.d, self.origin.as_deref());
        let trusted = packed.trusted(self.largest);
        let length = run_length(self.n, (self.n / 256).clamp(1, 64));
        self.x
            .par_chunks(length * self.d)
            .zip(self.norms.par_chunks(length))
            .zip(out.par_chunks_mut(length * packed.k))
            .for_each(|((x, norms), out)| {
                Arch::new().dispatch(Squares { x, norms, packed: &packed, trusted, out })
            });
    }

    fn start(&self, k: usize) -> impl Assigner<T> {
        let kind = self.kind(k);
        let parts = self.n.div_ceil(self.length(k));
        let lower = match kind {
            None => 0,
            Some(Kind::One) => 1,
            Some(Kind::Lanes) => lanes::<T>(),
        };
        DenseRun {
            points: self,
            k,
            kind,
            labels: vec![NONE; self.n],
            upper: vec![T::zero(); if kind.is_some() { self.n } else { 0 }],
            lower: vec![T::zero(); lower * self.n],
            width: lower,
            ways: vec![0.0; k],
            others: vec![0.0; lower],
            fresh: true,
            span: 0.0,
            deltas: (0..parts).map(|_| Delta::new(k, self.d)).collect(),
            sums: vec![0.0; k * self.d],
            mass: vec![0.0; k],
        }
    }
}

/// State of one run on dense samples.
struct DenseRun<'p, 'a, T: Lane> {
    points: &'p Dense<'a, T>,
    k: usize,
    kind: Option<Kind>,
    labels: Vec<u32>,
    upper: Vec<T>,
    lower: Vec<T>,
    /// Lower bounds of a row.
    width: usize,
    /// How far each centre has come since the start.
    ways: Vec<f64>,
    /// Sum over the iterations of the longest step among the centres that share a lower bound.
    others: Vec<f64>,
    fresh: bool,
    /// Largest distance that any bound can have held.
    span: f64,
    deltas: Vec<Delta>,
    sums: Vec<f64>,
    mass: Vec<f64>,
}

impl<T: Lane> DenseRun<'_, '_, T> {
    /// Adds the last step to the ways come.
    fn drift(&mut self, packed: &Packed<'_, T>, moved: &[f64]) -> Drift<T> {
        for (way, step) in self.ways.iter_mut().zip(moved) {
            *way += step * (1.0 + 1e-9);
        }
        for (lane, other) in self.others.iter_mut().enumerate() {
            let longest = moved.iter().skip(lane).step_by(self.width).fold(0.0f64, |a, &b| a.max(b));
            *other += longest * (1.0 + 1e-9);
        }
        self.span = self.span.max(self.points.largest.sqrt() + packed.reach);
        let longest = self.others.iter().fold(0.0f64, |a, &b| a.max(b));
        let slack =
            T::UNIT * (32.0 + packed.d as f64 / 4.0 * f64::from(T::UNIT < 1e-10)) * (self.span + longest);
        let half =
            if self.k * self.k <= self.points.n { half_distances(packed) } else { vec![T::zero(); self.k] };
        Drift {
            fresh: self.fresh,
            tighten: true,
            own: self.ways.iter().map(|&w| T::narrow(w)).collect(),
            others: self.others.iter().map(|&w| T::narrow(w)).collect(),
            half,
            slack: T::narrow(slack),
        }
    }

    /// Adds what the runs of rows have booked, in their order.
    fn fold(&mut self) {
        let (d, deltas) = (self.points.d, &mut self.deltas);
        for delta in deltas {
            for c in 0..self.k {
                if std::mem::take(&mut delta.touched[c]) {
                    self.mass[c] += std::mem::take(&mut delta.mass[c]);
                    let part = &mut delta.sums[c * d..(c + 1) * d];
                    for (sum, part) in self.sums[c * d..(c + 1) * d].iter_mut().zip(part) {
                        *sum += std::mem::take(part);
                    }
                }
            }
        }
    }
}

/// Half the distance from each centre to its nearest other one.
fn half_distances<T: Lane>(packed: &Packed<'_, T>) -> Vec<T> {
    (0..packed.k)
        .into_par_iter()
        .map(|a| {
            let nearest = (0..packed.k)
                .filter(|&b| b != a)
                .map(|b| squared_distance(packed.centre(a), packed.centre(b)))
                .fold(f64::INFINITY, f64::min);
            T::narrow(0.5 * nearest.sqrt())
        })
        .collect()
}

impl<T: Lane> Assigner<T> for DenseRun<'_, '_, T> {
    fn assign(&mut self, centers: &[T], moved: &[f64]) -> usize {
        let points = self.points;
        let (d, length) = (points.d, points.length(self.k));
        let packed = Packed::new(centers, d, points.origin.as_deref());
        let trusted = packed.trusted(points.largest);
        let drift = self.kind.map(|kind| (kind, self.drift(&packed, moved)));
        let width = self.width;
        let empty = |part: usize| part * length..((part + 1) * length).min(points.n);
        let mut upper = self.upper.chunks_mut(length);
        let mut lower = self.lower.chunks_mut((length * width).max(1));
        let jobs: Vec<Assign<'_, T>> = self
            .labels
            .chunks_mut(length)
            .zip(&mut self.deltas)
            .enumerate()
            .map(|(part, (labels, delta))| {
                let rows = empty(part);
                let bounds = drift.as_ref().and_then(|(kind, drift)| {
                    Some((Bounds { kind: *kind, upper: upper.next()?, lower: lower.next()? }, drift))
                });
                Assign {
                    x: &points.x[rows.start * d..rows.end * d],
                    norms: &points.norms[rows.clone()],
                    weights: points.weights.map(|w| &w[rows]),
                    packed: &packed,
                    trusted,
                    labels,
                    bounds,
                    delta: Some(delta),
                }
            })
            .collect();
        let arch = Arch::new();
        let changed: Vec<usize> = jobs.into_par_iter().map(|job| arch.dispatch(job)).collect();
        // Without the kernels no bounds were renewed, so none may be read next time.
        self.fresh = !trusted;
        self.fold();
        changed.into_iter().sum()
    }

    fn labels(&self) -> &[u32] {
        &self.labels
    }
    fn sums(&self) -> &[f64] {
        &self.sums
    }
    fn mass(&self) -> &[f64] {
        &self.mass
    }

    fn refresh(&mut self) {
        let points = self.points;
        let (d, length) = (points.d, points.length(self.k));
        let arch = Arch::new();
        self.deltas
            .par_iter_mut()
            .zip(self.labels.par_chunks(length))
            .zip(points.x.par_chunks(length * d))
            .enumerate()
            .for_each(|(part, ((delta, labels), x))| {
                let weights = points.weights.map(|w| &w[part * length..part * length + labels.len()]);
                arch.dispatch(Book { x, d, weights, labels, delta });
            });
        self.sums.fill(0.0);
        self.mass.fill(0.0);
        self.fold();
    }
}

/// Books every row under its label.
struct Book<'a, T> {
    x: &'a [T],
    d: usize,
    weights: Option<&'a [f64]>,
    labels: &'a [u32],
    delta: &'a mut Delta,
}

impl<T: Lane> WithSimd for Book<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for (i, (x, &label)) in self.x.chunks_exact(self.d).zip(self.labels).enumerate() {
            self.delta.add(label, x, self.weights.map_or(1.0, |w| w[i]));
        }
    }
}
