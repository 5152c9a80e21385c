use super::*;
use crate::Error;
use deepclust_manifold::{Metric, Neighbours, Search};
use ndarray::{Array2, array};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::HashSet;

/// `k` groups of equal size around corners far apart; row i belongs to group i mod k.
pub(super) fn groups(n: usize, d: usize, k: usize, spread: f32, seed: u64) -> Array2<f32> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let corners = Array2::from_shape_fn((k, d), |_| rng.random_range(-1.0..1.0_f32) * 10.0);
    Array2::from_shape_fn((n, d), |(i, j)| corners[[i % k, j]] + spread * rng.random_range(-1.0..1.0_f32))
}

fn fit(x: &Array2<f32>, k: usize) -> crate::Result<GraphCommunitiesModel> {
    GraphCommunities::new(GraphCommunitiesSettings::default())?.fit(x.view(), k, 3)
}

pub(super) fn with_threads<T: Send>(threads: usize, f: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(f)
}

/// Zachary's karate club: igraph 1.0.0, `Graph.Famous("Zachary")`.
const KARATE: &[(usize, usize)] = &[
    (0, 1),
    (0, 2),
    (0, 3),
    (0, 4),
    (0, 5),
    (0, 6),
    (0, 7),
    (0, 8),
    (0, 10),
    (0, 11),
    (0, 12),
    (0, 13),
    (0, 17),
    (0, 19),
    (0, 21),
    (0, 31),
    (1, 2),
    (1, 3),
    (1, 7),
    (1, 13),
    (1, 17),
    (1, 19),
    (1, 21),
    (1, 30),
    (2, 3),
    (2, 7),
    (2, 27),
    (2, 28),
    (2, 32),
    (2, 9),
    (2, 8),
    (2, 13),
    (3, 7),
    (3, 12),
    (3, 13),
    (4, 6),
    (4, 10),
    (5, 6),
    (5, 10),
    (5, 16),
    (6, 16),
    (8, 30),
    (8, 32),
    (8, 33),
    (9, 33),
    (13, 33),
    (14, 32),
    (14, 33),
    (15, 32),
    (15, 33),
    (18, 32),
    (18, 33),
    (19, 33),
    (20, 32),
    (20, 33),
    (22, 32),
    (22, 33),
    (23, 25),
    (23, 27),
    (23, 32),
    (23, 33),
    (23, 29),
    (24, 25),
    (24, 27),
    (24, 31),
    (25, 31),
    (26, 29),
    (26, 33),
    (27, 33),
    (28, 31),
    (28, 33),
    (29, 32),
    (29, 33),
    (30, 32),
    (30, 33),
    (31, 32),
    (31, 33),
    (32, 33),
];

fn karate() -> Graph {
    let edges: Vec<(usize, usize, f32)> = KARATE.iter().map(|&(i, j)| (i, j, 1.0)).collect();
    Graph::new(34, &edges).unwrap()
}

#[test]
fn the_karate_club_falls_into_the_four_communities_known() {
    // igraph 1.0.0: Graph.Famous("Zachary").community_optimal_modularity().modularity == 0.4197896
    let graph = karate();
    let labels = leiden(&graph, 1.0, 0, 5).unwrap();
    let found = modularity(&graph, &labels, 1.0).unwrap();
    assert!(found > 0.4155 && found < 0.41979, "{found}");
    // One community: 1 − γ.
    assert!(modularity(&graph, &[0; 34], 1.0).unwrap().abs() < 1e-12);
    assert!((modularity(&graph, &[0; 34], 0.25).unwrap() - 0.75).abs() < 1e-12);
}

#[test]
fn modularity_of_two_triangles() {
    // Two triangles joined by one edge: 6/7 − 2 (7/14)² = 0.357142…
    let edges = [(0, 1), (1, 2), (0, 2), (3, 4), (4, 5), (3, 5), (2, 3)].map(|(i, j)| (i, j, 2.0));
    let graph = Graph::new(6, &edges).unwrap();
    let labels = leiden(&graph, 1.0, 1, 2).unwrap();
    assert_eq!(labels, [0, 0, 0, 1, 1, 1]);
    assert!((modularity(&graph, &labels, 1.0).unwrap() - (6.0 / 7.0 - 0.5)).abs() < 1e-12);
}

