//! Gradient descent with momentum and a gain per coordinate (Jacobs 1988).

use super::affinities::Affinities;
use super::forces::attraction;
use super::repulsion::repulsion;
use super::settings::TsneSettings;
use super::tree::Tree;

/// Momentum while affinities are exaggerated, and after.
const MOMENTUM: [f64; 2] = [0.5, 0.8];
const LEAST_GAIN: f64 = 0.01;

/// Moves the points of `y` for `settings.n_iter` steps.
pub(super) fn descend<const D: usize>(
    p: &Affinities,
    mut y: Vec<[f64; D]>,
    settings: &TsneSettings,
) -> Vec<[f64; D]> {
    let n = y.len();
    let mut tree = Tree::<D>::new(n);
    let mut single = vec![[0.0_f32; D]; n];
    let mut pull = vec![[0.0_f32; D]; n];
    let mut push = vec![[0.0_f32; D]; n];
    let mut step = vec![[0.0_f64; D]; n];
    let mut gains = vec![[1.0_f64; D]; n];
    for iteration in 0..settings.n_iter {
        let early = iteration < settings.exaggeration_iter;
        let exaggeration = if early { settings.early_exaggeration } else { 1.0 };
        let momentum = MOMENTUM[usize::from(!early)];
        let rate = settings.rate(n, exaggeration);
        for (to, from) in single.iter_mut().zip(&y) {
            *to = from.map(|v| v as f32);
        }
        tree.build(&single);
        let z = repulsion(&tree, settings.theta as f32, &mut push).max(f64::MIN_POSITIVE);
        attraction(p, &single, &mut pull);
        for (force, &i) in push.iter().zip(&tree.order) {
            let i = i as usize;
            for d in 0..D {
                let gradient = exaggeration * f64::from(pull[i][d]) - f64::from(force[d]) / z;
                let gain = &mut gains[i][d];
                *gain = if (gradient > 0.0) == (step[i][d] > 0.0) {
                    (*gain * 0.8).max(LEAST_GAIN)
                } else {
                    *gain + 0.2
                };
                step[i][d] = momentum * step[i][d] - rate * *gain * gradient;
                y[i][d] += step[i][d];
            }
        }
        centre(&mut y);
    }
    y
}

/// Moves the mean to the origin: nothing but rounding depends on where the map lies.
fn centre<const D: usize>(y: &mut [[f64; D]]) {
    let mut mean = [0.0; D];
    for p in &*y {
        mean.iter_mut().zip(p).for_each(|(m, v)| *m += v);
    }
    let n = y.len() as f64;
    for p in y {
        p.iter_mut().zip(&mean).for_each(|(v, m)| *v -= m / n);
    }
}
