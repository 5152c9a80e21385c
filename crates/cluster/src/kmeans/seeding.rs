//! First centres: greedy k-means++ and random samples.

use super::points::{Points, run_length};
use super::settings::Init;
use crate::simd::Lane;
use rand::Rng;
use rayon::prelude::*;

/// k first centres, one after another.
pub(crate) fn first_centers<T: Lane, P: Points<T>>(
    points: &P,
    k: usize,
    init: Init,
    rng: &mut impl Rng,
) -> Vec<T> {
    let chosen = match init {
        Init::KMeansPlusPlus => plus_plus(points, k, rng),
        Init::Random => random(points, k, rng),
    };
    chosen.into_iter().flat_map(|i| points.row(i)).collect()
}

/// Greedy k-means++.
fn plus_plus<T: Lane, P: Points<T>>(points: &P, k: usize, rng: &mut impl Rng) -> Vec<usize> {
    let n = points.rows();
    let trials = 2 + (k as f64).ln() as usize;
    let weights: Vec<f64> = (0..n).map(|i| points.weight(i)).collect();
    let first = draw(&weights, weights.iter().sum::<f64>() * rng.random::<f64>());
    let mut chosen = vec![first];
    let mut nearest = vec![T::zero(); n];
    points.squares_to(&points.row(first), &mut nearest);
    let mut squares = vec![T::zero(); n * trials];
    while chosen.len() < k {
        let mass: Vec<f64> = nearest.iter().zip(&weights).map(|(q, w)| q.wide() * w).collect();
        let total: f64 = mass.iter().sum();
        let candidates: Vec<usize> = (0..trials)
            .map(|_| {
                let u = rng.random::<f64>();
                // All samples lie on centres already: any sample is as good, so one by its weight.
                if total > 0.0 {
                    draw(&mass, u * total)
                } else {
                    draw(&weights, u * weights.iter().sum::<f64>())
                }
            })
            .collect();
        let rows: Vec<T> = candidates.iter().flat_map(|&i| points.row(i)).collect();
        points.squares_to(&rows, &mut squares);
        let potentials = potentials(&squares, &nearest, &weights, trials);
        let best = (0..trials).fold(0, |best, t| if potentials[t] < potentials[best] { t } else { best });
        for (q, squares) in nearest.iter_mut().zip(squares.chunks_exact(trials)) {
            *q = q.min(squares[best]);
        }
        chosen.push(candidates[best]);
    }
    chosen
}

/// Weighted sum of squared distances to the nearest centre if each candidate were added.
fn potentials<T: Lane>(squares: &[T], nearest: &[T], weights: &[f64], trials: usize) -> Vec<f64> {
    let length = run_length(nearest.len(), (nearest.len() / 256).clamp(1, 64));
    let parts: Vec<Vec<f64>> = squares
        .par_chunks(length * trials)
        .zip(nearest.par_chunks(length))
        .zip(weights.par_chunks(length))
        .map(|((squares, nearest), weights)| {
            let mut sums = vec![0.0; trials];
            for ((squares, &q), &w) in squares.chunks_exact(trials).zip(nearest).zip(weights) {
                for (sum, &s) in sums.iter_mut().zip(squares) {
                    *sum += w * s.min(q).wide();
                }
            }
            sums
        })
        .collect();
    parts.into_iter().fold(vec![0.0; trials], |mut total, part| {
        total.iter_mut().zip(part).for_each(|(t, p)| *t += p);
        total
    })
}

/// First index at which the running sum of `mass` exceeds `target`, and never one without mass where there is any.
fn draw(mass: &[f64], target: f64) -> usize {
    let mut sum = 0.0;
    let mut last = 0;
    for (i, &m) in mass.iter().enumerate() {
        if m > 0.0 {
            sum += m;
            last = i;
            if sum > target {
                return i;
            }
        }
    }
    last
}

/// k different samples: the largest of u^(1/w), which draws without replacement by weight (Efraimidis and Spirakis 2006).
fn random<T: Lane, P: Points<T>>(points: &P, k: usize, rng: &mut impl Rng) -> Vec<usize> {
    let mut keys: Vec<(bool, f64, usize)> = (0..points.rows())
        .map(|i| {
            let u: f64 = rng.random();
            let w = points.weight(i);
            (w > 0.0, if w > 0.0 { (1.0 - u).ln() / w } else { 0.0 }, i)
        })
        .collect();
    // Rows without a weight come last.
    keys.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(b.1.total_cmp(&a.1)).then(a.2.cmp(&b.2)));
    keys.into_iter().take(k).map(|(_, _, i)| i).collect()
}