#[test]
fn groups_are_found_with_every_weight_and_metric() {
    let x = groups(1200, 20, 6, 3.0, 1);
    for weights in [GraphWeights::Fuzzy, GraphWeights::Shared] {
        for metric in [Metric::Euclidean, Metric::Cosine] {
            let settings =
                GraphCommunitiesSettings { weights, metric, components: Some(5), ..Default::default() };
            let model = GraphCommunities::new(settings).unwrap().fit(x.view(), 6, 0).unwrap();
            let labels = model.labels();
            assert!(labels.iter().enumerate().all(|(i, l)| *l == labels[i % 6]), "{weights:?}, {metric:?}");
            assert_eq!(model.n_clusters(), 6);
            assert_eq!(model.predict(x.view()).unwrap(), labels);
            assert!(model.confidence().iter().all(|&c| c == 1.0));
            assert!(model.runs().iter().all(|r| r.agreement > 0.999));
        }
    }
}

#[test]
fn fewer_communities_than_groups_join_whole_groups() {
    let x = groups(900, 4, 3, 9.0, 5);
    for k in [1, 2, 3, 5] {
        let model = fit(&x, k).unwrap();
        assert_eq!(model.n_clusters(), k);
        let best = model.best().unwrap();
        assert!(model.runs().iter().all(|r| r.modularity <= best.modularity));
        assert_eq!(best.labels, model.labels());
    }
}

#[test]
fn a_graph_serves_any_number_of_communities() {
    let x = groups(120, 5, 4, 0.05, 3);
    let method = GraphCommunities::new(GraphCommunitiesSettings::default()).unwrap();
    let NeighbourGraph { components, rows, graph } = method.graph(x.view(), 0).unwrap();
    assert!(components.is_none() && rows == x);
    for k in [4, 6] {
        let (runs, best, failed) = method.of_graph(&graph, k, 7, Some(rows.view())).unwrap();
        let found = runs[best].labels.iter().max().unwrap() + 1;
        assert_eq!((found, failed), (k, 0));
    }
    let wide = GraphCommunitiesSettings { neighbours: 121, ..Default::default() };
    assert!(GraphCommunities::new(wide).unwrap().graph(x.view(), 0).is_err());
}

#[test]
fn a_model_comes_back_from_its_parts() {
    let x = groups(400, 60, 4, 2.0, 2);
    let model = fit(&x, 4).unwrap();
    let (neighbours, metric) = model.neighbours();
    let back = GraphCommunitiesModel::from_parts(
        model.components().cloned(),
        model.rows().clone(),
        model.labels().to_vec(),
        neighbours,
        metric,
    )
    .unwrap();
    let new = groups(40, 60, 4, 2.0, 2);
    assert_eq!(back.predict(new.view()).unwrap(), model.predict(new.view()).unwrap());
    assert!(GraphCommunitiesModel::from_parts(None, x.clone(), vec![0; 3], 3, metric).is_err());
    assert!(GraphCommunitiesModel::from_parts(None, x, vec![0; 400], 0, metric).is_err());
}

#[test]
fn threads_change_nothing_and_seeds_are_seeds() {
    let x = groups(1500, 10, 8, 9.0, 6);
    let settings = GraphCommunitiesSettings { search: Search::Approximate, ..Default::default() };
    let model = GraphCommunities::new(settings).unwrap();
    let one = with_threads(1, || model.fit(x.view(), 8, 1).unwrap());
    for threads in [2, 4] {
        assert_eq!(one, with_threads(threads, || model.fit(x.view(), 8, 1).unwrap()));
    }
    assert_eq!(one.runs().len() + one.failed(), 5);
}

#[test]
fn a_resolution_may_be_given() {
    let x = groups(600, 5, 6, 1.0, 7);
    let model = GraphCommunities::new(GraphCommunitiesSettings::default()).unwrap();
    let fine = model.fit_at(x.view(), 20.0, 0).unwrap().n_clusters();
    assert!(fine > model.fit_at(x.view(), 0.5, 0).unwrap().n_clusters());
    assert!(model.fit_at(x.view(), 0.0, 0).is_err() && model.fit_at(x.view(), f64::NAN, 0).is_err());
}

