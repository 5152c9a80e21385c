use super::condense::{Branch, Condensed};
use super::kdtree::KdTree;
use super::spanning::cores;
use crate::error::{Error, Result};
use ndarray::{Array2, ArrayView2};
use rayon::prelude::*;

/// Clusters found by density; see [`Hdbscan::fit`](super::Hdbscan::fit).
#[derive(Debug, Clone, PartialEq)]
pub struct HdbscanModel {
    pub(super) rows: Array2<f64>,
    pub(super) min_samples: usize,
    pub(super) tree: Condensed,
    pub(super) chosen: Vec<usize>,
    pub(super) labels: Vec<Option<usize>>,
}

/// A model as plain arrays, for a file.
#[derive(Debug, Clone, PartialEq)]
pub struct HdbscanParts {
    /// The fitted rows, n × d.
    pub rows: Array2<f64>,
    /// The neighbour that core distances are taken of.
    pub min_samples: usize,
    /// For every cluster of the tree the one it split from, parents before children; the root, 0, is its own.
    pub parents: Vec<usize>,
    /// For every cluster of the tree the λ = 1 / distance at which it split off.
    pub births: Vec<f64>,
    /// For every row the cluster of the tree that it leaves last.
    pub leaves: Vec<usize>,
    /// For every row the λ at which it does.
    pub lambdas: Vec<f64>,
    /// The clusters of the tree that were taken: label 0, 1, ….
    pub chosen: Vec<usize>,
}

impl HdbscanModel {
    /// The cluster of every sample; none for noise. Clusters are numbered as the tree has them.
    pub fn labels(&self) -> &[Option<usize>] {
        &self.labels
    }

    /// The labels as numbers, noise being one more cluster behind the others.
    pub fn labels_with_noise(&self) -> Vec<usize> {
        self.labels.iter().map(|l| l.unwrap_or(self.n_clusters())).collect()
    }

    /// Number of clusters.
    pub fn n_clusters(&self) -> usize {
        self.chosen.len()
    }

    /// Samples that are noise.
    pub fn noise(&self) -> usize {
        self.labels.iter().filter(|l| l.is_none()).count()
    }

    /// Stability of every cluster: Σ over its samples of the λ at which they leave less the λ of its birth.
    pub fn stabilities(&self) -> Vec<f64> {
        self.chosen.iter().map(|&c| self.tree.branches[c].stability).collect()
    }

    /// How firmly every sample sits in its cluster: the λ at which it leaves, as a share of the cluster's largest; 0 for noise.
    pub fn probabilities(&self) -> Vec<f64> {
        let share = |((_, lambda), label): (&(usize, f64), &Option<usize>)| match label {
            None => 0.0,
            Some(l) => {
                let death = self.tree.branches[self.chosen[*l]].death;
                if death > 0.0 { lambda.min(death) / death } else { 1.0 }
            }
        };
        self.tree.leaves.iter().zip(&self.labels).map(share).collect()
    }

    /// GLOSH (Campello, Moulavi, Zimek and Sander 2015): 1 − λ / λ_max, with the λ at which a sample leaves and the largest λ
    /// of anything below the cluster it leaves; 0 in the densest places, near 1 for outliers. The Python package takes the
    /// largest λ of that cluster alone where its order of rows makes it stop early.
    pub fn outlier_scores(&self) -> Vec<f64> {
        let mut deepest: Vec<f64> = self.tree.branches.iter().map(|b| b.death).collect();
        for b in (1..deepest.len()).rev() {
            let parent = self.tree.branches[b].parent;
            deepest[parent] = deepest[parent].max(deepest[b]);
        }
        let score =
            |&(b, lambda): &(usize, f64)| if deepest[b] > 0.0 { 1.0 - lambda / deepest[b] } else { 0.0 };
        self.tree.leaves.iter().map(score).collect()
    }

    /// The model as plain arrays.
    pub fn to_parts(&self) -> HdbscanParts {
        HdbscanParts {
            rows: self.rows.clone(),
            min_samples: self.min_samples,
            parents: self.tree.branches.iter().map(|b| b.parent).collect(),
            births: self.tree.branches.iter().map(|b| b.birth).collect(),
            leaves: self.tree.leaves.iter().map(|l| l.0).collect(),
            lambdas: self.tree.leaves.iter().map(|l| l.1).collect(),
            chosen: self.chosen.clone(),
        }
    }

