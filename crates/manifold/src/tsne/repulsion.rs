//! Repulsive forces by Barnes and Hut's rule, for groups of neighbouring points at a time.

use pulp::{Arch, NullaryFnOnce};
use rayon::prelude::*;

use super::tree::{Cell, Tree};

/// Points that walk the tree together at most.
const GROUP: u32 = 32;
/// Groups whose sums are folded together.
const GROUPS: usize = 8;
const LANES: usize = 16;

/// Cells and points that act on one group, by coordinate; `mass` is the number of points.
struct Sources<const D: usize> {
    position: [Vec<f32>; D],
    mass: Vec<f32>,
}

impl<const D: usize> Sources<D> {
    fn push(&mut self, position: &[f32; D], mass: f32) {
        for (list, v) in self.position.iter_mut().zip(position) {
            list.push(*v);
        }
        self.mass.push(mass);
    }

    fn clear(&mut self) {
        self.position.iter_mut().for_each(Vec::clear);
        self.mass.clear();
    }
}

/// For every point i, in the tree's order: Σⱼ (yᵢ − yⱼ) / (1 + d²)². Returns Z = Σ 1 / (1 + d²) over all ordered pairs.
pub(super) fn repulsion<const D: usize>(tree: &Tree<D>, theta: f32, forces: &mut [[f32; D]]) -> f64 {
    let groups = groups(tree);
    let mut parts = Vec::with_capacity(groups.len() / GROUPS + 1);
    let mut rest = forces;
    for groups in groups.chunks(GROUPS) {
        let count = groups.iter().map(|c| c.count as usize).sum();
        let (part, after) = rest.split_at_mut(count);
        parts.push((groups, part));
        rest = after;
    }
    let sums: Vec<f64> = parts
        .into_par_iter()
        .map_init(
            || Sources { position: std::array::from_fn(|_| Vec::new()), mass: Vec::new() },
            |sources, (groups, mut forces)| {
                let mut z = 0.0;
                for group in groups {
                    let (now, after) = forces.split_at_mut(group.count as usize);
                    forces = after;
                    let points = &tree.points[group.first as usize..][..group.count as usize];
                    sources.clear();
                    walk(tree, points, theta * theta, sources);
                    z += Arch::new().dispatch(Group { sources, points, forces: now });
                }
                z
            },
        )
        .collect();
    // Every point acted on itself, without force but with 1/(1 + 0).
    sums.iter().sum::<f64>() - tree.points.len() as f64
}

/// The largest cells of at most `GROUP` points, and what leaves hold more, in order.
fn groups<const D: usize>(tree: &Tree<D>) -> Vec<Cell<D>> {
    let mut stack = vec![0_u32];
    let mut found = Vec::new();
    while let Some(c) = stack.pop() {
        let cell = tree.cells[c as usize];
        if cell.count <= GROUP || cell.children == 0 {
            found.push(cell);
        } else {
            stack.extend((cell.child..cell.child + cell.children).rev());
        }
    }
    found
}

/// Collects what acts on `points`: cells far enough from all of them, and the points of leaves that are not.
fn walk<const D: usize>(tree: &Tree<D>, points: &[[f32; D]], theta2: f32, sources: &mut Sources<D>) {
    let mut low = points[0];
    let mut high = points[0];
    for p in &points[1..] {
        for ((l, h), v) in low.iter_mut().zip(&mut high).zip(p) {
            *l = l.min(*v);
            *h = h.max(*v);
        }
    }
    let mut stack = vec![0_u32];
    while let Some(c) = stack.pop() {
        let cell = &tree.cells[c as usize];
        let mut distance2 = 0.0;
        for ((v, l), h) in cell.centre.iter().zip(&low).zip(&high) {
            let outside = (l - v).max(v - h).max(0.0);
            distance2 += outside * outside;
        }
        if cell.width2 < theta2 * distance2 {
            sources.push(&cell.centre, cell.count as f32);
        } else if cell.children == 0 {
            for p in &tree.points[cell.first as usize..][..cell.count as usize] {
                sources.push(p, 1.0);
            }
        } else {
            stack.extend(cell.child..cell.child + cell.children);
        }
    }
    // Sources without mass fill the last lanes.
    while !sources.mass.len().is_multiple_of(LANES) {
        sources.push(&[0.0; D], 0.0);
    }
}

/// One group. A type of its own rather than a closure, so that all of it is compiled for the vector unit found.
struct Group<'a, const D: usize> {
    sources: &'a Sources<D>,
    points: &'a [[f32; D]],
    forces: &'a mut [[f32; D]],
}

impl<const D: usize> NullaryFnOnce for Group<'_, D> {
    type Output = f64;

    #[inline(always)]
    fn call(self) -> f64 {
        act(self.sources, self.points, self.forces)
    }
}

#[inline(always)]
fn act<const D: usize>(sources: &Sources<D>, points: &[[f32; D]], forces: &mut [[f32; D]]) -> f64 {
    let mut total = 0.0;
    for (p, out) in points.iter().zip(forces) {
        let mut z = [0.0_f32; LANES];
        let mut force = [[0.0_f32; LANES]; D];
        for (c, mass) in sources.mass.chunks_exact(LANES).enumerate() {
            let mut difference = [[0.0_f32; LANES]; D];
            let mut square = [1.0_f32; LANES];
            for d in 0..D {
                let position = &sources.position[d][c * LANES..][..LANES];
                for l in 0..LANES {
                    difference[d][l] = p[d] - position[l];
                    square[l] += difference[d][l] * difference[d][l];
                }
            }
            for l in 0..LANES {
                let q = 1.0 / square[l];
                let mq = mass[l] * q;
                z[l] += mq;
                square[l] = mq * q;
            }
            for d in 0..D {
                for l in 0..LANES {
                    force[d][l] += square[l] * difference[d][l];
                }
            }
        }
        for (o, lanes) in out.iter_mut().zip(&force) {
            *o = lanes.iter().sum();
        }
        total += z.iter().map(|&v| f64::from(v)).sum::<f64>();
    }
    total
}