#[test]
fn shared_neighbours_are_counted_with_the_points_themselves() {
    // 0 – {1, 2}, 1 – {0, 2}, 2 – {1, 3}, 3 – {2, 1}: pairs (0,1): {0,1,2} both; (2,3): {1,2,3} both; (0,2): {1,2} of 4.
    let indices = array![[1, 2], [0, 2], [1, 3], [2, 1]];
    let graph = Graph::shared(&Neighbours { indices, distances: Array2::<f32>::zeros((4, 2)) });
    let row = |i: usize| graph.row(i).collect::<Vec<_>>();
    assert_eq!(row(0), [(1, 1.0), (2, 0.5)]);
    assert_eq!(row(2), [(0, 0.5), (1, 0.5), (3, 1.0)]);
    assert_eq!(row(3), [(1, 0.5), (2, 1.0)]);
}

#[test]
fn a_disconnected_graph_gives_its_parts_or_joins_the_nearest() {
    // Six groups that no edge joins.
    let mut x = groups(600, 3, 6, 0.01, 8);
    let settings = GraphCommunitiesSettings { neighbours: 5, ..Default::default() };
    let model = GraphCommunities::new(settings).unwrap();
    assert_eq!(model.fit(x.view(), 6, 0).unwrap().n_clusters(), 6);
    let parts = model.fit(x.view(), 6, 0).unwrap().labels().to_vec();
    let fewer = model.fit(x.view(), 4, 0).unwrap();
    assert_eq!((fewer.n_clusters(), fewer.best().and_then(|best| best.joined)), (4, Some(6)));
    // Whole parts are joined.
    let pairs: HashSet<_> = parts.iter().zip(fewer.labels()).collect();
    assert_eq!(pairs.len(), 6);
    let graph = model.graph(x.view(), 0).unwrap().graph;
    let error = model.of_graph(&graph, 4, 0, None).unwrap_err();
    assert_eq!(error, Error::GraphParts { clusters: 4, parts: 6, rows: 15 });
    assert!(error.to_string().contains("falls into 6 unconnected parts of at least 15 rows"));
    // A speck that no edge joins to the rest goes to the nearest community.
    for i in 0..6 {
        let near = x.row(i + 6).mapv(|v| v + 1.0);
        x.row_mut(i).assign(&(near * if i == 0 { 1.0 } else { 0.0 } + if i == 0 { 0.0 } else { 500.0 }));
    }
    let found = model.fit(x.view(), 6, 0).unwrap();
    assert_eq!(found.n_clusters(), 6);
    assert!(found.labels()[1..6].iter().all(|l| *l == found.labels()[1]));
}

#[test]
fn a_part_too_small_for_a_community_stays_together_and_is_told() {
    // 20 rows, fewer than a tenth of an equal share, half-way between two groups: some are nearer to one, some to the other.
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let x = Array2::from_shape_fn((420, 2), |(i, j)| {
        let noise = rng.random_range(-0.5..0.5_f32);
        match (i, j) {
            (400.., 0) => 10.0 + noise,
            (400.., _) => 40.0 + noise,
            (_, 0) => 20.0 * (i % 2) as f32 + noise,
            _ => noise,
        }
    });
    let found = fit(&x, 2).unwrap();
    let labels = found.labels();
    assert!(labels[400..].iter().all(|label| *label == labels[400]), "{:?}", &labels[400..]);
    assert_eq!(found.best().unwrap().dissolved, [20]);
    let settings = GraphCommunitiesSettings { least_share: 0.09, ..Default::default() };
    let counted = GraphCommunities::new(settings).unwrap().fit(x.view(), 3, 3).unwrap();
    assert!(counted.best().unwrap().dissolved.is_empty());
    assert_eq!(counted.labels().iter().filter(|label| **label == 2).count(), 20);
}

