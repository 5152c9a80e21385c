//! Runs one part of the crate on raw little-endian arrays: what the comparison scripts in benches/peers/manifold call.
//!
//! `manifold_tool tsne x.f32 <columns> out.f32 <seed> [iterations] [components]`

use std::error::Error;
use std::time::Instant;

use deepclust_manifold::{Affinities, TsneSettings, kl_divergence, tsne};
use ndarray::{Array2, ArrayView2};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn read(path: &str, columns: usize) -> Outcome<Array2<f32>> {
    let bytes = std::fs::read(path)?;
    let values: Vec<f32> = bytes.chunks_exact(4).map(|c| f32::from_le_bytes([c[0], c[1], c[2], c[3]])).collect();
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
        other => return Err(format!("unknown command {other}").into()),
    }
    Ok(())
}
