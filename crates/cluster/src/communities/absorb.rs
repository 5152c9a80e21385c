use super::graph::Graph;
use ndarray::ArrayView2;

/// Gives the points of communities `k` and above, small ones, to the first `k`: whole connected remainders at a time, each
/// to the community it is tied to with the largest weight; one that is tied to none goes to the nearest mean of `rows`, or
/// to community 0 without rows.
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
                to_nearest(labels, k, rows);
            }
            return;
        }
        for label in labels.iter_mut().filter(|l| **l >= k) {
            *label = goes[*label - k].unwrap_or(*label);
        }
    }
}

fn to_nearest(labels: &mut [usize], k: usize, rows: Option<ArrayView2<'_, f32>>) {
    let Some(rows) = rows else {
        labels.iter_mut().filter(|l| **l >= k).for_each(|l| *l = 0);
        return;
    };
    let d = rows.ncols();
    let mut means = vec![0.0_f64; k * d];
    let mut sizes = vec![0.0_f64; k];
    for (row, &label) in rows.outer_iter().zip(&*labels).filter(|(_, l)| **l < k) {
        sizes[label] += 1.0;
        means[label * d..][..d].iter_mut().zip(row).for_each(|(m, v)| *m += f64::from(*v));
    }
    means.chunks_mut(d).zip(&sizes).for_each(|(mean, s)| mean.iter_mut().for_each(|m| *m /= s));
    for (row, label) in rows.outer_iter().zip(labels).filter(|(_, l)| **l >= k) {
        let apart = |c: &usize| -> f64 {
            row.iter().zip(&means[c * d..][..d]).map(|(v, m)| (f64::from(*v) - m).powi(2)).sum()
        };
        *label = (0..k).min_by(|a, b| apart(a).total_cmp(&apart(b))).unwrap_or(0);
    }
}
