use super::assign::{Assign, NONE, Tally};
use super::book::{Delta, Totals};
use super::bounds::{Bounds, Drift, Kind};
use super::dense::Dense;
use super::distance::squared_distance;
use super::few::Turned;
use super::packed::{Packed, lanes};
use super::points::Assigner;
use crate::simd::Lane;
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

/// State of one run on dense samples.
pub(super) struct DenseRun<'p, 'a, T: Lane> {
    points: &'p Dense<'a, T>,
    k: usize,
    kind: Option<Kind>,
    /// The samples feature by feature, where there are so few that this is the faster way.
    turned: Option<Turned<T>>,
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
    /// Whether to compute own distances first, and the iterations since that was decided.
    tighten: bool,
    since: usize,
    /// Largest distance that any bound can have held.
    span: f64,
    deltas: Vec<Delta>,
    totals: Totals,
}

impl<'p, 'a, T: Lane> DenseRun<'p, 'a, T> {
    pub(super) fn new(points: &'p Dense<'a, T>, k: usize) -> Self {
        let kind = points.kind(k);
        let width = match kind {
            None => 0,
            Some(Kind::One) => 1,
            Some(Kind::Lanes) => lanes::<T>(),
        };
        Self {
            points,
            k,
            kind,
            turned: points.few(k).then(|| Turned::new(points, points.length(k))),
            labels: vec![NONE; points.n],
            upper: vec![T::zero(); if kind.is_some() { points.n } else { 0 }],
            lower: vec![T::zero(); width * points.n],
            width,
            ways: vec![0.0; k],
            others: vec![0.0; width],
            fresh: true,
            tighten: points.d >= 16,
            since: 0,
            span: 0.0,
            deltas: (0..points.n.div_ceil(points.length(k))).map(|_| Delta::new(k, points.d)).collect(),
            totals: Totals::new(k, points.d),
        }
    }

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
            tighten: self.tighten,
            own: self.ways.iter().map(|&w| T::narrow(w)).collect(),
            others: self.others.iter().map(|&w| T::narrow(w)).collect(),
            half,
            slack: T::narrow(slack),
        }
    }
}

impl<T: Lane> DenseRun<'_, '_, T> {
    /// Decides from what computing own distances first has spared whether to go on with it. It is tried anew every eighth iteration.
    fn learn(&mut self, tightened: usize, spared: usize, panels: usize) {
        let d = self.points.d as f64;
        if d < 16.0 || self.fresh {
            return;
        }
        // Rough costs of a row in cycles: a vector's product takes one, and both ways have some work of their own.
        let all = d * panels as f64 + 25.0;
        let own = 2.0 * d / lanes::<T>() as f64 + 25.0;
        if tightened > 0 {
            self.tighten = spared as f64 * all > tightened as f64 * own;
            self.since = 0;
        } else {
            self.since += 1;
            self.tighten |= self.since >= 8;
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
        let rows_of = |part: usize| part * length..((part + 1) * length).min(points.n);
        let mut upper = self.upper.chunks_mut(length);
        let mut lower = self.lower.chunks_mut((length * width).max(1));
        let jobs: Vec<Assign<'_, T>> = self
            .labels
            .chunks_mut(length)
            .zip(&mut self.deltas)
            .enumerate()
            .map(|(part, (labels, delta))| {
                let rows = rows_of(part);
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
        let tallies: Vec<Tally> = match &self.turned {
            Some(turned) if trusted => jobs
                .into_par_iter()
                .enumerate()
                .map(|(part, job)| arch.dispatch(turned.run(part, job)))
                .collect(),
            _ => jobs.into_par_iter().map(|job| arch.dispatch(job)).collect(),
        };
        // Without the kernels no bounds were renewed, so none may be read next time.
        self.fresh = !trusted;
        self.totals.fold(&mut self.deltas);
        let sum = |part: fn(&Tally) -> usize| tallies.iter().map(part).sum::<usize>();
        self.learn(sum(|t| t.tightened), sum(|t| t.spared), packed.panels);
        sum(|t| t.changed)
    }

    fn labels(&self) -> &[u32] {
        &self.labels
    }
    fn totals(&self) -> &Totals {
        &self.totals
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
        self.totals.clear();
        self.totals.fold(&mut self.deltas);
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
