use super::graph::Graph;
use ndarray::ArrayView2;

/// Gives the points of communities `k` and above, small ones, to the first `k`: whole connected remainders at a time, each
/// to the community it is tied to with the largest weight; one that is tied to none goes to the community whose mean of `rows` is nearest to
/// its own, or to community 0 without rows.
pub(super) fn absorb(graph: &Graph, labels: &mut [usize], k: usize, rows: Option<ArrayView2<'_, f32>>) {
    let count = labels.iter().max().map_or(0, |l| l + 1);
    if count <= k {
        return;
    }
    // Smallest last: a remainder may be tied to another remainder only, which is settled first or in a further round.
    loop {
        let mut ties = vec![vec![0.0_f64; k]; count - k];
        let mut left = vec![false; count - k];
        for (i, &label) in labels.iter().enumerate() {
            if label < k {
                continue;
            }
            left[label - k] = true;
            for (j, w) in graph.row(i) {
                if labels[j] < k {
                    ties[label - k][labels[j]] += f64::from(w);
                }
            }
        }
        let strongest = |ties: &[f64]| {
            let best = (0..k).reduce(|a, b| if ties[b] > ties[a] { b } else { a });
            best.filter(|&b| ties[b] > 0.0)
        };
        let goes: Vec<Option<usize>> = ties.iter().map(|t| strongest(t)).collect();
        if goes.iter().all(Option::is_none) {
            if left.contains(&true) {
                to_nearest(graph, labels, k, rows);
            }
            return;
        }
        for label in labels.iter_mut().filter(|l| **l >= k) {
            *label = goes[*label - k].unwrap_or(*label);
        }
    }
}

/// Whole parts of the graph that are tied to none of the first `k` go to the community whose mean is nearest to theirs.
fn to_nearest(graph: &Graph, labels: &mut [usize], k: usize, rows: Option<ArrayView2<'_, f32>>) {
    let Some(rows) = rows else {
        labels.iter_mut().filter(|l| **l >= k).for_each(|l| *l = 0);
        return;
    };
    let parts = graph.parts();
    let of_communities = means(rows, k, |i| Some(labels[i]).filter(|&label| label < k));
    let count = parts.iter().max().map_or(0, |last| last + 1);
    let of_parts = means(rows, count, |i| Some(parts[i]).filter(|_| labels[i] >= k));
    let nearest = |part: &Vec<f64>| {
        let apart =
            |c: &usize| -> f64 { part.iter().zip(&of_communities[*c]).map(|(v, m)| (v - m).powi(2)).sum() };
        (0..k).min_by(|a, b| apart(a).total_cmp(&apart(b))).unwrap_or(0)
    };
    let goes: Vec<usize> = of_parts.iter().map(nearest).collect();
    for (label, part) in labels.iter_mut().zip(&parts).filter(|(label, _)| **label >= k) {
        *label = goes[*part];
    }
}

/// The mean of the rows of each of `count` groups.
fn means(rows: ArrayView2<'_, f32>, count: usize, group: impl Fn(usize) -> Option<usize>) -> Vec<Vec<f64>> {
    let mut means = vec![vec![0.0; rows.ncols()]; count];
    let mut sizes = vec![0.0_f64; count];
    for (i, row) in rows.outer_iter().enumerate() {
        let Some(group) = group(i) else { continue };
        sizes[group] += 1.0;
        means[group].iter_mut().zip(row).for_each(|(mean, v)| *mean += f64::from(*v));
    }
    for (mean, size) in means.iter_mut().zip(&sizes) {
        mean.iter_mut().for_each(|m| *m /= size);
    }
    means
}
