//! Measures the exact and the approximate search among sparse rows.
//!
//! `sparse_neighbours <name> <columns> <k> euclidean|cosine exact|auto|approximate out.u32 [trees] [leaf] [candidates]
//! [tolerance]`
//! reads `<name>.indptr` and `<name>.indices` (u32) and `<name>.data` (f32), little-endian, writes the neighbours (n × k, u32)
//! and prints the seconds.

use std::error::Error;
use std::time::Instant;

use deepclust_manifold::{
    ApproximateSettings, Csr, KnnSettings, Metric, Search, approximate_neighbours_csr, nearest_neighbours_csr,
};

type Outcome<T> = Result<T, Box<dyn Error>>;

fn words(path: &str) -> Outcome<Vec<[u8; 4]>> {
    Ok(std::fs::read(path)?.chunks_exact(4).map(|c| [c[0], c[1], c[2], c[3]]).collect())
}

fn main() -> Outcome<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let arg = |i: usize| args.get(i).map(String::as_str).ok_or("too few arguments");
    let whole = |name: &str| -> Outcome<Vec<u32>> {
        Ok(words(&format!("{}.{name}", arg(0)?))?.into_iter().map(u32::from_le_bytes).collect())
    };
    let starts: Vec<usize> = whole("indptr")?.into_iter().map(|start| start as usize).collect();
    let columns = whole("indices")?;
    let values: Vec<f32> = words(&format!("{}.data", arg(0)?))?.into_iter().map(f32::from_le_bytes).collect();
    let x = Csr::try_new((starts.len() - 1, arg(1)?.parse()?), starts, columns, values)
        .map_err(|(.., error)| error)?;
    let metric = if arg(3)? == "cosine" { Metric::Cosine } else { Metric::Euclidean };
    let settings = KnnSettings { k: arg(2)?.parse()?, metric, include_self: false };
    let mut approximate = ApproximateSettings::sparse();
    if let Ok(text) = arg(6) {
        approximate.trees = text.parse()?;
    }
    if let Ok(text) = arg(7) {
        approximate.leaf = text.parse()?;
    }
    if let Ok(text) = arg(8) {
        approximate.candidates = text.parse()?;
    }
    if let Ok(text) = arg(9) {
        approximate.tolerance = text.parse()?;
    }
    let start = Instant::now();
    let near = match arg(4)? {
        "exact" => nearest_neighbours_csr(x.view(), &settings)?,
        "auto" => Search::Auto.neighbours_csr(x.view(), &settings, 0)?,
        _ => approximate_neighbours_csr(x.view(), &settings, &approximate)?,
    };
    println!("{{\"seconds\": {:.4}}}", start.elapsed().as_secs_f64());
    let bytes: Vec<u8> = near.indices.iter().flat_map(|&j| (j as u32).to_le_bytes()).collect();
    Ok(std::fs::write(arg(5)?, bytes)?)
}
