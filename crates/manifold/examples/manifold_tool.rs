//! Runs one part of the crate on raw little-endian arrays: what the comparison scripts in benches/peers/manifold call.
//!
//! `manifold_tool tsne x.f32 <columns> out.f32 <seed> [iterations] [components]`

use std::error::Error;
use std::time::Instant;

use deepclust_manifold::{
    Affinities, ApproximateSettings, FuzzyGraph, KnnSettings, Metric, Pca, PcaSettings, Search, TsneSettings,
    Umap, UmapSettings, approximate_neighbours, kl_divergence, nearest_neighbours, trustworthiness, tsne,
};
use ndarray::{Array2, ArrayView2};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn read(path: &str, columns: usize) -> Outcome<Array2<f32>> {
    let bytes = std::fs::read(path)?;
    let values: Vec<f32> =
        bytes.chunks_exact(4).map(|c| f32::from_le_bytes([c[0], c[1], c[2], c[3]])).collect();
    Ok(Array2::from_shape_vec((values.len() / columns, columns), values)?)
}

fn write(path: &str, y: ArrayView2<'_, f32>) -> Outcome<()> {
    let bytes: Vec<u8> = y.iter().flat_map(|v| v.to_le_bytes()).collect();
    Ok(std::fs::write(path, bytes)?)
}

fn main() -> Outcome<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let arg = |i: usize| args.get(i).map(String::as_str).ok_or("too few arguments");
    match arg(0)? {
        "tsne" => {
            let x = read(arg(1)?, arg(2)?.parse()?)?;
            let mut settings = TsneSettings::default();
            if let Ok(n) = arg(5) {
                settings.n_iter = n.parse()?;
            }
            if let Ok(n) = arg(6) {
                settings.n_components = n.parse()?;
            }
            let mut rng = ChaCha8Rng::seed_from_u64(arg(4)?.parse()?);
            let start = Instant::now();
            let y = tsne(x.view(), &settings, &mut rng)?;
            let seconds = start.elapsed().as_secs_f64();
            write(arg(3)?, y.view())?;
            let kl = kl_divergence(&Affinities::new(x.view(), settings.perplexity)?, y.view())?;
            println!("{{\"seconds\": {seconds:.4}, \"kl\": {kl:.6}}}");
        }
        "kl" => {
            let x = read(arg(1)?, arg(2)?.parse()?)?;
            let y = read(arg(3)?, arg(4)?.parse()?)?;
            let kl = kl_divergence(&Affinities::new(x.view(), arg(5)?.parse()?)?, y.view())?;
            println!("{{\"kl\": {kl:.6}}}");
        }
        "umap" => {
            let x = read(arg(1)?, arg(2)?.parse()?)?;
            let mut settings = UmapSettings::default();
            if let Ok(n) = arg(5) {
                settings.n_components = n.parse()?;
            }
            let mut rng = ChaCha8Rng::seed_from_u64(arg(4)?.parse()?);
            let start = Instant::now();
            let model = Umap::fit(x.view(), &settings, &mut rng)?;
            let seconds = start.elapsed().as_secs_f64();
            write(arg(3)?, model.embedding().view())?;
            println!("{{\"seconds\": {seconds:.4}}}");
        }
        "knn" => {
            let x = read(arg(1)?, arg(2)?.parse()?)?;
            let k: usize = arg(4)?.parse()?;
            let start = Instant::now();
            let settings = KnnSettings { k, metric: Metric::Euclidean, include_self: true };
            let near = nearest_neighbours(x.view(), &settings)?;
            let seconds = start.elapsed().as_secs_f64();
            let both =
                ndarray::concatenate![ndarray::Axis(1), near.indices.mapv(|i| i as f32), near.distances];
            write(arg(3)?, both.view())?;
            println!("{{\"seconds\": {seconds:.4}}}");
        }
        "approximate" => {
            let x = read(arg(1)?, arg(2)?.parse()?)?;
            let k: usize = arg(4)?.parse()?;
            let mut approximate = ApproximateSettings::default();
            if let Ok(text) = arg(5) {
                approximate.trees = text.parse()?;
            }
            if let Ok(text) = arg(6) {
                approximate.leaf = text.parse()?;
            }
            if let Ok(text) = arg(7) {
                approximate.candidates = text.parse()?;
            }
            if let Ok(text) = arg(8) {
                approximate.tolerance = text.parse()?;
            }
            let start = Instant::now();
            let settings = KnnSettings { k, metric: Metric::Euclidean, include_self: true };
            let near = approximate_neighbours(x.view(), &settings, &approximate)?;
            let seconds = start.elapsed().as_secs_f64();
            write(arg(3)?, near.indices.mapv(|i| i as f32).view())?;
            println!("{{\"seconds\": {seconds:.4}}}");
        }
        "fuzzy" => {
            let x = read(arg(1)?, arg(2)?.parse()?)?;
            let k: usize = arg(4)?.parse()?;
            let settings = KnnSettings { k, metric: Metric::Euclidean, include_self: true };
            let near = Search::Auto.neighbours(x.view(), &settings, 0)?;
            let graph = FuzzyGraph::new(&near, &UmapSettings { n_neighbors: k, ..UmapSettings::default() })?;
            let edges: Vec<f32> = (0..graph.len())
                .flat_map(|i| {
                    graph.row(i).flat_map(move |(j, w)| [i as f32, j as f32, w]).collect::<Vec<_>>()
                })
                .collect();
            write(arg(3)?, ArrayView2::from_shape((edges.len() / 3, 3), &edges)?)?;
        }
        "trust" => {
            let x = read(arg(1)?, arg(2)?.parse()?)?;
            let y = read(arg(3)?, arg(4)?.parse()?)?;
            println!(
                "{{\"trustworthiness\": {:.6}}}",
                trustworthiness(x.view(), y.view(), arg(5)?.parse()?)?
            );
        }
        "pca" => {
            let x = read(arg(1)?, arg(2)?.parse()?)?;
            let settings = PcaSettings::new(arg(4)?.parse()?);
            let single = Instant::now();
            let model = Pca::fit(x.view(), &settings)?;
            let single = single.elapsed().as_secs_f64();
            write(arg(3)?, model.components().view())?;
            let wide = x.mapv(f64::from);
            let double = Instant::now();
            Pca::fit(wide.view(), &settings)?;
            let double = double.elapsed().as_secs_f64();
            println!("{{\"f32\": {single:.4}, \"f64\": {double:.4}}}");
        }
        other => return Err(format!("unknown command {other}").into()),
    }
    Ok(())
}
