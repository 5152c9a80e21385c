use approx::assert_abs_diff_eq;
use ndarray::{Array2, Axis, concatenate, s};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::lanczos::{Symmetric, leading};
use super::*;
use crate::samples::{groups, noise, purity_of_nearest, waves, with_threads};
use crate::{KnnSettings, Metric, nearest_neighbours, trustworthiness};

fn fit(x: &Array2<f32>, settings: &UmapSettings, seed: u64) -> Umap<f32> {
    Umap::fit(x.view(), settings, &mut ChaCha8Rng::seed_from_u64(seed)).unwrap()
}

// find_ab_params(spread, min_dist), umap-learn 0.5.12.
#[test]
fn curve_as_umap_learn() {
    let cases = [
        (1.0, 0.1, 1.5769434602697652, 0.8950608778515733),
        (1.0, 0.0, 1.93280839734315, 0.7904949732233831),
        (2.0, 0.5, 0.2588787412869628, 1.0574996994409025),
    ];
    for (spread, min_dist, a, b) in cases {
        let found = find_ab_params(spread, min_dist);
        assert_abs_diff_eq!(found.0, a, epsilon = 1e-6);
        assert_abs_diff_eq!(found.1, b, epsilon = 1e-6);
    }
}

// fuzzy_simplicial_set(x, 5, …, knn_indices, knn_dists, local_connectivity, set_op_mix_ratio) on exact neighbours,
// umap-learn 0.5.12: row 0, sigma and rho of point 0, the sum of all weights.
#[test]
fn fuzzy_graph_as_umap_learn() {
    let search = KnnSettings { k: 5, metric: Metric::Euclidean, include_self: true };
    let neighbours = nearest_neighbours(waves().view(), &search).unwrap();
    let union = [0.7242310643196106, 1.0, 1.0, 0.1884010285139084, 0.44385501742362976, 1.0];
    let mixed = [
        0.4579147696495056,
        0.8120865821838379,
        0.7309131026268005,
        0.04830499738454819,
        0.22202371060848236,
        1.0,
    ];
    let both = [0.020741980522871017, 1.0, 0.30119597911834717, 1.0];
    let cases = [
        (1.0, 1.0, &union[..], 0.8604583740234375, 0.35289663076400757, 70.13117980957031),
        (1.5, 0.5, &mixed[..], 0.5349578857421875, 0.6050369739532471, 46.43859100341797),
        (2.0, 0.0, &both[..], 0.1342926025390625, 0.8571772575378418, 24.920204162597656),
    ];
    for (local_connectivity, set_op_mix_ratio, row, sigma, rho, sum) in cases {
        let settings =
            UmapSettings { n_neighbors: 5, local_connectivity, set_op_mix_ratio, ..UmapSettings::default() };
        let graph = FuzzyGraph::new(&neighbours, &settings).unwrap();
        let weights: Vec<f64> = graph.row(0).map(|e| f64::from(e.1)).collect();
        assert_abs_diff_eq!(weights.as_slice(), row, epsilon = 1e-6);
        assert_abs_diff_eq!(f64::from(graph.sigmas[0]), sigma, epsilon = 1e-6);
        assert_abs_diff_eq!(f64::from(graph.rhos[0]), rho, epsilon = 1e-6);
        let total: f64 = (0..20).flat_map(|i| graph.row(i)).map(|e| f64::from(e.1)).sum();
        assert_abs_diff_eq!(total, sum, epsilon = 1e-4);
    }
}

/// The path of n points: eigenvalues of its adjacency matrix are 2 cos(π c / (n + 1)).
#[test]
fn eigenvectors_of_a_path() {
    let n = 60;
    let mut path = Symmetric { starts: vec![0], columns: Vec::new(), values: Vec::new() };
    for i in 0..n as u32 {
        path.columns.extend([i.checked_sub(1), (i + 1 < n as u32).then_some(i + 1)].into_iter().flatten());
        path.values.resize(path.columns.len(), 1.0);
        path.starts.push(path.columns.len());
    }
    let wave = |c: usize, i: usize| (std::f64::consts::PI * (c * (i + 1)) as f64 / (n + 1) as f64).sin();
    let scale = (2.0 / (n + 1) as f64).sqrt();
    let known = (0..n).map(|i| wave(1, i) * scale).collect();
    let start = noise(1, n, 4).row(0).to_vec();
    let found = leading(&path, known, start, 2, 200, 1e-10).unwrap();
    for (c, vector) in found.iter().enumerate() {
        let dot: f64 = vector.iter().enumerate().map(|(i, v)| v * wave(c + 2, i) * scale).sum();
        assert_abs_diff_eq!(dot.abs(), 1.0, epsilon = 1e-8);
    }
}

#[test]
fn groups_come_apart_from_every_start() {
    let x = groups(600, 8, 4, 1);
    for start in [UmapStart::Spectral, UmapStart::Pca] {
        for n_components in [2, 3, 10] {
            let model = fit(
                &x,
                &UmapSettings { start, n_components, n_epochs: Some(100), ..UmapSettings::default() },
                1,
            );
            assert_eq!(model.embedding().dim(), (600, n_components));
            assert!(purity_of_nearest(model.embedding(), 4) > 0.99, "{start:?} {n_components}");
        }
    }
}

// On a line groups that grow run into each other: only the shape is certain.
#[test]
fn one_dimension_is_allowed() {
    let x = groups(200, 4, 2, 1);
    let model = fit(&x, &UmapSettings { n_components: 1, ..UmapSettings::default() }, 1);
    assert_eq!(model.embedding().dim(), (200, 1));
    assert!(model.embedding().iter().all(|v| v.is_finite()));
}

