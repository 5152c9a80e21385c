//! Serves k-means fits to the scripts under `benches/peers/cluster`.
//!
//! Arguments: file of the data (raw little-endian numbers, n × d), `f32` or `f64`, d, file of the initial centres (k × d), k.
//! Each line of standard input, `<algorithm> <max_iter> <tol> [<file for the labels>]`, is answered by one line of JSON.

use deepclust_cluster::{Algorithm, Float, KMeans, KMeansSettings};
use ndarray::Array2;
use std::error::Error;
use std::io::{BufRead, Write};
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [data, kind, d, centers, k] = &args[..] else {
        return Err("expected: DATA f32|f64 D CENTRES K".into());
    };
    let (d, k): (usize, usize) = (d.parse()?, k.parse()?);
    match kind.as_str() {
        "f32" => serve(read(data, d, f32::from_le_bytes)?, read(centers, d, f32::from_le_bytes)?, k),
        _ => serve(read(data, d, f64::from_le_bytes)?, read(centers, d, f64::from_le_bytes)?, k),
    }
}

fn read<T, const N: usize>(
    path: &str,
    d: usize,
    decode: fn([u8; N]) -> T,
) -> Result<Array2<T>, Box<dyn Error>> {
    let bytes = std::fs::read(path)?;
    let numbers: Vec<T> = bytes.as_chunks::<N>().0.iter().map(|&b| decode(b)).collect();
    Ok(Array2::from_shape_vec((numbers.len() / d, d), numbers)?)
}

#[allow(clippy::needless_pass_by_value)]
fn serve<T: Float>(x: Array2<T>, centers: Array2<T>, k: usize) -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        let algorithm: Algorithm = serde_json::from_str(&format!("\"{}\"", words[0]))?;
        let settings =
            KMeansSettings::new(k).algorithm(algorithm).max_iter(words[1].parse()?).tol(words[2].parse()?);
        let start = Instant::now();
        let model = KMeans::new(settings)?.fit_from(x.view(), centers.view(), None)?;
        let seconds = start.elapsed().as_secs_f64();
        if let Some(path) = words.get(3) {
            let bytes: Vec<u8> = model.labels().iter().flat_map(|&l| (l as u32).to_le_bytes()).collect();
            std::fs::write(path, bytes)?;
        }
        writeln!(
            out,
            "{{\"s\": {seconds}, \"n_iter\": {}, \"inertia\": {}}}",
            model.n_iter(),
            model.inertia()
        )?;
        out.flush()?;
    }
    Ok(())
}
