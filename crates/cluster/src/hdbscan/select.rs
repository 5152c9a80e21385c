//! Which clusters of the condensed tree are taken.

use super::condense::{Branch, Condensed};
use super::settings::{HdbscanSettings, Selection};
use crate::error::{Error, Result};

/// The clusters taken, ascending; none contains another.
pub(super) fn select(tree: &Condensed, settings: &HdbscanSettings) -> Result<Vec<usize>> {
    let branches = &tree.branches;
    let root = usize::from(!settings.allow_single_cluster);
    let mut taken = vec![false; branches.len()];
    match settings.selection {
        Selection::Clusters(k) => return exactly(branches, k),
        Selection::Leaf => {
            for (b, branch) in branches.iter().enumerate().skip(root) {
                taken[b] = branch.children.is_none();
            }
        }
        Selection::ExcessOfMass => {
            let mut best = vec![0.0; branches.len()];
            for (b, branch) in branches.iter().enumerate().rev() {
                let below = branch.children.map_or(0.0, |(l, r)| best[l] + best[r]);
                // A cluster is as good as its parts when the sums are equal: the larger one is taken.
                taken[b] = b >= root && branch.stability >= below;
                best[b] = if taken[b] { branch.stability } else { below };
            }
        }
    }
    // The uppermost ones of those marked.
    let mut under = vec![false; branches.len()];
    let mut chosen = Vec::new();
    for (b, branch) in branches.iter().enumerate() {
        under[b] = b > 0 && (under[branch.parent] || taken[branch.parent]);
        if taken[b] && !under[b] {
            chosen.push(b);
        }
    }
    Ok(chosen)
}

/// The k clusters, none in another, of the largest total stability: for every cluster the best choice of 0 to k below it.
fn exactly(branches: &[Branch], k: usize) -> Result<Vec<usize>> {
    let mut best: Vec<Vec<f64>> = vec![Vec::new(); branches.len()];
    for (b, branch) in branches.iter().enumerate().rev() {
        let mut table = vec![0.0];
        if let Some((l, r)) = branch.children {
            table = vec![f64::NEG_INFINITY; (best[l].len() + best[r].len() - 1).min(k + 1)];
            for (i, left) in best[l].iter().enumerate() {
                for (j, right) in best[r].iter().enumerate().take_while(|(j, _)| i + j <= k) {
                    table[i + j] = f64::max(table[i + j], left + right);
                }
            }
        }
        if table.len() < 2 {
            table.push(f64::NEG_INFINITY);
        }
        table[1] = table[1].max(branch.stability);
        best[b] = table;
    }
    if best[0].len() <= k {
        return Err(Error::TooFewDense { clusters: k, found: best[0].len() - 1 });
    }
    let mut chosen = Vec::new();
    let mut open = vec![(0, k)];
    while let Some((b, k)) = open.pop() {
        if k == 0 {
            continue;
        }
        let value = best[b][k];
        if k == 1 && branches[b].stability >= value {
            chosen.push(b);
            continue;
        }
        // The table has an entry beyond its own only by its children.
        let Some((l, r)) = branches[b].children else { continue };
        let fits =
            |&i: &usize| i < best[l].len() && k - i < best[r].len() && best[l][i] + best[r][k - i] == value;
        let left = (0..=k).find(fits).unwrap_or(0);
        open.extend([(l, left), (r, k - left)]);
    }
    chosen.sort_unstable();
    Ok(chosen)
}
