use approx::assert_abs_diff_eq;
use ndarray::{Array2, s};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::forces::attraction;
use super::repulsion::repulsion;
use super::tree::Tree;
use super::*;
use crate::samples::{groups, noise, purity_of_nearest, waves, with_threads};

fn run(x: &Array2<f32>, settings: &TsneSettings, seed: u64) -> Array2<f32> {
    tsne(x.view(), settings, &mut ChaCha8Rng::seed_from_u64(seed)).unwrap()
}

// _joint_probabilities_nn(squared distances to 10 neighbours, 3.0, 0), scikit-learn 1.9.1.
#[test]
fn affinities_as_scikit_learn() {
    let p = Affinities::new(waves().view(), 3.0).unwrap();
    let mut dense = Array2::<f64>::zeros((20, 20));
    for i in 0..20 {
        p.row(i).for_each(|(j, v)| dense[[i, j]] = f64::from(v));
    }
    let first =
        [0.0, 0.0061464458837670625, 0.017689067584351875, 0.016140059493085054, 5.755134510217968e-06];
    for (j, expected) in first.into_iter().enumerate() {
        assert_abs_diff_eq!(dense[[0, j]], expected, epsilon = 2e-7);
    }
    let largest = dense.row(13).fold(0.0_f64, |top, v| top.max(*v));
    assert_abs_diff_eq!(largest, 0.03001340674105171, epsilon = 2e-7);
    assert_abs_diff_eq!(dense.sum(), 1.0, epsilon = 1e-6);
    assert_eq!(dense, dense.t());
}

// sum(P * log(P / Q)) with Q = (1 + d²)⁻¹ normalised over the first two columns, numpy 2.4.6.
#[test]
fn divergence_as_numpy() {
    let x = waves();
    let p = Affinities::new(x.view(), 3.0).unwrap();
    let kl = kl_divergence(&p, x.slice(s![.., ..2])).unwrap();
    assert_abs_diff_eq!(kl, 1.0467942578998295, epsilon = 1e-5);
}

/// Forces and Z by definition.
fn direct<const D: usize>(y: &[[f32; D]]) -> (Vec<[f64; D]>, f64) {
    let mut z = 0.0;
    let mut forces = vec![[0.0; D]; y.len()];
    for (i, a) in y.iter().enumerate() {
        for (_, b) in y.iter().enumerate().filter(|(j, _)| *j != i) {
            let difference: [f64; D] = std::array::from_fn(|d| f64::from(a[d]) - f64::from(b[d]));
            let q = 1.0 / (1.0 + difference.iter().map(|v| v * v).sum::<f64>());
            z += q;
            forces[i].iter_mut().zip(difference).for_each(|(f, v)| *f += q * q * v);
        }
    }
    (forces, z)
}

fn check_repulsion<const D: usize>() {
    let mut y: Vec<[f32; D]> =
        noise(500, D, 3).outer_iter().map(|r| std::array::from_fn(|d| r[d] as f32 * 20.0)).collect();
    // More equal points than a leaf or a group holds.
    let same = y[7];
    y[100..160].fill(same);
    let (expected, z) = direct(&y);
    let size = expected.iter().flatten().map(|v| v * v).sum::<f64>().sqrt();
    for (theta, tolerance) in [(0.0, 1e-5), (0.5, 0.02)] {
        let mut tree = Tree::new(y.len());
        tree.build(&y);
        let mut forces = vec![[0.0; D]; y.len()];
        let found = repulsion(&tree, theta, &mut forces);
        assert!((found / z - 1.0).abs() < tolerance, "theta {theta}: Z {found} and {z}");
        let mut error = 0.0;
        for (force, &i) in forces.iter().zip(&tree.order) {
            for d in 0..D {
                error += (f64::from(force[d]) - expected[i as usize][d]).powi(2);
            }
        }
        assert!(error.sqrt() < tolerance * size, "theta {theta}: {} of {size}", error.sqrt());
    }
}

#[test]
fn repulsion_by_the_tree_is_near_the_sum_over_all_pairs() {
    check_repulsion::<2>();
    check_repulsion::<3>();
}

#[test]
fn forces_are_the_slope_of_the_divergence() {
    let x = waves();
    let p = Affinities::new(x.view(), 4.0).unwrap();
    let y: Vec<[f32; 2]> = x.outer_iter().map(|r| [r[0] as f32, r[1] as f32]).collect();
    let mut pull = vec![[0.0; 2]; 20];
    attraction(&p, &y, &mut pull);
    let (push, z) = direct(&y);
    let step = 1e-4;
    for (i, d) in [(0, 0), (7, 1), (19, 0)] {
        let at = |shift: f64| {
            let mut map = x.slice(s![.., ..2]).to_owned();
            map[[i, d]] += shift;
            kl_divergence(&p, map.view()).unwrap()
        };
        let slope = (at(step) - at(-step)) / (2.0 * step);
        assert_abs_diff_eq!(4.0 * (f64::from(pull[i][d]) - push[i][d] / z), slope, epsilon = 1e-5);
    }
}

