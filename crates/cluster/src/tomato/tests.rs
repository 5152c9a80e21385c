use super::*;
use crate::Error;
use ndarray::{Array2, Axis, array, concatenate};
use ndarray_rand::rand_distr::StandardNormal;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::f64::consts::PI;

fn rng(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// n rows of independent normal values, moved along the first column.
fn blob(n: usize, d: usize, at: f64, rng: &mut ChaCha8Rng) -> Array2<f64> {
    Array2::from_shape_fn((n, d), |(_, j)| {
        rng.sample::<f64, _>(StandardNormal) + if j == 0 { at } else { 0.0 }
    })
}

fn found(x: &Array2<f64>) -> TomatoModel {
    Tomato::new(TomatoSettings::default()).unwrap().fit(x.view()).unwrap()
}

fn sizes(model: &TomatoModel) -> Vec<usize> {
    let mut sizes = vec![0; model.n_clusters()];
    model.labels().iter().for_each(|&label| sizes[label] += 1);
    sizes
}

/// gudhi 3.13.0, of the same density. Its graph has no ways across gaps: every way is a vertex of its own there.
///
/// ```python
/// n, k = 90, 6; i = np.arange(n); noise = lambda a: (np.sin(a * 12.9898) * 43758.547) % 1.0
/// x = np.c_[np.array([0., 2.2, 5.])[i % 3] + 2 * noise(2 * i + 1), 1.5 * noise(2 * i + 2) + (i % 3 == 1) * 0.8]
/// D = pairwise_distances(x); r = np.sort(D, 1)[:, 1:k + 1]; logs = np.log(r)
/// d = n * (k - 1) / (logs[:, -1:] - logs).sum(); f = list(np.log(k) - d * logs[:, -1]); graph = [[] for _ in range(n)]
/// for a, b in itertools.combinations(range(n), 2):
///     f.append(np.log(k) - d * np.log(max(D[a, b], r[a, -1], r[b, -1])))
///     graph.append([a, b]); graph[a].append(len(f) - 1); graph[b].append(len(f) - 1)
/// t = Tomato(graph_type="manual", density_type="manual").fit(graph, weights=np.array(f))
/// np.sort((t.diagram_[:, 0] - t.diagram_[:, 1]) * k**0.5)
/// ```
#[test]
fn peaks_are_those_of_gudhi() {
    let noise = |a: usize| ((a as f64 * 12.9898).sin() * 43_758.547).rem_euclid(1.0);
    let x = Array2::from_shape_fn((90, 2), |(i, j)| match j {
        0 => [0.0, 2.2, 5.0][i % 3] + 2.0 * noise(2 * i + 1),
        _ => 1.5 * noise(2 * i + 2) + f64::from(u8::from(i % 3 == 1)) * 0.8,
    });
    let settings = TomatoSettings { neighbours: Some(6), margin: 0.5 };
    let model = Tomato::new(settings).unwrap().fit(x.view()).unwrap();
    assert!((model.dimension() - 1.991_156_500_675).abs() < 1e-9);
    assert!((model.threshold() - 3.801_843_094_226).abs() < 1e-9);
    let expected = [4.297_714_99, 2.716_637_16, 0.565_636_33, 0.543_062_86, 0.379_218_27];
    assert_eq!(model.prominences().len(), expected.len());
    for (found, expected) in model.prominences().iter().zip(expected) {
        assert!((found - expected).abs() < 1e-7, "{found} {expected}");
    }
    assert_eq!(sizes(&model), [60, 30]);
    assert!((0..90).all(|i| model.labels()[i] == usize::from(i % 3 == 2)));
}

#[test]
fn one_blob_is_one_cluster() {
    for n in [6, 8, 10, 12, 15, 20, 30, 60, 100, 300, 1000, 3000] {
        for d in [1, 2, 3, 10] {
            let each = (0..10).map(|seed| found(&blob(n, d, 0.0, &mut rng(seed))).n_clusters());
            let torn = each.filter(|&clusters| clusters > 1).count();
            assert!(torn <= 1, "{n} × {d}: {torn} of 10");
        }
    }
    let mut rng = rng(3);
    let square = Array2::from_shape_fn((1000, 2), |_| rng.random_range(0.0..1.0));
    assert_eq!(found(&square).n_clusters(), 1);
}

#[test]
fn blobs_apart_are_clusters_whatever_their_size() {
    for seed in 0..5 {
        let rng = &mut rng(seed);
        for (a, b) in [(100, 100), (500, 500), (400, 60), (2000, 100)] {
            let x = concatenate![Axis(0), blob(a, 2, 0.0, rng), blob(b, 2, 8.0, rng)];
            let model = found(&x);
            assert_eq!(sizes(&model), [a, b], "seed {seed}");
            assert!(model.labels()[..a].iter().all(|&label| label == 0 || a == b));
        }
    }
}

#[test]
fn moons_are_clusters_though_they_are_not_round() {
    let rng = &mut rng(1);
    let x = Array2::from_shape_fn((600, 2), |_| rng.sample::<f64, _>(StandardNormal) * 0.06);
    let x = Array2::from_shape_fn((600, 2), |(i, j)| {
        let t = PI * (i / 2) as f64 / 299.0;
        let moon = if i % 2 == 0 { [t.cos(), t.sin()] } else { [1.0 - t.cos(), 0.5 - t.sin()] };
        moon[j] + x[[i, j]]
    });
    let model = found(&x);
    assert_eq!(sizes(&model), [300, 300]);
    assert!((0..600).all(|i| model.labels()[i] == model.labels()[i % 2]));
}

#[test]
fn neither_order_nor_scale_nor_threads_change_anything() {
    let rng = &mut rng(5);
    // Whole numbers: many rows are equal, and many distances.
    let x = concatenate![Axis(0), blob(150, 2, 0.0, rng), blob(80, 2, 7.0, rng)].mapv(|v| (3.0 * v).round());
    let model = found(&x);
    assert_eq!(sizes(&model), [150, 80]);
    let mut order: Vec<usize> = (0..230).collect();
    order.shuffle(rng);
    let shuffled = found(&x.select(Axis(0), &order));
    assert!(order.iter().zip(shuffled.labels()).all(|(&row, &label)| model.labels()[row] == label));
    assert_eq!(found(&x.mapv(|v| 1024.0 * v)).labels(), model.labels());
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert_eq!(one.install(|| found(&x)), model);
}

/// Rows of one column from normal distributions, rounded: mean, standard deviation and number of each.
fn rounded(groups: &[(f64, f64, usize)], rng: &mut ChaCha8Rng) -> Array2<f64> {
    let rows: Vec<f64> = groups
        .iter()
        .flat_map(|&(mean, std, n)| {
            let drawn = (0..n).map(|_| (mean + std * rng.sample::<f64, _>(StandardNormal)).round());
            drawn.collect::<Vec<f64>>()
        })
        .collect();
    Array2::from_shape_vec((rows.len(), 1), rows).unwrap()
}

#[test]
fn values_on_a_grid_have_a_density() {
    let rng = &mut rng(2);
    for groups in [
        [(20.0, 5.0, 1000), (60.0, 5.0, 1000)],
        [(20.0, 1.5, 1000), (30.0, 1.5, 1000)],
        [(20.0, 2.0, 1000), (35.0, 2.0, 1000)],
    ] {
        let model = found(&rounded(&groups, rng));
        assert_eq!(model.n_clusters(), 2, "{groups:?}");
        let first = model.labels()[0];
        let kept = model.labels()[..1000].iter().filter(|&&label| label == first).count();
        assert!(kept > 980 && sizes(&model)[1] > 900, "{groups:?}: {kept}");
    }
    let ages = Array2::from_shape_fn((2000, 1), |_| f64::from(rng.random_range(20_u8..70)));
    assert_eq!(found(&ages).n_clusters(), 1);
    // A year that nobody has is no gap.
    assert_eq!(found(&ages.mapv(|age| if age >= 45.0 { age + 1.0 } else { age })).n_clusters(), 1);
    // Tenths, as single precision has them.
    let cube = Array2::from_shape_fn((20_000, 3), |_| f64::from(rng.random_range(0_u8..8)));
    for scaled in [cube.clone(), cube.mapv(|v| f64::from(v as f32 / 10.0))] {
        assert_eq!(found(&scaled).n_clusters(), 1);
    }
    let valley = Array2::from_shape_fn((1998, 1), |(i, _)| [1.0, 2.0, 3.0, 50.0, 51.0, 52.0][i % 6]);
    assert_eq!(sizes(&found(&valley)), [999, 999]);
}

#[test]
fn a_spike_beside_a_hill_is_a_cluster() {
    let rng = &mut rng(6);
    let x = concatenate![Axis(0), Array2::zeros((500, 1)), blob(500, 1, 7.0, rng)];
    assert_eq!(sizes(&found(&x)), [500, 500]);
}

/// Corners of a triangle in the first two of d columns.
#[test]
fn groups_are_found_in_three_and_four_dimensions() {
    for (d, apart, n, least) in [(2, 5.0, 600, 9), (3, 6.0, 150, 8), (3, 5.0, 600, 8), (4, 6.0, 300, 8)] {
        let right = (0..10).filter(|&seed| {
            let rng = &mut rng(seed);
            let corners = [[0.0, 0.0], [apart, 0.0], [0.5 * apart, 0.866 * apart]];
            let x = Array2::from_shape_fn((n, d), |(i, j)| {
                rng.sample::<f64, _>(StandardNormal) + if j < 2 { corners[i % 3][j] } else { 0.0 }
            });
            sizes(&found(&x)).iter().filter(|&&size| size > n / 4).count() == 3
        });
        let right = right.count();
        assert!(right >= least, "{d} dimensions, {apart} apart: {right} of 10");
    }
}

/// Three peaks in a row, of which the highest is the first, meet one after the other: each has its own prominence.
#[test]
fn every_peak_but_the_highest_has_a_prominence() {
    let rng = &mut rng(7);
    let x = concatenate![Axis(0), blob(900, 1, 0.0, rng), blob(250, 1, 4.5, rng), blob(600, 1, 9.0, rng)];
    let model = found(&x);
    assert_eq!(model.n_clusters(), 3);
    let kept = model.prominences().iter().filter(|&&prominence| prominence >= model.threshold());
    assert_eq!(kept.count(), 2, "{:?}", &model.prominences()[..4]);
    // Far apart, too.
    let x = concatenate![Axis(0), blob(100, 2, 0.0, rng), blob(100, 2, 1e3, rng), blob(100, 2, -1e3, rng)];
    let model = found(&x);
    assert_eq!(sizes(&model), [100, 100, 100]);
    assert!(model.prominences()[1] > 20.0 && model.prominences()[2..].iter().all(|&p| p < model.threshold()));
}

#[test]
fn dimensions_are_those_of_the_rows() {
    let rng = &mut rng(4);
    let line = Array2::from_shape_fn((800, 1), |_| rng.random_range(0.0..1.0));
    let wide = concatenate![Axis(1), line, 2.0 * &line, -&line];
    assert!((intrinsic_dimension(wide.view(), 15).unwrap() - 1.0).abs() < 0.1);
    let cube = Array2::from_shape_fn((2000, 3), |_| rng.random_range(0.0..1.0));
    let found = intrinsic_dimension(cube.view(), 15).unwrap();
    assert!((2.5..=3.0).contains(&found), "{found}");
    assert!(few_dimensions(cube.view()).unwrap().is_some_and(|few| (2.5..=3.0).contains(&few)));
    let many = Array2::from_shape_fn((500, 12), |_| rng.random_range(0.0..1.0));
    assert_eq!(few_dimensions(many.view()).unwrap(), None);
    let answers = Array2::from_shape_fn((500, 2), |_| f64::from(rng.random_range(1_u8..=3)));
    assert_eq!(few_dimensions(answers.view()).unwrap(), None);
    // Ten groups of ten rows in many dimensions: fifteen neighbours reach other groups.
    let groups = Array2::from_shape_fn((100, 50), |(i, j)| {
        if i % 10 == j { 90.0 } else { rng.sample::<f64, _>(StandardNormal) }
    });
    assert_eq!(few_dimensions(groups.view()).unwrap(), None);
    // In two dimensions too, and one column of few values has a density.
    let places = Array2::from_shape_fn((100, 2), |(i, j)| {
        let corner = [i % 10 / 5, i % 5][j] as f64;
        20.0 * corner + rng.sample::<f64, _>(StandardNormal)
    });
    assert_eq!(few_dimensions(places.view()).unwrap(), None);
    assert!(few_dimensions(answers.slice(ndarray::s![.., ..1])).unwrap().is_some());
    assert!(matches!(intrinsic_dimension(cube.view(), 1), Err(Error::Setting { name: "k", .. })));
}

#[test]
fn equal_rows_and_few_rows_are_one_cluster() {
    let equal = Array2::from_elem((40, 3), 2.5);
    let model = found(&equal);
    assert_eq!((model.n_clusters(), model.dimension()), (1, 0.0));
    assert_eq!(found(&array![[0.0, 1.0], [0.5, 1.0], [9.0, 9.0]]).labels(), [0, 0, 0]);
    // Two values are as far from one another as each is wide.
    let halves = concatenate![Axis(0), Array2::from_elem((40, 2), 0.0), Array2::from_elem((60, 2), 1.0)];
    assert_eq!(found(&halves).n_clusters(), 1);
}

#[test]
fn bad_input_is_refused() {
    let fit = |x: Array2<f64>| Tomato::new(TomatoSettings::default()).unwrap().fit(x.view());
    assert!(matches!(fit(Array2::zeros((0, 2))), Err(Error::Empty { .. })));
    assert!(matches!(fit(array![[0.0], [f64::NAN]]), Err(Error::NotFinite { row: 1, .. })));
    assert!(matches!(
        fit(array![[0.0], [1e-200], [1.0], [2.0], [3.0], [4.0], [5.0], [6.0]]),
        Err(Error::Underflow { .. })
    ));
    assert!(matches!(fit(array![[0.0], [1e300]]), Err(Error::Overflow { .. })));
    let none = TomatoSettings { neighbours: Some(0), ..TomatoSettings::default() };
    assert_eq!(Tomato::new(none).unwrap_err().to_string(), "neighbours must be at least 1, found 0");
    let below = TomatoSettings { margin: -1.0, ..TomatoSettings::default() };
    assert!(Tomato::new(below).is_err());
}
