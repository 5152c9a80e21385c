//! Neighbours, the dimension in which rows lie, the density at each, and how to get from one to another.

use super::distinct::Distinct;
use crate::error::{Error, Result};
use crate::hdbscan::{KdTree, spanning_tree};
use rayon::prelude::*;

/// The density over the different rows.
pub(super) struct Landscape {
    /// ln(rows within the radius) − dimension · ln(radius), up to a constant.
    pub log_density: Vec<f64>,
    /// For each row its neighbours, u × `width`, to which the density is nowhere lower than at both; itself where there are fewer.
    pub near: Vec<u32>,
    /// Neighbours of a row: fewer than asked for where there are no more rows.
    pub width: usize,
    /// Ways on which it is lower than at both ends, by falling log density at their thinnest place. They tie all rows together.
    pub far: Vec<Far>,
    /// The dimension.
    pub dimension: f64,
}

/// A way across a gap.
pub(super) struct Far {
    pub rows: [usize; 2],
    pub log_density: f64,
}

/// What one row sees, by places in the tree.
struct Seen {
    near: Vec<u32>,
    squares: Vec<f64>,
    /// Neighbours within the radius.
    inside: usize,
    /// Rows within the radius, itself not counted.
    count: usize,
    /// The radius, squared.
    square: f64,
}

impl Seen {
    fn of(tree: &KdTree, weights: &[usize], p: usize, k: usize, width: usize) -> Self {
        let weight = |place: usize| weights[tree.original[place] as usize];
        let (squares, near): (Vec<f64>, Vec<u32>) =
            tree.nearest(tree.point(p), Some(p), width).into_iter().unzip();
        let (mut inside, mut count, mut square) = (0, weight(p) - 1, squares[0]);
        while inside < width && (count < k || squares[inside] <= square * (1.0 + EQUAL)) {
            count += weight(near[inside] as usize);
            square = squares[inside];
            inside += 1;
        }
        Self { near, squares, inside, count, square }
    }

    /// Σ ln(r_k / r_j) over the neighbours but the last.
    fn spread(&self) -> f64 {
        let last = self.squares.last().map_or(0.0, |square| square.ln());
        self.squares.iter().map(|square| 0.5 * (last - square.ln())).sum()
    }
}

impl Landscape {
    /// Of rows of `d` columns and their `k` nearest.
    ///
    /// The radius is the distance to the k-th neighbour, rows that are equal counted each; at least that to the nearest row that differs, so
    /// that values on a grid have a density too.
    ///
    /// # Errors
    /// Different rows so near that squares of their distance underflow.
    pub(super) fn of(distinct: &Distinct, d: usize, k: usize) -> Result<Self> {
        let u = distinct.len();
        let width = k.min(u - 1);
        if width == 0 {
            let (near, far) = (Vec::new(), Vec::new());
            return Ok(Self { log_density: vec![0.0; u], near, width, far, dimension: 0.0 });
        }
        let (tree, seen) = look(distinct, d, k)?;
        let dimension = dimension(&seen, d);
        let heights: Vec<f64> =
            seen.iter().map(|seen| (seen.count as f64).ln() - 0.5 * dimension * seen.square.ln()).collect();
        // As if the rows within the radius of an end were spread up to the other, of the thinner end.
        let across = |p: usize, q: usize, square: f64| {
            let thin = [p, q].map(|e| heights[e] - 0.5 * dimension * (square / seen[e].square).ln().max(0.0));
            thin[0].min(thin[1])
        };
        let row = |place: usize| tree.original[place] as usize;
        let (mut near, mut within, mut far) = (vec![0; u * width], vec![0; u * width], Vec::new());
        for (p, own) in seen.iter().enumerate() {
            for j in 0..width {
                let (q, inside) = (own.near[j] as usize, j < own.inside);
                let at = across(p, q, own.squares[j]);
                let is_near = inside && at >= heights[p].min(heights[q]) - ROUNDING;
                within[p * width + j] = if inside { q } else { p } as u32;
                near[row(p) * width + j] = row(if is_near { q } else { p }) as u32;
                if !is_near {
                    far.push(Far { rows: [row(p), row(q)], log_density: at });
                }
            }
        }
        // What no neighbours tie together, the spanning tree does.
        let cores: Vec<f64> = seen.iter().map(|seen| seen.square).collect();
        let mut place = vec![0; u];
        (0..u).for_each(|p| place[row(p)] = p);
        for (square, a, b) in spanning_tree(&tree, &cores, &within, width) {
            let at = across(place[a as usize], place[b as usize], square);
            far.push(Far { rows: [a as usize, b as usize], log_density: at });
        }
        far.sort_by(|a, b| b.log_density.total_cmp(&a.log_density).then(a.rows.cmp(&b.rows)));
        let mut log_density = vec![0.0; u];
        (0..u).for_each(|p| log_density[row(p)] = heights[p]);
        Ok(Self { log_density, near, width, far, dimension })
    }
}

/// Squares of distances on a grid of tenths, as f32 has them, differ by this at most.
const EQUAL: f64 = 1e-4;

/// Of log densities that are equal but for rounding.
const ROUNDING: f64 = 1e-9;

/// What every different row sees, by places in the tree. There are at least two.
fn look(distinct: &Distinct, d: usize, k: usize) -> Result<(KdTree, Vec<Seen>)> {
    let (u, tree) = (distinct.len(), KdTree::new(&distinct.rows, d));
    let see = |p: usize| Seen::of(&tree, &distinct.weights, p, k, k.min(u - 1));
    let seen: Vec<Seen> = (0..u).into_par_iter().map(see).collect();
    if seen.iter().any(|seen| seen.squares[0] == 0.0) {
        return Err(Error::Underflow { what: "the data" });
    }
    Ok((tree, seen))
}

/// The dimension by maximum likelihood (Levina and Bickel 2004, with the mean of MacKay and Ghahramani 2005): the inverse of the mean of
/// ln(r_k / r_j), from 1 to the number of columns.
fn dimension(seen: &[Seen], d: usize) -> f64 {
    // In a fixed order: sums do not depend on the number of threads.
    let spread: f64 = seen.iter().map(Seen::spread).sum();
    let terms: usize = seen.iter().map(|seen| seen.near.len() - 1).sum();
    // Neighbours at one distance: a grid, of which nothing is known but its columns.
    if spread <= 0.0 { d as f64 } else { (terms as f64 / spread).clamp(1.0, d as f64) }
}

/// The dimension of rows of `d` columns, from `k` neighbours of each; 0 where all are equal.
pub(super) fn dimension_of(distinct: &Distinct, d: usize, k: usize) -> Result<f64> {
    if distinct.len() < 2 {
        return Ok(0.0);
    }
    Ok(dimension(&look(distinct, d, k)?.1, d))
}
