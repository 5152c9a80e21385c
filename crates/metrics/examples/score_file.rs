//! Scores labellings read from a file: the Rust side of the comparison with scikit-learn in `benches/peers/metrics`.
//!
//! `score_file FILE [SCORE…]` prints a line `labelling score value seconds` for each labelling and score, all of them by
//! default; the value is `error` where the score refuses the input. The file holds little-endian numbers: *n*, *d*, bytes of
//! a value (4 or 8) and the number of labellings as u64; *n* × *d* values; *n* true labels as u64; then *n* u64 a labelling.

use deepclust_metrics::{
    Average, Distance, Result, Scalar, accuracy, adjusted_mutual_info, adjusted_rand_index,
    calinski_harabasz, davies_bouldin, homogeneity_completeness_v, label_entropy, mutual_info,
    normalized_mutual_info, purity, rand_index, silhouette_score,
};
use ndarray::Array2;
use std::error::Error;
use std::fs::File;
use std::io::{BufReader, Read};
use std::time::Instant;

const SCORES: [&str; 23] = [
    "acc",
    "purity",
    "mi",
    "nmi-arithmetic",
    "nmi-geometric",
    "nmi-min",
    "nmi-max",
    "ami-arithmetic",
    "ami-geometric",
    "ami-min",
    "ami-max",
    "ari",
    "rand",
    "homogeneity",
    "completeness",
    "v-measure",
    "v-measure-half",
    "entropy",
    "silhouette",
    "silhouette-cosine",
    "calinski-harabasz",
    "davies-bouldin",
    "all-labels",
];

fn main() -> std::result::Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("usage: score_file FILE [SCORE…]")?;
    let asked: Vec<String> = arguments.collect();
    if let Some(unknown) = asked.iter().find(|name| !SCORES.contains(&name.as_str())) {
        return Err(format!("unknown score {unknown}, expected some of {SCORES:?}").into());
    }
    let mut file = BufReader::new(File::open(path)?);
    let header = integers(&mut file, 4)?;
    let (n, d) = (header[0], header[1]);
    match header[2] {
        4 => {
            let values = numbers(&mut file, n * d, f32::from_le_bytes)?;
            score(&Array2::from_shape_vec((n, d), values)?, &mut file, header[3], &asked)
        }
        8 => {
            let values = numbers(&mut file, n * d, f64::from_le_bytes)?;
            score(&Array2::from_shape_vec((n, d), values)?, &mut file, header[3], &asked)
        }
        other => Err(format!("values have {other} bytes, expected 4 or 8").into()),
    }
}

fn score<F: Scalar>(
    x: &Array2<F>,
    file: &mut impl Read,
    labellings: usize,
    asked: &[String],
) -> std::result::Result<(), Box<dyn Error>> {
    let truth = integers(file, x.nrows())?;
    for labelling in 0..labellings {
        let pred = integers(file, x.nrows())?;
        for name in SCORES.iter().filter(|name| asked.is_empty() || asked.iter().any(|asked| asked == *name))
        {
            let start = Instant::now();
            let value = compute(name, x, &truth, &pred);
            let seconds = start.elapsed().as_secs_f64();
            match value {
                Ok(value) => println!("{labelling} {name} {value:?} {seconds}"),
                Err(error) => {
                    println!("{labelling} {name} error {seconds}");
                    eprintln!("{labelling} {name}: {error}");
                }
            }
        }
    }
    Ok(())
}

fn compute<F: Scalar>(name: &str, x: &Array2<F>, truth: &[usize], pred: &[usize]) -> Result<f64> {
    let average = match name.rsplit('-').next() {
        Some("geometric") => Average::Geometric,
        Some("min") => Average::Min,
        Some("max") => Average::Max,
        _ => Average::Arithmetic,
    };
    match name {
        "acc" => accuracy(truth, pred),
        "purity" => purity(truth, pred),
        "mi" => mutual_info(truth, pred),
        "ari" => adjusted_rand_index(truth, pred),
        "rand" => rand_index(truth, pred),
        "homogeneity" => Ok(homogeneity_completeness_v(truth, pred, 1.0)?.homogeneity),
        "completeness" => Ok(homogeneity_completeness_v(truth, pred, 1.0)?.completeness),
        "v-measure" => Ok(homogeneity_completeness_v(truth, pred, 1.0)?.v_measure),
        "v-measure-half" => Ok(homogeneity_completeness_v(truth, pred, 0.5)?.v_measure),
        "entropy" => label_entropy(pred),
        "silhouette" => silhouette_score(x.view(), pred, Distance::Euclidean),
        "silhouette-cosine" => silhouette_score(x.view(), pred, Distance::Cosine),
        "calinski-harabasz" => calinski_harabasz(x.view(), pred),
        "davies-bouldin" => davies_bouldin(x.view(), pred),
        // What a table of results needs of the labels, for its time.
        "all-labels" => Ok(accuracy(truth, pred)?
            + normalized_mutual_info(truth, pred, average)?
            + adjusted_rand_index(truth, pred)?),
        _ if name.starts_with("nmi") => normalized_mutual_info(truth, pred, average),
        _ => adjusted_mutual_info(truth, pred, average),
    }
}

fn integers(file: &mut impl Read, count: usize) -> std::io::Result<Vec<usize>> {
    Ok(numbers(file, count, u64::from_le_bytes)?.into_iter().map(|value| value as usize).collect())
}

fn numbers<T, const BYTES: usize>(
    file: &mut impl Read,
    count: usize,
    convert: impl Fn([u8; BYTES]) -> T,
) -> std::io::Result<Vec<T>> {
    let mut buffer = [0; BYTES];
    (0..count)
        .map(|_| {
            file.read_exact(&mut buffer)?;
            Ok(convert(buffer))
        })
        .collect()
}
