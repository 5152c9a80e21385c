use super::absorb::absorb;
use super::graph::Graph;
use super::labels::{by_size, large, small};
use super::leiden::{Arranged, check_resolution};
use super::model::{GraphCommunitiesModel, SeedRun};
use super::modularity::modularity;
use super::parts::join;
use super::prepare::{check, near, reduce, weigh};
use super::resolution::{Found, searches};
use super::settings::GraphCommunitiesSettings;
use crate::error::{Error, Result};
use deepclust_manifold::Pca;
use deepclust_metrics::{Contingency, adjusted_rand_index, best_matching};
use ndarray::{Array2, ArrayView2};
use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use std::collections::HashSet;

/// Communities of the neighbour graph of a data set, as many as asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct GraphCommunities {
    settings: GraphCommunitiesSettings,
}

/// What every seed looks for.
#[derive(Clone, Copy)]
enum Target {
    Clusters(usize),
    Resolution(f64),
}

/// Rows and the graph of their neighbours.
pub struct NeighbourGraph {
    /// What projects rows, where they are projected.
    pub components: Option<Pca<f32>>,
    /// The rows as neighbours were searched: n × number of components.
    pub rows: Array2<f32>,
    /// The neighbours, weighed.
    pub graph: Graph,
}

impl GraphCommunities {
    /// # Errors
    /// A setting outside its range.
    pub fn new(settings: GraphCommunitiesSettings) -> Result<Self> {
        settings.validate()?;
        Ok(Self { settings })
    }

    /// The settings.
    pub fn settings(&self) -> &GraphCommunitiesSettings {
        &self.settings
    }

    /// `k` communities of the rows of `x` (n × d): principal components → nearest neighbours → weights → Leiden at the
    /// resolution that gives k communities of at least `least_share` n/k rows, for several seeds; the labels are those of
    /// the seed of the highest modularity. Smaller communities join those they are tied to most. A graph that falls into more than k large
    /// parts has no such resolution: there the parts whose means are nearest are joined, by Ward's rule ([`SeedRun::joined`]).
    ///
    /// The same seed gives the same bits for any number of threads.
    ///
    /// # Errors
    /// Empty data, a value that is not finite, a zero row under the cosine distance, k of 0 or above the number of different rows, `neighbours` above n,
    /// or a graph that no resolution splits into k communities.
    pub fn fit(&self, x: ArrayView2<'_, f32>, k: usize, seed: u64) -> Result<GraphCommunitiesModel> {
        crate::kmeans::at_least_one("k", k)?;
        self.run(x, Target::Clusters(k), seed)
    }

    /// Communities at a given resolution, however many they are; none is dissolved.
    ///
    /// # Errors
    /// As [`fit`](Self::fit), and a resolution that is not positive and finite.
    pub fn fit_at(
        &self,
        x: ArrayView2<'_, f32>,
        resolution: f64,
        seed: u64,
    ) -> Result<GraphCommunitiesModel> {
        self.run(x, Target::Resolution(resolution), seed)
    }

    /// `k` communities of a graph: the runs of all seeds that gave k, the place of the best among them, and how many
    /// seeds failed. `rows` (n × d) are asked how many of them differ, and where a part of the graph is tied to no community.
    ///
    /// # Errors
    /// As [`fit`](Self::fit) has them for the graph; without rows also a graph that falls into more than k large parts.
    pub fn of_graph(
        &self,
        graph: &Graph,
        k: usize,
        seed: u64,
        rows: Option<ArrayView2<'_, f32>>,
    ) -> Result<(Vec<SeedRun>, usize, usize)> {
        crate::kmeans::at_least_one("k", k)?;
        crate::check::clusters(k, graph.len())?;
        if let Some(rows) = rows {
            check_clusters(rows, k)?;
        }
        self.seeds(graph, Target::Clusters(k), &mut ChaCha8Rng::seed_from_u64(seed), rows)
    }

    /// What [`fit`](Self::fit) makes before any seed of Leiden: components, neighbours, weights. [`of_graph`](Self::of_graph) finds
    /// communities in it, for any number of seeds and of clusters.
    ///
    /// # Errors
    /// As [`fit`](Self::fit) has them for the rows.
    pub fn graph(&self, x: ArrayView2<'_, f32>, seed: u64) -> Result<NeighbourGraph> {
        check(x, &self.settings)?;
        self.find_graph(x, &mut ChaCha8Rng::seed_from_u64(seed))
    }

    fn run(&self, x: ArrayView2<'_, f32>, target: Target, seed: u64) -> Result<GraphCommunitiesModel> {
        check(x, &self.settings)?;
        if let Target::Clusters(k) = target {
            check_clusters(x, k)?;
        }
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let NeighbourGraph { components, rows, graph } = self.find_graph(x, &mut rng)?;
        let (runs, best, failed) = self.seeds(&graph, target, &mut rng, Some(rows.view()))?;
        let labels = runs[best].labels.clone();
        let confidence = confidence(&runs, best)?;
        let (voters, metric) = ((self.settings.neighbours - 1).max(1), self.settings.metric);
        Ok(GraphCommunitiesModel {
            components,
            rows,
            labels,
            neighbours: voters,
            metric,
            runs,
            best,
            failed,
            confidence,
        })
    }