#[test]
fn a_plane_keeps_its_neighbours() {
    let flat = noise(700, 2, 3);
    let x = concatenate![Axis(1), flat, flat.mapv(|v| v * 0.3)].mapv(|v| v as f32);
    let model = fit(&x, &UmapSettings::default(), 2);
    let trust = trustworthiness(x.view(), model.embedding().view(), 10).unwrap();
    assert!(trust > 0.97, "{trust}");
}

#[test]
fn new_points_land_in_their_group_and_alone_as_together() {
    let x = groups(600, 8, 3, 5);
    let (old, new) = (x.slice(s![..510, ..]).to_owned(), x.slice(s![510.., ..]).to_owned());
    let model = fit(&old, &UmapSettings::default(), 3);
    let placed = model.transform(new.view()).unwrap();
    let all = concatenate![Axis(0), model.embedding().view(), placed.view()];
    assert!(purity_of_nearest(&all, 3) > 0.99);
    assert_eq!(placed, with_threads(1, || model.transform(new.view()).unwrap()));
    assert!(model.transform(new.slice(s![.., ..4])).is_err());
}

#[test]
fn one_and_two_threads_agree_to_the_bit_and_seeds_differ() {
    let x = noise(900, 5, 7).mapv(|v| v as f32);
    let settings = UmapSettings { n_epochs: Some(30), ..UmapSettings::default() };
    let one = with_threads(1, || fit(&x, &settings, 5));
    let two = with_threads(2, || fit(&x, &settings, 5));
    assert_eq!(one.embedding(), two.embedding());
    assert_ne!(one.embedding(), fit(&x, &settings, 6).embedding());
}

#[test]
fn many_components_and_duplicates_stay_finite() {
    let apart = groups(120, 3, 12, 9);
    let same = Array2::from_elem((30, 2), 1.0_f32);
    for x in [apart, same] {
        let model = fit(&x, &UmapSettings { n_neighbors: 4, ..UmapSettings::default() }, 0);
        assert!(model.embedding().iter().all(|v| v.is_finite()));
        assert!(model.transform(x.view()).unwrap().iter().all(|v| v.is_finite()));
    }
}

#[test]
fn wrong_input_is_refused() {
    let x = groups(20, 3, 2, 1);
    let message = |settings: UmapSettings| {
        Umap::fit(x.view(), &settings, &mut ChaCha8Rng::seed_from_u64(0)).unwrap_err().to_string()
    };
    let default = UmapSettings::default();
    let many = message(UmapSettings { n_neighbors: 20, ..default });
    assert_eq!(many, "n_neighbors is 20, expected 2 to 19 for these data");
    assert!(message(UmapSettings { n_neighbors: 1, ..default }).starts_with("n_neighbors is 1"));
    assert!(message(UmapSettings { n_components: 0, ..default }).starts_with("n_components is 0"));
    assert!(message(UmapSettings { min_dist: 2.0, ..default }).starts_with("min_dist is 2"));
    assert!(message(UmapSettings { spread: f64::NAN, ..default }).starts_with("spread is NaN"));
    assert!(message(UmapSettings { n_epochs: Some(0), ..default }).starts_with("n_epochs is 0"));
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let mut bad = x.clone();
    bad[[0, 0]] = f32::INFINITY;
    assert!(Umap::fit(bad.view(), &default, &mut rng).is_err());
    assert!(Umap::fit(Array2::<f32>::zeros((0, 3)).view(), &default, &mut rng).is_err());
    assert!(Umap::fit(Array2::<f32>::zeros((1, 3)).view(), &default, &mut rng).is_err());
    let mut neighbours =
        nearest_neighbours(x.view(), &KnnSettings { k: 15, metric: Metric::Euclidean, include_self: true })
            .unwrap();
    neighbours.indices[[4, 2]] = 20;
    let wrong = Umap::fit_neighbours(x.view(), &neighbours, &default, &mut rng).unwrap_err();
    assert_eq!(wrong.to_string(), "row 4 of the neighbours is not valid: an index is beyond the last point");
}

#[test]
fn data_of_every_scale_have_one_graph() {
    let x = groups(90, 4, 3, 5);
    let settings = UmapSettings { n_neighbors: 8, ..UmapSettings::default() };
    let expected = fit(&x, &settings, 2);
    for exponent in [-120, -60, 60, 120] {
        for start in [UmapStart::Spectral, UmapStart::Pca] {
            let scaled = &x * 2f32.powi(exponent);
            let found = fit(&scaled, &UmapSettings { start, ..settings }, 2);
            for i in 0..90 {
                for ((j, v), (l, w)) in expected.graph().row(i).zip(found.graph().row(i)) {
                    assert!(j == l && (v - w).abs() < 1e-3, "{exponent}: {v} {w}");
                }
            }
            assert!(purity_of_nearest(found.embedding(), 3) > 0.95, "{exponent}");
        }
    }
    let across = UmapSettings { n_neighbors: 60, ..settings };
    let error =
        Umap::fit((&x * 1.5e37).view(), &across, &mut ChaCha8Rng::seed_from_u64(1)).map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("distances are out of the range"), "{error}");
}

#[test]
fn rows_far_from_all_others_are_placed() {
    let x = groups(90, 4, 3, 5);
    let model = fit(&x, &UmapSettings { n_neighbors: 8, ..UmapSettings::default() }, 2);
    for far in [1e6_f32, 1e12, 1e20, 1e30, 1e38] {
        let y = model.transform(Array2::from_elem((2, 4), far).view()).unwrap();
        assert!(y.iter().all(|v| v.is_finite() && v.abs() < 1e3), "{far}: {y}");
    }
    assert!(model.transform(Array2::from_elem((2, 4), 3e38_f32).view()).is_err());
}
