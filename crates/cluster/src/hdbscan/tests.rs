use super::kdtree::KdTree;
use super::spanning::{cores, spanning_tree};
use super::*;
use crate::Error;
use ndarray::{Array2, array};
use proptest::prelude::*;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Three clumps and some strays: in Python
/// `[[10 * (i % 3) + sin(1.7 * i) * (1 + i % 7 / 3), sin(2.9 * i) * (1 + i % 5 / 2)] for i in range(90)]`.
fn clumps() -> Array2<f64> {
    Array2::from_shape_fn((90, 2), |(i, j)| {
        let at = i as f64;
        if j == 0 {
            10.0 * (i % 3) as f64 + (1.7 * at).sin() * (1.0 + (i % 7) as f64 / 3.0)
        } else {
            (2.9 * at).sin() * (1.0 + (i % 5) as f64 / 2.0)
        }
    })
}

fn noise(n: usize, d: usize, seed: u64) -> Array2<f64> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    Array2::from_shape_fn((n, d), |_| rng.random_range(-1.0..1.0))
}

fn fit(x: &Array2<f64>, size: usize, samples: usize, selection: Selection) -> crate::Result<HdbscanModel> {
    let settings = HdbscanSettings {
        min_cluster_size: size,
        min_samples: Some(samples),
        selection,
        ..HdbscanSettings::default()
    };
    Hdbscan::new(settings)?.fit(x.view())
}

fn with_threads<T: Send>(threads: usize, f: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(f)
}

/// Prim's algorithm over all pairs, the sum of the weights.
fn weight_by_prim(x: &Array2<f64>, samples: usize) -> f64 {
    let n = x.nrows();
    let apart = |i: usize, j: usize| (&x.row(i) - &x.row(j)).mapv(|v| v * v).sum().sqrt();
    let core: Vec<f64> = (0..n)
        .map(|i| {
            let mut all: Vec<f64> = (0..n).filter(|&j| j != i).map(|j| apart(i, j)).collect();
            all.sort_by(f64::total_cmp);
            all[samples - 1]
        })
        .collect();
    let reach = |i: usize, j: usize| apart(i, j).max(core[i]).max(core[j]);
    let (mut best, mut inside, mut total) = (vec![f64::INFINITY; n], vec![false; n], 0.0);
    let mut at = 0;
    for _ in 1..n {
        inside[at] = true;
        (0..n).for_each(|j| best[j] = best[j].min(reach(at, j)));
        at = (0..n).filter(|&j| !inside[j]).min_by(|&a, &b| best[a].total_cmp(&best[b])).unwrap();
        total += best[at];
    }
    total
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn the_spanning_tree_is_a_least_one(n in 3_usize..140, d in 1_usize..5, k in 1_usize..8, round in any::<bool>(), seed in any::<u64>()) {
        // Rounded coordinates: duplicates and ties.
        let x = noise(n, d, seed).mapv(|v| if round { (v * 3.0).round() } else { v });
        let k = k.min(n - 1);
        let tree = KdTree::new(x.as_slice().unwrap(), d);
        let (core, near) = cores(&tree, k);
        let edges = spanning_tree(&tree, &core, &near, k);
        prop_assert_eq!(edges.len(), n - 1);
        let total: f64 = edges.iter().map(|e| e.0.sqrt()).sum();
        let expected = weight_by_prim(&x, k);
        prop_assert!((total - expected).abs() <= 1e-9 * expected.max(1.0), "{} {}", total, expected);
    }

    #[test]
    fn labels_probabilities_and_scores_fit_together(n in 6_usize..200, size in 2_usize..12, samples in 1_usize..5, leaf in any::<bool>(), seed in any::<u64>()) {
        let x = noise(n, 2, seed).mapv(|v| (v * 20.0).round());
        let selection = if leaf { Selection::Leaf } else { Selection::ExcessOfMass };
        let model = fit(&x, size, samples, selection).unwrap();
        let mut sizes = vec![0; model.n_clusters()];
        model.labels().iter().flatten().for_each(|&l| sizes[l] += 1);
        prop_assert!(sizes.iter().all(|&s| s >= size), "{:?}", sizes);
        for (label, p) in model.labels().iter().zip(model.probabilities()) {
            prop_assert!((0.0..=1.0).contains(&p) && (label.is_some() || p == 0.0));
        }
        prop_assert!(model.outlier_scores().iter().all(|s| (0.0..=1.0).contains(s)));
        let back = HdbscanModel::from_parts(model.to_parts()).unwrap();
        prop_assert_eq!(back.labels(), model.labels());
        prop_assert_eq!(back.probabilities(), model.probabilities());
        prop_assert_eq!(back.outlier_scores(), model.outlier_scores());
    }
}

