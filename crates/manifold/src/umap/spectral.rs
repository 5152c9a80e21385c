//! The spectral start: eigenvectors of the normalised Laplacian, component by component.

use ndarray::{Array2, ArrayView2};
use rand::Rng;

use super::fuzzy::FuzzyGraph;
use super::lanczos::{Symmetric, leading};
use crate::pca::{Pca, PcaSettings};
use crate::{Real, Result, check, noise};

/// Steps of the eigensolver: a start needs no more, and its basis takes steps × n numbers.
const STEPS: usize = 200;
/// Residual at which it stops, as umap-learn's.
const TOLERANCE: f64 = 1e-4;

/// One coordinate per eigenvector of D^(−½) A D^(−½) after the first, n × dim.
///
/// A graph in several components is laid out component by component around places of their own: ± the unit vectors
/// for up to 2 dim components, the leading principal components of their means for more.
pub(super) fn spectral<F: Real>(
    x: ArrayView2<'_, F>,
    graph: &FuzzyGraph,
    dim: usize,
    rng: &mut impl Rng,
) -> Result<Array2<f64>> {
    let n = graph.len();
    let labels = components(graph);
    let count = labels.iter().max().map_or(0, |c| c + 1);
    if count == 1 {
        let members: Vec<usize> = (0..n).collect();
        return connected(graph, &members, dim, rng);
    }
    let mut members = vec![Vec::new(); count];
    for (i, &label) in labels.iter().enumerate() {
        members[label].push(i);
    }
    let places = if count <= 2 * dim {
        let half = count.div_ceil(2);
        Array2::from_shape_fn((count, dim), |(c, d)| {
            if c % half == d { if c < half { 1.0 } else { -1.0 } } else { 0.0 }
        })
    } else {
        places(x, &members, dim)?
    };
    let mut out = Array2::zeros((n, dim));
    for (c, members) in members.iter().enumerate() {
        let apart =
            |other: usize| (0..dim).map(|d| (places[[c, d]] - places[[other, d]]).powi(2)).sum::<f64>();
        let nearest = (0..count).map(apart).filter(|&s| s > 0.0).fold(f64::INFINITY, f64::min);
        let room = if nearest.is_finite() { nearest.sqrt() / 2.0 } else { 1.0 };
        let small = members.len() < 2 * dim || members.len() <= dim + 1;
        let local = if small {
            noise::uniform(members.len(), dim, rng)
        } else {
            connected(graph, members, dim, rng)?
        };
        let largest = local.iter().fold(f64::MIN_POSITIVE, |top, v: &f64| top.max(v.abs()));
        for (row, &i) in local.outer_iter().zip(members) {
            for d in 0..dim {
                out[[i, d]] = places[[c, d]] + row[d] * room / largest;
            }
        }
    }
    Ok(out)
}

/// The layout of one component.
fn connected(graph: &FuzzyGraph, members: &[usize], dim: usize, rng: &mut impl Rng) -> Result<Array2<f64>> {
    let n = members.len();
    let mut place = vec![0_u32; graph.len()];
    for (local, &i) in members.iter().enumerate() {
        place[i] = local as u32;
    }
    let degree: Vec<f64> =
        members.iter().map(|&i| graph.row(i).map(|e| f64::from(e.1)).sum::<f64>().sqrt()).collect();
    let mut matrix = Symmetric { starts: vec![0], columns: Vec::new(), values: Vec::new() };
    for (local, &i) in members.iter().enumerate() {
        for (j, w) in graph.row(i) {
            let other = place[j];
            matrix.columns.push(other);
            matrix.values.push(f64::from(w) / (degree[local] * degree[other as usize]));
        }
        matrix.starts.push(matrix.columns.len());
    }
    let norm = degree.iter().map(|d| d * d).sum::<f64>().sqrt();
    let known = degree.iter().map(|d| d / norm).collect();
    let start = (0..n).map(|_| rng.random_range(-1.0..1.0)).collect();
    let vectors = leading(&matrix, known, start, dim, STEPS, TOLERANCE)?;
    Ok(Array2::from_shape_fn((n, dim), |(i, d)| match vectors.get(d) {
        Some(vector) => vector[i],
        None => rng.random_range(-1.0..1.0) / norm,
    }))
}

/// Number of the component of every point, in order of first appearance.
fn components(graph: &FuzzyGraph) -> Vec<usize> {
    let n = graph.len();
    let mut label = vec![usize::MAX; n];
    let mut count = 0;
    let mut stack = Vec::new();
    for root in 0..n {
        if label[root] != usize::MAX {
            continue;
        }
        label[root] = count;
        stack.push(root);
        while let Some(i) = stack.pop() {
            for (j, _) in graph.row(i) {
                if label[j] == usize::MAX {
                    label[j] = count;
                    stack.push(j);
                }
            }
        }
        count += 1;
    }
    label
}

/// Leading principal components of the means of the components, scaled to at most 1.
fn places<F: Real>(x: ArrayView2<'_, F>, members: &[Vec<usize>], dim: usize) -> Result<Array2<f64>> {
    let d = x.ncols();
    let x = check::rescaled(x);
    let mut means = Array2::<f64>::zeros((members.len(), d));
    for (mut mean, members) in means.outer_iter_mut().zip(members) {
        for &i in members {
            mean.iter_mut().zip(x.row(i)).for_each(|(m, v)| *m += v.wide() / members.len() as f64);
        }
    }
    let kept = dim.min(d).min(members.len());
    let (_, scores) = Pca::fit_transform(means.view(), &PcaSettings::new(kept))?;
    let largest = scores.iter().fold(f64::MIN_POSITIVE, |top, v| top.max(v.abs()));
    Ok(Array2::from_shape_fn(
        (members.len(), dim),
        |(i, c)| if c < kept { scores[[i, c]] / largest } else { 0.0 },
    ))
}