    /// The model of [`to_parts`](Self::to_parts). Stabilities are computed again.
    ///
    /// # Errors
    /// Parts that do not fit one another.
    pub fn from_parts(parts: HdbscanParts) -> Result<Self> {
        let HdbscanParts { rows, min_samples, parents, births, leaves, lambdas, chosen } = parts;
        let (n, count) = (rows.nrows(), parents.len());
        let found = vec![births.len(), leaves.len(), lambdas.len()];
        if n < 2 || found != [count, n, n] || min_samples == 0 || min_samples >= n {
            return Err(Error::Shape { what: "the parts of a tree", expected: vec![count, n, n], found });
        }
        crate::check::finite("the rows", rows.view())?;
        let ordered = parents.iter().enumerate().all(|(b, &p)| p < b.max(1));
        let known = leaves.iter().chain(&chosen).all(|&b| b < count);
        if !(ordered && known && lambdas.iter().chain(&births).all(|l| l.is_finite())) {
            return Err(Error::Graph {
                edge: 0,
                reason: "is not of a tree whose clusters follow their parents",
            });
        }
        let branch =
            |(&parent, &birth)| Branch { parent, birth, size: 0, children: None, stability: 0.0, death: 0.0 };
        let mut branches: Vec<Branch> = parents.iter().zip(&births).map(branch).collect();
        let leaves: Vec<(usize, f64)> = leaves.into_iter().zip(lambdas).collect();
        for &(b, lambda) in &leaves {
            branches[b].size += 1;
            branches[b].stability += lambda - branches[b].birth;
            branches[b].death = branches[b].death.max(lambda);
        }
        for b in (1..count).rev() {
            let (size, birth, parent) = (branches[b].size, branches[b].birth, branches[b].parent);
            let above = &mut branches[parent];
            above.size += size;
            above.stability += (birth - above.birth) * size as f64;
            above.death = above.death.max(birth);
            above.children = Some(above.children.map_or((b, b), |(_, last)| (b, last)));
        }
        Ok(Self::new(rows, min_samples, Condensed { branches, leaves }, chosen))
    }

    pub(super) fn new(rows: Array2<f64>, min_samples: usize, tree: Condensed, chosen: Vec<usize>) -> Self {
        let label = labels_of(&tree.branches, &chosen);
        let labels = tree.leaves.iter().map(|l| label[l.0]).collect();
        Self { rows, min_samples, tree, chosen, labels }
    }

    /// The cluster that new samples (m × d) would fall into, the tree staying as it is: a sample hangs on the fitted one of the
    /// least mutual reachability distance, and is in the clusters that this one is in at that distance; none for noise.
    ///
    /// # Errors
    /// Empty data, a value that is not finite, another number of columns than the fitted data had.
    pub fn predict(&self, x: ArrayView2<'_, f64>) -> Result<Vec<Option<usize>>> {
        crate::check::not_empty(x.nrows(), x.ncols())?;
        crate::check::features(x, self.rows.ncols())?;
        crate::check::finite("the data", x)?;
        let d = self.rows.ncols();
        let rows = crate::check::contiguous(self.rows.view());
        let index = KdTree::new(&rows, d);
        let (core, _) = cores(&index, self.min_samples);
        let label = labels_of(&self.tree.branches, &self.chosen);
        let queries = crate::check::contiguous(x);
        let k = (2 * self.min_samples).min(index.len());
        let place = |point: &[f64]| {
            let near = index.nearest(point, None, k);
            let own = near[self.min_samples.min(near.len()) - 1].0;
            let reach = near.iter().map(|&(square, p)| (square.max(own).max(core[p as usize]), p));
            let (square, p) = reach.min_by(|a, b| a.0.total_cmp(&b.0))?;
            let lambda = if square > 0.0 { 1.0 / square.sqrt() } else { f64::MAX };
            let (mut branch, last) = self.tree.leaves[index.original[p as usize] as usize];
            while last > lambda && branch > 0 && self.tree.branches[branch].birth >= lambda {
                branch = self.tree.branches[branch].parent;
            }
            label[branch]
        };
        Ok(queries.par_chunks(d).map(place).collect())
    }
}

/// The label of every cluster of the tree: that of the chosen one it lies in.
fn labels_of(branches: &[Branch], chosen: &[usize]) -> Vec<Option<usize>> {
    let mut label = vec![None; branches.len()];
    chosen.iter().enumerate().for_each(|(l, &b)| label[b] = Some(l));
    for b in 1..branches.len() {
        label[b] = label[b].or(label[branches[b].parent]);
    }
    label
}
