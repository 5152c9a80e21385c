//! Serves a Gaussian mixture to the scripts under `benches/peers/cluster`.
//!
//! Arguments: file of the data (raw little-endian f64, n × d), d, file of the initial means (k × d), k, covariance type, and the variance
//! that every covariance starts from. Reads the name of a file for the labels from standard input; answers one line of JSON.

use deepclust_cluster::{Covariance, Covariances, GaussianMixture, GaussianMixtureSettings};
use ndarray::{Array1, Array2};
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [data, d, means, k, kind, variance] = &args[..] else {
        return Err("expected: DATA D MEANS K KIND VARIANCE".into());
    };
    let (d, k, variance): (usize, usize, f64) = (d.parse()?, k.parse()?, variance.parse()?);
    let (x, means) = (read(data, d)?, read(means, d)?);
    let one = Array2::eye(d) * variance;
    let (shape, start) = match kind.as_str() {
        "full" => (Covariance::Full, Covariances::Full(vec![one; k])),
        "tied" => (Covariance::Tied, Covariances::Tied(one)),
        "diag" => (Covariance::Diagonal, Covariances::Diagonal(Array2::from_elem((k, d), variance))),
        _ => (Covariance::Spherical, Covariances::Spherical(Array1::from_elem(k, variance))),
    };
    let mut labels = String::new();
    std::io::stdin().read_line(&mut labels)?;
    let settings = GaussianMixtureSettings::new(k).covariance(shape).tol(1e-5).max_iter(60);
    let begin = std::time::Instant::now();
    let weights = Array1::from_elem(k, 1.0 / k as f64);
    let model = GaussianMixture::new(settings)?.fit_from_parameters(x.view(), weights, means, start)?;
    let seconds = begin.elapsed().as_secs_f64();
    let bytes: Vec<u8> = model.labels().iter().flat_map(|&l| (l as u32).to_le_bytes()).collect();
    std::fs::write(labels.trim(), bytes)?;
    println!(
        "{{\"s\": {seconds}, \"n_iter\": {}, \"lower_bound\": {}}}",
        model.n_iter(),
        model.lower_bound()
    );
    Ok(())
}

fn read(path: &str, d: usize) -> Result<Array2<f64>, Box<dyn Error>> {
    let bytes = std::fs::read(path)?;
    let numbers: Vec<f64> = bytes.as_chunks::<8>().0.iter().map(|&b| f64::from_le_bytes(b)).collect();
    Ok(Array2::from_shape_vec((numbers.len() / d, d), numbers)?)
}
