use super::levels::{condense, passes};
use super::moving::settle;
use super::nodes::{Nodes, alone, number};
use super::order::{order, turns};
use super::{Arranged, Coarse, LARGE, leiden};
use crate::communities::labels::large;
use crate::communities::resolution::{Found, on_coarser};
use crate::communities::tests::{groups, with_threads};
use crate::communities::{Graph, GraphCommunities, GraphCommunitiesSettings, modularity};
use deepclust_metrics::accuracy;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use std::collections::HashSet;

fn rng() -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(7)
}

/// The neighbour graph of rows in `k` groups that touch; row i belongs to group i mod k.
fn touching(n: usize, k: usize) -> Graph {
    let x = groups(n, 10, k, 7.0, 4);
    GraphCommunities::new(GraphCommunitiesSettings::default()).unwrap().graph(x.view(), 1).unwrap().graph
}

/// `parts` unconnected rings of `size` points each, with chords.
fn rings(parts: usize, size: usize) -> Graph {
    let at = |p: usize, i: usize| p * size + i % size;
    let edges = |p| (0..size).flat_map(move |i| [1, 2].map(|step| (at(p, i), at(p, i + step), 1.0)));
    Graph::new(parts * size, &(0..parts).flat_map(edges).collect::<Vec<_>>()).unwrap()
}

fn labels(found: &Found) -> Option<&[usize]> {
    if let Found::Yes(_, labels) = found { Some(labels) } else { None }
}

fn on_coarser_of(graph: &Graph, k: usize, least: usize, seeds: &[u64]) -> Vec<Found> {
    let whole = Arranged::of(graph);
    seeds.par_iter().map(|&seed| on_coarser(&whole, k, least, 1.0, seed, 2)).collect()
}

#[test]
fn joining_nodes_keeps_the_modularity_of_what_they_stand_for() {
    let graph = touching(1500, 6);
    let whole = Nodes::of(&graph);
    let mut rng = rng();
    let mut first: Vec<u32> = (0..1500).map(|_| rng.random_range(0..200)).collect();
    let count = number(&mut first);
    let mut second: Vec<u32> = (0..count).map(|_| rng.random_range(0..30)).collect();
    let number = number(&mut second);
    let (joined, ends) = (whole.joined(&first, count), (0..number as u32).collect::<Vec<_>>());
    let last = joined.joined(&second, number);
    let points: Vec<usize> = first.iter().map(|&f| second[f as usize] as usize).collect();
    for resolution in [0.3, 1.0, 5.0] {
        let truth = modularity(&graph, &points, resolution).unwrap();
        assert!((joined.modularity(&second, resolution) - truth).abs() < 1e-7);
        assert!((last.modularity(&ends, resolution) - truth).abs() < 1e-7);
    }
    assert_eq!(last.large(&ends, 45), large(&points, 45));
}

#[test]
fn passes_never_lose_modularity_and_come_near_the_groups() {
    let graph = touching(4000, 20);
    let nodes = Nodes::of(&graph);
    let truth: Vec<usize> = (0..4000).map(|i| i % 20).collect();
    for resolution in [0.5, 1.0, 4.0] {
        let known = modularity(&graph, &truth, resolution).unwrap();
        for seed in 0..5 {
            let first = passes(&nodes, alone(4000), resolution, seed, 0..1);
            let second = passes(&nodes, first.clone(), resolution, seed, 1..2);
            let found = nodes.modularity(&second, resolution);
            assert!(found >= nodes.modularity(&first, resolution) - 1e-6);
            // At 0.5 groups must pair up, and can do so in many ways.
            assert!(found > 0.98 * known, "{resolution}: {found}, groups as drawn {known}");
        }
    }
}

#[test]
fn points_in_another_order_are_named_as_they_were() {
    let graph = touching(1500, 6);
    let points = Nodes::of(&graph);
    let order = order(&points);
    let mut sorted = order.clone();
    sorted.sort_unstable();
    assert!(sorted == alone(1500) && order != sorted);
    // Neighbours come nearer to each other.
    let mut places = vec![0_usize; 1500];
    order.iter().enumerate().for_each(|(place, &i)| places[i as usize] = place);
    let apart = |place: &dyn Fn(usize) -> usize| -> usize {
        (0..1500)
            .flat_map(|i| graph.row(i).map(move |(j, _)| (i, j)))
            .map(|(i, j)| place(i).abs_diff(place(j)))
            .sum()
    };
    assert!(2 * apart(&|i| places[i]) < apart(&|i| i));
    let arranged = Arranged::in_order(&points, order);
    let found = passes(&arranged.nodes, alone(1500), 1.0, 3, 0..2);
    let labels = arranged.leiden(1.0, 3, 2);
    let truth = modularity(&graph, &labels, 1.0).unwrap();
    assert!((arranged.nodes.modularity(&found, 1.0) - truth).abs() < 1e-9 && truth > 0.7);
}

