//! Loads every data set that is here, holds it to published facts, prints a table, and exits with 1 where any differs.
//!
//! `cargo run --release -p deepclust-datasets --example check_data -- [DATA_DIR [SHEETS]]`
//!
//! Counts are those the publishers state; sums and the first and last rows were computed from the same files without
//! this crate, by `benches/peers/datasets/facts.py`. With SHEETS the first images of every class are written to that
//! folder as `NAME.pgm`, to see that they stand upright.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use deepclust_datasets::{DataDirs, Dataset, ENV, LoadOptions, Scaling, Split, catalog, load, status};

/// What is known of a data set as published (unscaled).
struct Facts {
    name: &'static str,
    /// Samples a class.
    classes: &'static [usize],
    numbers: Option<Numbers>,
    /// What the default scaling makes of it.
    scaled: Scaled,
}

struct Numbers {
    range: (f64, f64),
    sum: f64,
    /// Label and Σ (j + 1)·x_j of the first and of the last row, which no transposed or reordered row shares.
    first: (usize, f64),
    last: (usize, f64),
}

#[derive(Clone, Copy)]
enum Scaled {
    /// (v − low) / (high − low), low and high being the format's.
    Unit(f64, f64),
    /// As published.
    Same,
    /// Rows of length √columns, or of zeros.
    Text,
}

const fn numbers(range: (f64, f64), sum: f64, first: (usize, f64), last: (usize, f64)) -> Option<Numbers> {
    Some(Numbers { range, sum, first, last })
}

const PIXELS: Scaled = Scaled::Unit(0.0, 255.0);