/// Labels of the package, noise as a dot, up to the numbers of clusters.
fn assert_same(model: &HdbscanModel, expected: &str) {
    let mut pairs = std::collections::BTreeMap::new();
    for (i, (found, expected)) in model.labels().iter().zip(expected.chars()).enumerate() {
        let expected = (expected != '.').then_some(expected);
        assert_eq!(found.is_some(), expected.is_some(), "row {i}");
        assert_eq!(*pairs.entry(*found).or_insert(expected), expected, "row {i}");
    }
    let different: std::collections::BTreeSet<_> = pairs.values().collect();
    assert_eq!(different.len(), pairs.len());
}

#[test]
fn as_the_python_package() {
    // hdbscan 0.8.44: h = HDBSCAN(min_cluster_size=10, min_samples=3, algorithm="generic").fit(x);
    // h.labels_, h.probabilities_[:6], h.outlier_scores_[:6]
    let model = fit(&clumps(), 10, 3, Selection::ExcessOfMass).unwrap();
    assert_same(&model, &"012".repeat(30));
    let near = |found: Vec<f64>, expected: [f64; 6]| {
        assert!(found.iter().zip(expected).all(|(f, e)| (f - e).abs() < 1e-8), "{:?}", &found[..6]);
    };
    near(model.probabilities(), [1.0, 1.0, 1.0, 0.852234221, 0.561000592, 1.0]);
    near(model.outlier_scores(), [0.0, 0.0, 0.0, 0.147765779, 0.438999408, 0.0]);
    // Edges of equal weight, of which mutual reachability makes many, allow several least spanning trees: here they come by
    // their points. hdbscan._hdbscan_linkage.label of that tree, then hdbscan.hdbscan_._tree_to_labels(x, …, 5, "leaf").
    let model = fit(&clumps(), 5, 4, Selection::Leaf).unwrap();
    assert_same(
        &model,
        ".0..04.03.02102.0..04.0360..0.10..0250350360.10.60250450360.10.602.04.0360.102.0.50..03604",
    );
    near(model.probabilities(), [0.0, 0.830515127, 0.0, 0.0, 0.530052278, 1.0]);
}

#[test]
fn threads_and_order_of_rows_change_nothing() {
    let x = noise(3000, 3, 1);
    let one = with_threads(1, || fit(&x, 10, 5, Selection::ExcessOfMass).unwrap());
    for threads in [2, 4] {
        assert_eq!(one, with_threads(threads, || fit(&x, 10, 5, Selection::ExcessOfMass).unwrap()));
    }
    let columns = x.t().as_standard_layout().into_owned();
    let settings = HdbscanSettings { min_cluster_size: 10, min_samples: Some(5), ..Default::default() };
    assert_eq!(one, Hdbscan::new(settings).unwrap().fit(columns.t()).unwrap());
}

#[test]
fn exactly_k_clusters_are_those_of_the_largest_stability() {
    let x = clumps();
    for k in 1..=3 {
        let model = fit(&x, 5, 3, Selection::Clusters(k)).unwrap();
        assert_eq!(model.n_clusters(), k);
    }
    let free = fit(&x, 5, 3, Selection::ExcessOfMass).unwrap();
    let same = fit(&x, 5, 3, Selection::Clusters(free.n_clusters())).unwrap();
    assert_eq!(free.labels(), same.labels());
    let error = fit(&x, 5, 3, Selection::Clusters(60)).unwrap_err();
    assert!(matches!(error, Error::TooFewDense { clusters: 60, .. }), "{error}");
}

