//! Attractive forces along the affinities.

use pulp::{Arch, NullaryFnOnce};
use rayon::prelude::*;

use super::affinities::Affinities;

/// Points of one task.
const ROWS: usize = 256;
const LANES: usize = 16;

/// For every point i: Σⱼ pᵢⱼ (yᵢ − yⱼ) / (1 + d²).
pub(super) fn attraction<const D: usize>(p: &Affinities, y: &[[f32; D]], forces: &mut [[f32; D]]) {
    forces.par_chunks_mut(ROWS).enumerate().for_each(|(chunk, forces)| {
        Arch::new().dispatch(Rows { p, y, first: chunk * ROWS, forces });
    });
}

/// Some points. A type of its own rather than a closure, so that all of it is compiled for the vector unit found.
struct Rows<'a, const D: usize> {
    p: &'a Affinities,
    y: &'a [[f32; D]],
    first: usize,
    forces: &'a mut [[f32; D]],
}

impl<const D: usize> NullaryFnOnce for Rows<'_, D> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        attract(self.p, self.y, self.first, self.forces);
    }
}

#[inline(always)]
fn attract<const D: usize>(p: &Affinities, y: &[[f32; D]], first: usize, forces: &mut [[f32; D]]) {
    for (i, out) in (first..).zip(forces) {
        let range = p.starts[i]..p.starts[i + 1];
        let here = y[i];
        let mut force = [[0.0_f32; LANES]; D];
        let (columns, values) = (&p.columns[range.clone()], &p.values[range]);
        for (columns, values) in columns.chunks(LANES).zip(values.chunks(LANES)) {
            let mut difference = [[0.0_f32; LANES]; D];
            let mut weight = [0.0_f32; LANES];
            weight[..values.len()].copy_from_slice(values);
            for (l, &j) in columns.iter().enumerate() {
                let there = y[j as usize];
                for d in 0..D {
                    difference[d][l] = here[d] - there[d];
                }
            }
            let mut square = [1.0_f32; LANES];
            for row in &difference {
                for l in 0..LANES {
                    square[l] += row[l] * row[l];
                }
            }
            for l in 0..LANES {
                weight[l] /= square[l];
            }
            for d in 0..D {
                for l in 0..LANES {
                    force[d][l] += weight[l] * difference[d][l];
                }
            }
        }
        for (o, lanes) in out.iter_mut().zip(&force) {
            *o = lanes.iter().sum();
        }
    }
}