#[test]
fn groups_come_apart_and_the_divergence_falls() {
    let x = groups(600, 10, 4, 1);
    for n_components in [2, 3] {
        let settings = TsneSettings { n_components, n_iter: 400, ..TsneSettings::default() };
        let y = run(&x, &settings, 0);
        assert_eq!(y.dim(), (600, n_components));
        assert!(purity_of_nearest(&y, 4) > 0.99);
        let p = Affinities::new(x.view(), 30.0).unwrap();
        let early = run(&x, &TsneSettings { n_iter: 250, ..settings }, 0);
        assert!(kl_divergence(&p, y.view()).unwrap() < kl_divergence(&p, early.view()).unwrap());
    }
}

#[test]
fn one_and_two_threads_agree_to_the_bit_and_seeds_differ() {
    let x = groups(500, 6, 3, 2);
    let settings = TsneSettings { n_iter: 60, ..TsneSettings::default() };
    let one = with_threads(1, || run(&x, &settings, 5));
    assert_eq!(one, with_threads(2, || run(&x, &settings, 5)));
    assert_ne!(one, run(&x, &settings, 6));
}

#[test]
fn duplicates_and_constant_data_give_a_finite_map() {
    for x in [Array2::from_elem((40, 3), 1.0_f32), groups(20, 2, 1, 4).select(ndarray::Axis(0), &[3; 40])] {
        let y = run(&x, &TsneSettings { perplexity: 5.0, n_iter: 300, ..TsneSettings::default() }, 1);
        assert!(y.iter().all(|v| v.is_finite()));
    }
    let few = noise(3, 1, 1).mapv(|v| v as f32);
    let y = run(
        &few,
        &TsneSettings { perplexity: 1.5, n_iter: 300, n_components: 3, ..TsneSettings::default() },
        1,
    );
    assert!(y.iter().all(|v| v.is_finite()));
}

#[test]
fn wrong_input_is_refused() {
    let x = groups(20, 3, 2, 1);
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let default = TsneSettings { perplexity: 5.0, ..TsneSettings::default() };
    let message = |settings: TsneSettings| {
        tsne(x.view(), &settings, &mut ChaCha8Rng::seed_from_u64(0)).unwrap_err().to_string()
    };
    let large = message(TsneSettings { perplexity: 20.0, ..default });
    assert_eq!(large, "perplexity is 20, expected a number of at least 1 and below the number of rows");
    assert!(
        message(TsneSettings { n_components: 4, ..default })
            .starts_with("n_components is 4, expected 2 to 3")
    );
    assert!(message(TsneSettings { theta: f64::NAN, ..default }).starts_with("theta is NaN"));
    assert!(message(TsneSettings { learning_rate: Some(0.0), ..default }).starts_with("learning_rate is 0"));
    assert!(message(TsneSettings { early_exaggeration: 0.5, ..default }).starts_with("early_exaggeration"));
    assert!(message(TsneSettings { n_iter: 0, ..default }).starts_with("n_iter"));
    let mut bad = x.clone();
    bad[[3, 2]] = f32::NAN;
    assert!(
        tsne(bad.view(), &default, &mut rng)
            .unwrap_err()
            .to_string()
            .starts_with("row 3, column 2 holds NaN")
    );
    assert!(tsne(Array2::<f32>::zeros((0, 2)).view(), &default, &mut rng).is_err());
    let p = Affinities::new(x.view(), 5.0).unwrap();
    assert!(kl_divergence(&p, Array2::<f64>::zeros((19, 2)).view()).is_err());
    assert!(tsne_from(&p, Array2::<f64>::zeros((20, 3)).view(), &default).is_err());
}

#[test]
fn data_of_every_scale_have_one_map() {
    let x = groups(60, 4, 3, 5);
    let settings = TsneSettings { perplexity: 8.0, ..TsneSettings::default() };
    assert!(purity_of_nearest(&run(&x, &settings, 1), 3) > 0.95);
    for scale in [1e-37_f32, 1e-30, 1e30, 1e36] {
        let y = run(&(&x * scale), &settings, 1);
        assert!(y.iter().all(|v| v.is_finite()));
        assert!(purity_of_nearest(&y, 3) > 0.95, "{scale}");
    }
    let wide = x.mapv(f64::from);
    let expected = Affinities::new(wide.view(), 8.0).unwrap();
    for exponent in [-900, -300, 300, 900] {
        let scaled = &wide * 2f64.powi(exponent);
        let found = Affinities::new(scaled.view(), 8.0).unwrap();
        for i in 0..60 {
            for ((j, p), (l, q)) in expected.row(i).zip(found.row(i)) {
                assert!(j == l && (p - q).abs() < 1e-6, "{exponent}");
            }
        }
        let y = tsne(scaled.view(), &settings, &mut ChaCha8Rng::seed_from_u64(1)).unwrap();
        assert!(purity_of_nearest(&y, 3) > 0.95, "{exponent}");
    }
}
