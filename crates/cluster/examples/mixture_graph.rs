//! Seconds of neighbours, graph and communities on rows drawn from a mixture of Gaussians.
//!
//! `mixture_graph [rows] [columns] [components] [seeds]`, 1,000,000 rows of 50 columns from 50 Gaussians and 5 seeds when nothing is said.

use deepclust_cluster::{Graph, GraphCommunities, GraphCommunitiesSettings};
use deepclust_manifold::{FuzzyGraph, KnnSettings, Metric, UmapSettings};
use deepclust_metrics::adjusted_rand_index;
use ndarray::Array2;
use ndarray_rand::RandomExt;
use ndarray_rand::rand_distr::Normal;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::error::Error;
use std::time::Instant;

/// Standard deviation of the centres; that of the rows around them is 1.
const APART: f32 = 0.5;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1).map(|text| text.parse::<usize>());
    let mut arg = |default: usize| args.next().unwrap_or(Ok(default));
    let (n, d, k, seeds) = (arg(1_000_000)?, arg(50)?, arg(50)?, arg(5)?);
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let centres: Array2<f32> = Array2::random_using((k, d), Normal::new(0.0, APART)?, &mut rng);
    let mut rows: Array2<f32> = Array2::random_using((n, d), Normal::new(0.0, 1.0)?, &mut rng);
    let truth: Vec<usize> = (0..n).map(|i| i % k).collect();
    rows.outer_iter_mut().zip(&truth).for_each(|(mut row, &c)| row += &centres.row(c));

    let mut settings = GraphCommunitiesSettings::default();
    settings.seeds = seeds;
    let nearest = KnnSettings { k: settings.neighbours, metric: Metric::Euclidean, include_self: true };
    let start = Instant::now();
    let neighbours = settings.search.neighbours(rows.view(), &nearest, 1)?;
    println!("neighbours   {:7.1} s", start.elapsed().as_secs_f64());

    let start = Instant::now();
    let umap = UmapSettings { n_neighbors: settings.neighbours, ..UmapSettings::default() };
    let fuzzy = FuzzyGraph::new(&neighbours, &umap)?;
    drop(neighbours);
    let graph = Graph::fuzzy(&fuzzy);
    drop(fuzzy);
    println!("graph        {:7.1} s", start.elapsed().as_secs_f64());

    let start = Instant::now();
    let (runs, best, failed) = GraphCommunities::new(settings)?.of_graph(&graph, k, 2, Some(rows.view()))?;
    println!("communities  {:7.1} s, {failed} seeds failed", start.elapsed().as_secs_f64());
    println!("ARI          {:7.4}", adjusted_rand_index(&truth, &runs[best].labels)?);
    Ok(())
}