    fn find_graph(&self, x: ArrayView2<'_, f32>, rng: &mut ChaCha8Rng) -> Result<NeighbourGraph> {
        let (components, rows) = reduce(x, &self.settings)?;
        let neighbours = near(rows.view(), &self.settings, rng.next_u64())?;
        let graph = weigh(&neighbours, &self.settings)?;
        Ok(NeighbourGraph { components, rows, graph })
    }

    fn seeds(
        &self,
        graph: &Graph,
        target: Target,
        rng: &mut ChaCha8Rng,
        rows: Option<ArrayView2<'_, f32>>,
    ) -> Result<(Vec<SeedRun>, usize, usize)> {
        let settings = &self.settings;
        let seeds: Vec<u64> = (0..settings.seeds).map(|_| rng.next_u64()).collect();
        let iterations = settings.iterations;
        let (mut joined, mut dissolved) = (None, Vec::new());
        let found: Vec<Found> = match target {
            Target::Clusters(1) => vec![Found::Yes(0.0, vec![0; graph.len()])],
            Target::Resolution(r) => {
                check_resolution(r)?;
                let whole = Arranged::of(graph);
                seeds.par_iter().map(|&s| Found::Yes(r, whole.leiden(r, s, iterations))).collect()
            }
            Target::Clusters(k) => {
                let least = settings.least(graph.len(), k);
                let parts = graph.parts();
                let count = large(&parts, least);
                dissolved = small(&parts, least);
                match rows {
                    _ if count <= k => searches(graph, k, least, &seeds, iterations),
                    Some(rows) => {
                        joined = Some(count);
                        let labels = join(&parts, least, k, rows);
                        seeds.iter().map(|_| Found::Yes(0.0, labels.clone())).collect()
                    }
                    None => return Err(Error::GraphParts { clusters: k, parts: count, rows: least }),
                }
            }
        };
        let (mut below, mut above) = (0, usize::MAX);
        let mut runs = Vec::new();
        let failed = found.iter().filter(|f| matches!(f, Found::No { .. })).count();
        for found in found {
            match found {
                Found::Yes(resolution, mut labels) => {
                    if let Target::Clusters(k) = target {
                        absorb(graph, &mut labels, k, rows);
                    }
                    let labels = by_size(&labels);
                    let modularity = modularity(graph, &labels, 1.0)?;
                    runs.push(SeedRun {
                        resolution,
                        modularity,
                        agreement: 1.0,
                        joined,
                        dissolved: dissolved.clone(),
                        labels,
                    });
                }
                Found::No { below: b, above: a } => (below, above) = (below.max(b), above.min(a)),
            }
        }
        let Some(best) =
            (0..runs.len()).reduce(|a, b| if runs[b].modularity > runs[a].modularity { b } else { a })
        else {
            let clusters = if let Target::Clusters(k) = target { k } else { 0 };
            return Err(Error::NoResolution { clusters, below, above });
        };
        let agreements = mean_agreement(&runs.iter().map(|run| run.labels.as_slice()).collect::<Vec<_>>())?;
        runs.iter_mut().zip(agreements).for_each(|(run, agreement)| run.agreement = agreement);
        Ok((runs, best, failed))
    }
}

/// Refuses a number of clusters that these rows cannot have.
fn check_clusters(x: ArrayView2<'_, f32>, k: usize) -> Result<()> {
    crate::check::clusters(k, x.nrows())?;
    let distinct = distinct(x, k);
    if distinct < k {
        return Err(Error::TooFewDistinct { clusters: k, distinct });
    }
    Ok(())
}

/// Different rows, counted up to `enough`.
fn distinct(x: ArrayView2<'_, f32>, enough: usize) -> usize {
    let mut seen: HashSet<Vec<u32>> = HashSet::new();
    for row in x.outer_iter() {
        // −0 equals 0.
        seen.insert(row.iter().map(|v| (v + 0.0).to_bits()).collect());
        if seen.len() >= enough {
            break;
        }
    }
    seen.len()
}

/// Mean adjusted Rand index of every partition with the others; 1 for a single one.
///
/// # Errors
/// Partitions of different lengths.
pub fn mean_agreement(partitions: &[&[usize]]) -> Result<Vec<f64>> {
    let count = partitions.len();
    if count < 2 {
        return Ok(vec![1.0; count]);
    }
    let mut sums = vec![0.0; count];
    for a in 0..count {
        for b in a + 1..count {
            let index = adjusted_rand_index(partitions[a], partitions[b]).map_err(failed)?;
            sums[a] += index;
            sums[b] += index;
        }
    }
    Ok(sums.iter().map(|sum| sum / (count - 1) as f64).collect())
}

/// For every row the share of runs that agree with the best one, after matching.
fn confidence(runs: &[SeedRun], best: usize) -> Result<Vec<f32>> {
    let labels = &runs[best].labels;
    let mut agreed = vec![0_usize; labels.len()];
    for run in runs {
        let table = Contingency::new(labels, &run.labels).map_err(failed)?;
        let matching = best_matching(&table).map_err(failed)?;
        for ((agreed, label), other) in agreed.iter_mut().zip(labels).zip(&run.labels) {
            *agreed += usize::from(matching.class_of(*other) == Some(*label));
        }
    }
    Ok(agreed.into_iter().map(|a| a as f32 / runs.len() as f32).collect())
}

fn failed(e: deepclust_metrics::Error) -> Error {
    Error::Agreement(e.to_string())
}