#[test]
fn nodes_of_a_large_graph_take_their_turns_in_blocks() {
    let n = LARGE + 1000;
    let drawn = turns(n, &mut rng());
    let blocks: Vec<u32> = drawn.iter().map(|i| i / 1024).collect();
    assert_eq!(blocks.windows(2).filter(|w| w[0] != w[1]).count() + 1, n.div_ceil(1024));
    assert!(drawn[..1024].windows(2).any(|w| w[1] < w[0]));
    for mut turns in [drawn, turns(LARGE, &mut rng())] {
        turns.sort_unstable();
        assert_eq!(turns, alone(turns.len()));
    }
}

#[test]
fn communities_are_connected_and_a_node_may_leave_for_one_of_its_own() {
    let graph = touching(1500, 6);
    for resolution in [0.5, 1.0, 4.0, 50.0] {
        let labels = leiden(&graph, resolution, 2, 2).unwrap();
        let all = (0..1500).flat_map(|i| graph.row(i).map(move |(j, w)| (j, i, w)));
        let edges: Vec<_> = all.filter(|&(j, i, _)| j < i && labels[j] == labels[i]).collect();
        let parts = Graph::new(1500, &edges).unwrap().parts();
        assert_eq!(parts.iter().max(), labels.iter().max(), "{resolution}");
    }
    // All in one community, which at this resolution is worth less than each alone.
    let graph = rings(1, 30);
    let mut labels = vec![0; 30];
    assert!(settle(&Nodes::of(&graph), &mut labels, 1000.0, &mut rng()));
    assert_eq!(number(&mut labels), 30);
}

#[test]
fn communities_are_split_into_connected_groups() {
    let graph = touching(1500, 6);
    let nodes = Nodes::of(&graph);
    let mut labels = alone(1500);
    settle(&nodes, &mut labels, 20.0, &mut rng());
    let count = number(&mut labels);
    let (smaller, groups) = condense(&nodes, &labels, count, 20.0, &mut rng()).unwrap();
    assert!(smaller.len() >= count && smaller.len() < 1500);
    for group in 0..smaller.len() as u32 {
        let members: Vec<usize> = (0..1500).filter(|&i| groups[i] == group).collect();
        let mut met = HashSet::from([members[0]]);
        let mut open = vec![members[0]];
        while let Some(i) = open.pop() {
            let near = graph.row(i).map(|(j, _)| j).filter(|&j| groups[j] == group);
            open.extend(near.filter(|&j| met.insert(j)));
        }
        assert_eq!(met.len(), members.len());
        assert!(members.iter().all(|&i| labels[i] == labels[members[0]]));
    }
}

#[test]
fn a_coarser_graph_has_more_nodes_than_communities_and_fewer_than_points() {
    let graph = touching(4000, 20);
    let coarse = Coarse::of(&Nodes::of(&graph), 20, 1);
    let nodes = coarse.nodes.len();
    assert!(nodes > 80 && nodes < 2000, "{nodes}");
    assert!(coarse.places.iter().all(|&p| (p as usize) < nodes));
}

#[test]
fn the_number_asked_for_is_found_for_any_number_of_threads() {
    let graph = touching(4000, 20);
    let run = |k: usize| on_coarser_of(&graph, k, 400 / k, &[1, 2, 3]);
    for k in [5, 20, 24] {
        let one = with_threads(1, || run(k));
        let other = with_threads(3, || run(k));
        assert!(one.iter().zip(&other).all(|(a, b)| labels(a) == labels(b)));
        // As on the whole graph, a seed may find no resolution.
        let found: Vec<&[usize]> = one.iter().filter_map(labels).collect();
        assert!(!found.is_empty() && found.iter().all(|found| large(found, 400 / k) == k), "{k}");
    }
    let truth: Vec<usize> = (0..4000).map(|i| i % 20).collect();
    for found in run(20).iter().filter_map(labels) {
        assert!(accuracy(&truth, found).unwrap() > 0.9);
    }
}

#[test]
fn parts_that_no_edge_joins_stay_apart() {
    let graph = rings(8, 100);
    for found in on_coarser_of(&graph, 8, 10, &[1, 2]) {
        let found = labels(&found).unwrap();
        assert!((0..800).all(|i| (found[i] == found[0]) == (i < 100)));
        assert_eq!(large(found, 10), 8);
    }
    // Fewer than there are parts, and more than the points allow.
    for (k, least) in [(5, 10), (79, 10)] {
        let found = &on_coarser_of(&graph, k, least, &[1])[0];
        assert!(matches!(found, Found::No { above, .. } if k == 79 || *above == 8), "{k}");
    }
    let none = Graph::new(50, &[]).unwrap();
    assert!(matches!(on_coarser_of(&none, 2, 5, &[1])[0], Found::No { below: 0, above: usize::MAX }));
}
