//! Reads a file of one's own: seconds, then what was found. `own_read FILE [--told]`
//!
//! Without `--told` only the reading is timed, as `benches/peers/datasets/own_csv.py` does beside polars and pandas.

use std::path::Path;
use std::time::Instant;

use deepclust_datasets::own::{OwnOptions, inspect, read};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("expected a file")?;
    let (path, options) = (Path::new(&file), OwnOptions::default());
    let start = Instant::now();
    if arguments.next().as_deref() == Some("--told") {
        let own = inspect(path, &options)?;
        println!("{:.3}\n{}", start.elapsed().as_secs_f64(), own.facts);
    } else {
        let data = read(path, &options)?;
        println!("{:.3} {} × {}", start.elapsed().as_secs_f64(), data.len(), data.n_features());
    }
    Ok(())
}