#[test]
fn new_samples_fall_where_their_neighbours_are() {
    let x = clumps();
    let model = fit(&x, 10, 3, Selection::ExcessOfMass).unwrap();
    let own = model.predict(x.view()).unwrap();
    // Fitted samples come back, but for those at the rim: as new samples they are their own nearest neighbour.
    let same = own.iter().zip(model.labels()).filter(|(a, b)| a == b).count();
    assert!(same >= 85, "{same}");
    let far = model.predict(array![[500.0, 500.0], [0.0, 0.0], [10.0, 0.0], [20.0, 0.0]].view()).unwrap();
    assert_eq!(far[0], None);
    let distinct: std::collections::BTreeSet<_> = far.iter().collect();
    assert_eq!(distinct.len(), 4, "{far:?}");
    assert!(
        model.predict(array![[1.0]].view()).is_err()
            && model.predict(array![[1.0, f64::NAN]].view()).is_err()
    );
}

#[test]
fn duplicates_and_constant_data() {
    // Two places, each 20 times.
    let x = Array2::from_shape_fn((40, 2), |(i, _)| (i % 2) as f64);
    let model = fit(&x, 5, 5, Selection::ExcessOfMass).unwrap();
    assert!(model.labels().iter().enumerate().all(|(i, l)| l.is_some() && *l == model.labels()[i % 2]));
    assert_eq!((model.n_clusters(), model.noise()), (2, 0));
    assert!(model.probabilities().iter().all(|&p| p == 1.0));
    // One place: no cluster, unless all may be one.
    let flat = Array2::from_elem((3000, 2), 4.0);
    assert_eq!(fit(&flat, 5, 5, Selection::ExcessOfMass).unwrap().noise(), 3000);
    let settings = HdbscanSettings { allow_single_cluster: true, ..Default::default() };
    let one = Hdbscan::new(settings).unwrap().fit(flat.view()).unwrap();
    assert_eq!((one.n_clusters(), one.noise()), (1, 0));
}

#[test]
fn wrong_input_is_refused() {
    let x = noise(10, 2, 0);
    assert_eq!(
        fit(&x, 5, 10, Selection::Leaf).unwrap_err().to_string(),
        "min_samples must be below the number of rows, found 10 for 10 rows"
    );
    assert!(fit(&x, 1, 2, Selection::Leaf).is_err() && fit(&x, 2, 0, Selection::Leaf).is_err());
    assert!(fit(&x, 2, 2, Selection::Clusters(0)).is_err());
    assert!(fit(&noise(1, 2, 0), 2, 1, Selection::Leaf).is_err());
    assert!(matches!(fit(&Array2::zeros((0, 2)), 2, 1, Selection::Leaf), Err(Error::Empty { .. })));
    let mut bad = x.clone();
    bad[[3, 1]] = f64::NAN;
    assert_eq!(
        fit(&bad, 2, 2, Selection::Leaf).unwrap_err(),
        Error::NotFinite { what: "the data", row: 3, column: 1 }
    );
    assert_eq!(
        fit(&x.mapv(|v| v * 1e200), 2, 2, Selection::Leaf).unwrap_err(),
        Error::Overflow { what: "the data" }
    );
    // Fewer rows than the smallest cluster, and than the default neighbours: nothing but noise.
    assert_eq!(
        Hdbscan::new(HdbscanSettings::default()).unwrap().fit(noise(3, 2, 1).view()).unwrap().noise(),
        3
    );
    let mut parts = fit(&x, 2, 2, Selection::Leaf).unwrap().to_parts();
    parts.leaves[0] = 999;
    assert!(HdbscanModel::from_parts(parts).is_err());
}