#[test]
fn duplicates_beyond_the_neighbours() {
    // Eight rows, each 50 times: every group of equals is a part of its own.
    let corners = groups(8, 3, 8, 0.0, 9);
    let x = Array2::from_shape_fn((400, 3), |(i, j)| corners[[i % 8, j]]);
    let model = fit(&x, 8).unwrap();
    assert!(model.labels().iter().enumerate().all(|(i, l)| *l == model.labels()[i % 8]));
    let fewer = fit(&x, 3).unwrap();
    assert_eq!(fewer.n_clusters(), 3);
    assert!(fewer.labels().iter().enumerate().all(|(i, l)| *l == fewer.labels()[i % 8]));
    assert_eq!(fit(&x, 9).unwrap_err(), Error::TooFewDistinct { clusters: 9, distinct: 8 });
}

#[test]
fn constant_data() {
    let x = Array2::from_elem((100, 4), 2.0_f32);
    assert_eq!(fit(&x, 2).unwrap_err(), Error::TooFewDistinct { clusters: 2, distinct: 1 });
    assert_eq!(fit(&x, 1).unwrap().n_clusters(), 1);
}

#[test]
fn more_communities_than_the_graph_splits_into() {
    // 29 communities of at least 3 of 60 points are too many.
    let x = groups(60, 3, 2, 1.0, 10);
    let settings = GraphCommunitiesSettings { least_share: 1.0, ..Default::default() };
    let error = GraphCommunities::new(settings).unwrap().fit(x.view(), 29, 0).unwrap_err();
    assert!(matches!(error, Error::NoResolution { clusters: 29, .. }), "{error}");
    assert!(error.to_string().starts_with("no resolution splits the graph into 29 communities: "));
}

#[test]
fn zero_rows_under_cosine() {
    let mut x = groups(300, 6, 3, 0.5, 11);
    for i in 0..20 {
        x.row_mut(i * 15).fill(0.0);
    }
    let settings = GraphCommunitiesSettings { metric: Metric::Cosine, ..Default::default() };
    let model = GraphCommunities::new(settings).unwrap();
    let error = model.fit(x.view(), 3, 0).unwrap_err();
    assert_eq!(error, Error::ZeroRow { row: 0, rows: 20 });
    let rest: Vec<usize> = (0..300).filter(|i| i % 15 != 0).collect();
    let rest = model.fit(x.select(ndarray::Axis(0), &rest).view(), 3, 0).unwrap();
    assert_eq!(rest.n_clusters(), 3);
}

#[test]
fn wrong_input_is_refused() {
    let x = groups(20, 3, 2, 1.0, 0);
    assert!(fit(&x, 0).is_err());
    assert_eq!(fit(&x, 21).unwrap_err(), Error::TooManyClusters { clusters: 21, samples: 20 });
    assert!(fit(&Array2::zeros((0, 3)), 1).is_err());
    let few = groups(10, 3, 2, 1.0, 0);
    assert_eq!(
        fit(&few, 2).unwrap_err().to_string(),
        "neighbours must be at most the number of rows, found 15 for 10 rows"
    );
    let mut bad = x.clone();
    bad[[3, 1]] = f32::NAN;
    assert_eq!(fit(&bad, 2).unwrap_err(), Error::NotFinite { what: "the data", row: 3, column: 1 });
    for settings in [
        GraphCommunitiesSettings { neighbours: 1, ..Default::default() },
        GraphCommunitiesSettings { seeds: 0, ..Default::default() },
        GraphCommunitiesSettings { iterations: 0, ..Default::default() },
        GraphCommunitiesSettings { components: Some(0), ..Default::default() },
        GraphCommunitiesSettings { least_share: f64::NAN, ..Default::default() },
    ] {
        assert!(GraphCommunities::new(settings).is_err());
    }
    for (edges, says) in [
        (vec![(0, 0, 1.0)], "is a loop"),
        (vec![(0, 5, 1.0)], "beyond the last one"),
        (vec![(0, 1, 1.0), (1, 0, 1.0)], "edge 1 of the graph is there twice"),
        (vec![(0, 1, 0.0)], "not positive"),
        (vec![(0, 1, 2e38)], "too large"),
    ] {
        let Err(error) = Graph::new(5, &edges) else { panic!("{edges:?}") };
        assert!(error.to_string().contains(says), "{error}");
    }
    let none = Graph::new(3, &[]).unwrap();
    assert_eq!(leiden(&none, 1.0, 0, 1).unwrap(), [0, 1, 2]);
    assert_eq!(modularity(&none, &[0, 1, 2], 1.0).unwrap(), 0.0);
}
