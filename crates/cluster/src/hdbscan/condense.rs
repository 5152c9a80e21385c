//! From the spanning tree to the condensed tree: clusters that hold enough samples, and where samples leave them.

use super::kdtree::Edge;
use super::spanning::root;

/// A cluster of the tree. λ = 1 / distance grows with density.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Branch {
    /// The cluster it split from; 0, the root, is its own.
    pub parent: usize,
    /// λ at which it split from it; 0 for the root.
    pub birth: f64,
    pub size: usize,
    /// The two clusters it splits into.
    pub children: Option<(usize, usize)>,
    /// Σ (λ at which a sample leaves − λ of birth).
    pub stability: f64,
    /// The largest λ at which anything leaves it.
    pub death: f64,
}

/// Clusters, parents before children, and for every sample the cluster it leaves last and the λ at which it does.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Condensed {
    pub branches: Vec<Branch>,
    pub leaves: Vec<(usize, f64)>,
}

/// Condenses the tree of `edges`, which come by rising squared distance.
///
/// Equal samples are at λ = ∞; twice the largest finite λ stands for it, 1 where there is none.
pub(super) fn condense(edges: &[Edge], min_cluster_size: usize) -> Condensed {
    let n = edges.len() + 1;
    let finite = edges.iter().find(|e| e.0 > 0.0).map(|e| 1.0 / e.0.sqrt());
    let densest = finite.map_or(1.0, |largest| (2.0 * largest).min(f64::MAX));
    let lambda = |square: f64| if square > 0.0 { (1.0 / square.sqrt()).min(densest) } else { densest };
    // Merges, numbered from n on: the two sides and the number of samples below.
    let mut parents: Vec<u32> = (0..n as u32).collect();
    let mut node: Vec<usize> = (0..n).collect();
    let mut merges: Vec<(usize, usize, usize)> = Vec::with_capacity(n - 1);
    let size = |merges: &[(usize, usize, usize)], i: usize| if i < n { 1 } else { merges[i - n].2 };
    for &(_, i, j) in edges {
        let (a, b) = (root(&mut parents, i), root(&mut parents, j));
        let (left, right) = (node[a as usize], node[b as usize]);
        let total = size(&merges, left) + size(&merges, right);
        // The larger set keeps its representative, which bounds the length of paths.
        let (top, below) = if size(&merges, left) >= size(&merges, right) { (a, b) } else { (b, a) };
        parents[below as usize] = top;
        node[top as usize] = n + merges.len();
        merges.push((left, right, total));
    }
    let new =
        |parent, birth, size| Branch { parent, birth, size, children: None, stability: 0.0, death: 0.0 };
    let mut tree = Condensed { branches: vec![new(0, 0.0, n)], leaves: vec![(0, 0.0); n] };
    let mut open = vec![(n + merges.len() - 1, 0)];
    let mut falling = Vec::new();
    while let Some((at, branch)) = open.pop() {
        if at < n {
            // Only a root of one sample.
            continue;
        }
        let (left, right, _) = merges[at - n];
        let level = lambda(edges[at - n].0);
        let sizes = [size(&merges, left), size(&merges, right)];
        let big = sizes.map(|s| s >= min_cluster_size);
        let leave = |tree: &mut Condensed, count: usize| {
            let b = &mut tree.branches[branch];
            b.stability += (level - b.birth) * count as f64;
            b.death = b.death.max(level);
        };
        if big[0] && big[1] {
            leave(&mut tree, sizes[0] + sizes[1]);
            let first = tree.branches.len();
            tree.branches[branch].children = Some((first, first + 1));
            for (child, size) in [(left, sizes[0]), (right, sizes[1])] {
                open.push((child, tree.branches.len()));
                tree.branches.push(new(branch, level, size));
            }
            continue;
        }
        for ((child, size), big) in [left, right].into_iter().zip(sizes).zip(big) {
            if big {
                open.push((child, branch));
                continue;
            }
            leave(&mut tree, size);
            falling.push(child);
            while let Some(i) = falling.pop() {
                if i < n {
                    tree.leaves[i] = (branch, level);
                } else {
                    falling.extend([merges[i - n].0, merges[i - n].1]);
                }
            }
        }
    }
    tree
}
