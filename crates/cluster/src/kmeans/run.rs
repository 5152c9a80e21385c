//! One run from given centres: Lloyd's iterations, whatever the data and the assignment step.

use super::book::Totals;
use super::distance::squared_distance;
use super::points::{Assigner, Points};
use crate::simd::Lane;

/// What a run ends with.
#[derive(Debug, Clone)]
pub(crate) struct Run<T> {
    pub centers: Vec<T>,
    pub labels: Vec<u32>,
    pub inertia: f64,
    pub n_iter: usize,
    pub converged: bool,
}

/// Iterates until no label changes, the centres' squared shifts sum to at most `tol`, or `max_iter` iterations are done.
pub(crate) fn run<T: Lane, P: Points<T>>(points: &P, initial: Vec<T>, max_iter: usize, tol: f64) -> Run<T> {
    let d = points.features();
    let k = initial.len() / d;
    let mut assigner = points.start(k);
    let mut centers = initial;
    let mut moved = vec![0.0; k];
    let (mut n_iter, mut strict, mut converged, mut relocated) = (0, false, false, false);
    while n_iter < max_iter {
        let changed = assigner.assign(&centers, &moved);
        n_iter += 1;
        let next;
        (next, relocated) = means(points, &assigner, &centers);
        moved = steps(&centers, &next, d);
        centers = next;
        if changed == 0 {
            (strict, converged) = (true, true);
            break;
        }
        if moved.iter().map(|m| m * m).sum::<f64>() <= tol {
            converged = true;
            break;
        }
    }
    if n_iter > 0 && !relocated && assigner.totals().worn(T::UNIT) {
        assigner.refresh();
        let (next, _) = means(points, &assigner, &centers);
        if next != centers {
            for (m, step) in moved.iter_mut().zip(steps(&centers, &next, d)) {
                *m += step;
            }
            centers = next;
            strict = false;
        }
    }
    if !strict || relocated {
        assigner.assign(&centers, &moved);
    }
    let labels = assigner.labels().to_vec();
    let squares = points.own_squares(&centers, &labels);
    let inertia = squares.iter().enumerate().map(|(i, q)| points.weight(i) * q).sum();
    Run { centers, labels, inertia, n_iter, converged }
}

/// How far each centre moves.
fn steps<T: Lane>(from: &[T], to: &[T], d: usize) -> Vec<f64> {
    from.chunks_exact(d).zip(to.chunks_exact(d)).map(|(a, b)| squared_distance(a, b).sqrt()).collect()
}

/// Means of the clusters, empty ones filled as scikit-learn does; and whether any was.
///
/// An empty cluster takes the sample (of those with a weight) farthest from its centre, which its old cluster loses. Where every sample lies on its centre there is
/// nothing to gain: the empty cluster is put on the centre of the heaviest one.
fn means<T: Lane, P: Points<T>>(points: &P, assigner: &impl Assigner<T>, centers: &[T]) -> (Vec<T>, bool) {
    let d = points.features();
    let Totals { sums, mass, .. } = assigner.totals();
    let labels = assigner.labels();
    // Rows with a weight in each cluster.
    let count = || {
        let mut rows = vec![0usize; mass.len()];
        for (i, &label) in labels.iter().enumerate() {
            rows[label as usize] += usize::from(points.weight(i) > 0.0);
        }
        rows
    };
    // Weights that came and went need not cancel to the last bit: with weights, rows are counted.
    if mass.iter().all(|&m| m > 0.0) && !(points.weighted() && count().contains(&0)) {
        return (divide(sums, mass, d), false);
    }
    let mut rows = count();
    let empty: Vec<usize> = (0..mass.len()).filter(|&c| rows[c] == 0).collect();
    let (mut sums, mut mass) = (sums.clone(), mass.clone());
    for &c in &empty {
        mass[c] = 0.0;
    }
    let distances = points.own_squares(centers, labels);
    // A row without weight would fill nothing.
    let mut far: Vec<usize> = (0..distances.len()).filter(|&i| points.weight(i) > 0.0).collect();
    let order = |&a: &usize, &b: &usize| distances[b].total_cmp(&distances[a]).then(a.cmp(&b));
    if empty.len() < far.len() {
        far.select_nth_unstable_by(empty.len(), order);
        far.truncate(empty.len());
    }
    far.sort_unstable_by(order);
    let relocate = distances[far[0]] > 0.0;
    if relocate {
        for (&c, &i) in empty.iter().zip(&far) {
            let (weight, old) = (points.weight(i), labels[i] as usize);
            points.add_row(i, -weight, &mut sums[old * d..(old + 1) * d]);
            sums[c * d..(c + 1) * d].fill(0.0);
            points.add_row(i, weight, &mut sums[c * d..(c + 1) * d]);
            (mass[c], rows[c]) = (weight, 1);
            rows[old] -= 1;
            mass[old] = if rows[old] > 0 { mass[old] - weight } else { 0.0 };
        }
    }
    let heaviest = (0..mass.len()).fold(0, |best, c| if mass[c] > mass[best] { c } else { best });
    let mut next = divide(&sums, &mass, d);
    for (c, &mass) in mass.iter().enumerate() {
        if mass <= 0.0 {
            next.copy_within(heaviest * d..(heaviest + 1) * d, c * d);
        }
    }
    (next, relocate)
}

fn divide<T: Lane>(sums: &[f64], mass: &[f64], d: usize) -> Vec<T> {
    sums.chunks_exact(d).zip(mass).flat_map(|(s, &m)| s.iter().map(move |&s| T::narrow(s / m))).collect()
}