static FACTS: &[Facts] = &[
    Facts {
        name: "mnist",
        classes: &[6903, 7877, 6990, 7141, 6824, 6313, 6876, 7293, 6825, 6958],
        numbers: numbers((0.0, 255.0), 1_832_221_745.0, (5, 11_220_489.0), (6, 16_588_239.0)),
        scaled: PIXELS,
    },
    Facts {
        name: "fashion-mnist",
        classes: &[7000; 10],
        numbers: numbers((0.0, 255.0), 4_004_583_251.0, (9, 35_954_273.0), (5, 10_911_940.0)),
        scaled: PIXELS,
    },
    Facts { name: "emnist-balanced", classes: &[2800; 47], numbers: None, scaled: PIXELS },
    Facts {
        name: "emnist-bymerge-subset",
        classes: &[917; 47],
        numbers: numbers((0.0, 255.0), 1_507_891_355.0, (18, 7_583_787.0), (26, 15_234_467.0)),
        scaled: PIXELS,
    },
    Facts {
        name: "usps-9298",
        classes: &[1553, 1269, 929, 824, 852, 716, 834, 792, 708, 821],
        numbers: numbers((-1.0, 1.0), -1_155_322.875, (6, -5_256.793), (1, -20_541.551)),
        scaled: Scaled::Unit(-1.0, 1.0),
    },
    Facts {
        name: "usps-11000",
        classes: &[1100; 10],
        numbers: numbers((0.0, 255.0), 178_348_534.0, (1, 1_408_596.0), (0, 1_990_133.0)),
        scaled: PIXELS,
    },
    Facts {
        name: "rcv1",
        classes: &[299_612, 163_135, 167_629, 54_695],
        numbers: None,
        scaled: Scaled::Text,
    },
    Facts {
        name: "rcv1-subset",
        classes: &[9613, 5240, 6643, 1909],
        numbers: numbers((0.0, 0.887_123), 162_540.686_7, (0, 137_223.918), (1, 302_312.773_26)),
        scaled: Scaled::Text,
    },
    Facts { name: "rcv1-subset-10k", classes: &[4152, 2266, 2813, 769], numbers: None, scaled: Scaled::Text },
    Facts {
        name: "reuters-21578",
        classes: &[2292, 374, 3923, 271, 293, 151, 144, 326],
        numbers: None,
        scaled: Scaled::Text,
    },
    Facts {
        name: "uci-har",
        classes: &[1722, 1544, 1406, 1777, 1906, 1944],
        numbers: numbers((-1.0, 1.0), -2_938_674.853_8, (4, -116_995.127_68), (1, -82_746.577_36)),
        scaled: Scaled::Same,
    },
];

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let dirs = DataDirs::new(arguments.first().cloned());
    dirs.check()?;
    let (mut wrong, mut checked) = (0, 0);
    println!("{:22} {:>15} {:>14} {:>18}  outcome", "data set", "n × d", "range", "sum");
    for entry in catalog::all() {
        let Some(facts) = FACTS.iter().find(|facts| facts.name == entry.name) else {
            return Err(format!("no facts about {}", entry.name).into());
        };
        if status(entry, &dirs).folder.is_none() {
            println!("{:22} not here", facts.name);
            continue;
        }
        let (line, complaints) = check(facts, &dirs, arguments.get(1).map(PathBuf::as_path))?;
        checked += 1;
        wrong += usize::from(!complaints.is_empty());
        println!("{line}  {}", if complaints.is_empty() { "ok" } else { "WRONG" });
        complaints.iter().for_each(|complaint| println!("  {complaint}"));
    }
    println!("{checked} checked, {wrong} wrong");
    if checked == 0 {
        println!("none is here: give a folder, or name one in {ENV}");
    }
    Ok(if wrong == 0 && checked > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn check(
    facts: &Facts,
    dirs: &DataDirs,
    sheets: Option<&Path>,
) -> Result<(String, Vec<String>), Box<dyn Error>> {
    let with = |scaling, split| LoadOptions {
        dirs: dirs.clone(),
        fetch: false,
        cache: false,
        scaling,
        split,
        ..LoadOptions::default()
    };
    let raw = load(facts.name, &with(Scaling::Raw, Split::All))?;
    let mut complaints = Vec::new();
    let mut equal = |what: &str, found: f64, expected: f64| {
        if (found - expected).abs() > 1e-6 * expected.abs().max(1e-3) {
            complaints.push(format!("{what}: {found}, expected {expected}"));
        }
    };
    for (class, (found, expected)) in raw.class_counts().iter().zip(facts.classes).enumerate() {
        equal(&format!("samples of class {class}"), *found as f64, *expected as f64);
    }
    equal("classes", raw.n_classes() as f64, facts.classes.len() as f64);
    let (low, high, sum) = moments(&raw);
    if let Some(numbers) = &facts.numbers {
        equal("smallest value", low, numbers.range.0);
        equal("largest value", high, numbers.range.1);
        equal("sum", sum, numbers.sum);
        for (what, row, expected) in [("first", 0, numbers.first), ("last", raw.len() - 1, numbers.last)] {
            equal(&format!("label of the {what} row"), raw.labels[row] as f64, expected.0 as f64);
            equal(&format!("{what} row"), ramp(&raw, row)?, expected.1);
        }
    }
    if raw.n_train.is_some() {
        let [train, test] =
            [Split::Train, Split::Test].map(|split| load(facts.name, &with(Scaling::Raw, split)));
        equal("rows of both parts", (train?.len() + test?.len()) as f64, raw.len() as f64);
    }
    if let Some(groups) = &raw.groups {
        // UCI HAR: 30 people, numbered from 1.
        let people: std::collections::BTreeSet<_> = groups.iter().collect();
        equal("people", people.len() as f64, 30.0);
        equal("person of the first row", groups[0] as f64, 1.0);
        equal("person of the last row", groups[raw.len() - 1] as f64, 24.0);
    }
    let scaled = load(facts.name, &with(Scaling::Default, Split::All))?;
    equal("furthest from the default scaling", distance(&raw, &scaled, facts.scaled)?, 0.0);
    if let Some(folder) = sheets {
        sheet(&raw, folder)?;
    }
    let shape = format!("{} × {}", raw.len(), raw.n_features());
    let range = format!("{low:.3} … {high:.3}");
    Ok((format!("{:22} {shape:>15} {range:>14} {sum:>18.3}", facts.name), complaints))
}

/// Smallest, largest, sum; zeros that a sparse matrix does not store count as values.
fn moments(data: &Dataset) -> (f64, f64, f64) {
    use deepclust_datasets::Features::{Dense, Sparse};
    let fold = |values: &mut dyn Iterator<Item = f64>, start: (f64, f64)| {
        values.fold((start.0, start.1, 0.0), |(low, high, sum), v| (v.min(low), v.max(high), sum + v))
    };
    match &data.features {
        Dense(x) => fold(&mut x.iter().map(|&v| f64::from(v)), (f64::INFINITY, f64::NEG_INFINITY)),
        Sparse(x) => fold(&mut x.data().iter().map(|&v| f64::from(v)), (0.0, 0.0)),
    }
}

fn ramp(data: &Dataset, row: usize) -> Result<f64, Box<dyn Error>> {
    let row = data.features.batch(&[row])?;
    Ok(row.iter().enumerate().map(|(j, &v)| (j + 1) as f64 * f64::from(v)).sum())
}

/// The largest difference between what the default scaling gave and what it should give.
fn distance(raw: &Dataset, scaled: &Dataset, how: Scaled) -> Result<f64, Box<dyn Error>> {
    let mut worst = 0.0f64;
    for first in (0..raw.len()).step_by(1024) {
        let rows: Vec<usize> = (first..raw.len().min(first + 1024)).collect();
        let (before, after) = (raw.features.batch(&rows)?, scaled.features.batch(&rows)?);
        if let Scaled::Text = how {
            let root = (after.ncols() as f64).sqrt();
            for row in after.rows() {
                let length = row.iter().map(|&v| f64::from(v).powi(2)).sum::<f64>().sqrt();
                // Rounding to f32 leaves some millionths of a length.
                let off = (length / root - 1.0).abs();
                worst = if length > 0.0 && off > 1e-5 { worst.max(off) } else { worst };
            }
            continue;
        }
        let (low, high) = if let Scaled::Unit(low, high) = how { (low, high) } else { (0.0, 1.0) };
        for (&v, &found) in before.iter().zip(&after) {
            let off = ((f64::from(v) - low) / (high - low) - f64::from(found)).abs();
            worst = if off > 1e-7 { worst.max(off) } else { worst };
        }
    }
    Ok(worst)
}

/// Ten images of each class, a class a line, as a portable grey map.
fn sheet(data: &Dataset, folder: &Path) -> Result<(), Box<dyn Error>> {
    const COLUMNS: usize = 10;
    let Some(image) = data.image else { return Ok(()) };
    let (low, high, _) = moments(data);
    let width = COLUMNS * image.width;
    let mut pixels = vec![0u8; data.n_classes() * image.height * width];
    let mut shown = vec![0; data.n_classes()];
    for (row, &class) in data.labels.iter().enumerate() {
        if shown[class] == COLUMNS {
            continue;
        }
        for (at, &v) in data.features.batch(&[row])?.iter().enumerate() {
            let (y, x) =
                (class * image.height + at / image.width, shown[class] * image.width + at % image.width);
            pixels[y * width + x] = ((f64::from(v) - low) / (high - low) * 255.0).round() as u8;
        }
        shown[class] += 1;
    }
    std::fs::create_dir_all(folder)?;
    let mut file = String::new();
    writeln!(file, "P5 {width} {} 255", data.n_classes() * image.height)?;
    let bytes = [file.into_bytes(), pixels].concat();
    std::fs::write(folder.join(format!("{}.pgm", data.name)), bytes)?;
    Ok(())
}
