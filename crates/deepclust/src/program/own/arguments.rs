use crate::fit::{ClusterCount, parse_setting};
use clap::Args;
use deepclust_datasets::own::{Decimal, Impute};
use deepclust_methods::Scaling;
use deepclust_nets::DeviceChoice;
use serde_json::Value;
use std::path::PathBuf;

/// How data are read.
#[derive(Args, Debug, Clone, Default)]
pub struct Reading {
    /// Known classes, for scoring alone: the name of a column (or array), or a file with one label a row.
    #[arg(long, value_name = "COLUMN|FILE")]
    pub labels: Option<String>,
    /// The first line of a table is data, where that is not seen from it.
    #[arg(long, conflicts_with = "header")]
    pub no_header: bool,
    /// The first line of a table holds names, where that is not seen from it.
    #[arg(long)]
    pub header: bool,
    /// What separates the columns of a table, a character or `tab` [default: what fits its first lines best].
    #[arg(long, value_name = "CHAR", value_parser = delimiter)]
    pub delimiter: Option<char>,
    /// What missing numbers become: median [default: they are an error].
    #[arg(long, value_name = "HOW")]
    pub impute: Option<Impute>,
    /// The mark before decimals in a table, point or comma; the other one may stand between thousands [default: point, with nothing between
    /// thousands].
    #[arg(long, value_name = "MARK")]
    pub decimal: Option<Decimal>,
    /// Columns of a table to leave out, comma-separated.
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    pub drop: Vec<String>,
    /// Columns of text that become columns of 0 and 1, comma-separated.
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    pub one_hot: Vec<String>,
    /// Height and width to which pictures are resampled, such as 28x28.
    #[arg(long, value_name = "HxW", value_parser = size)]
    pub size: Option<(usize, usize)>,
    /// Pictures become grey.
    #[arg(long)]
    pub grey: bool,
    /// The array of an .npz that holds the features.
    #[arg(long, value_name = "NAME")]
    pub array: Option<String>,
    /// Where to look for data sets that are given by name.
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
}

/// How clusters are found.
#[derive(Args, Debug, Clone)]
pub struct Search {
    /// Clusters: a number, a range such as 2-20, or auto.
    #[arg(short, long = "clusters", value_name = "K", default_value = "auto", allow_hyphen_values = true)]
    pub k: ClusterCount,
    /// Seeds [default: 5, 3 where a network is trained, 1 where nothing is random].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub seeds: Option<u16>,
    /// What happens to the columns first: as-given, auto, unit, whole, signed-unit, standardise, by-255 or l2.
    #[arg(long, value_name = "NAME", value_parser = scaling)]
    pub scale: Option<Scaling>,
    /// Where networks are trained: cpu, cuda or auto.
    #[arg(long, value_name = "DEVICE", default_value = "auto")]
    pub device: DeviceChoice,
    /// Threads [default: one a core]. Results do not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
}

/// `deepclust fit`.
#[derive(Args, Debug, Clone)]
pub struct Fit {
    /// A file (CSV, TSV, npy, npz, LIBSVM, IDX), a folder of pictures, or a data set's name.
    pub data: String,
    /// A method's name, or auto; `deepclust methods` lists them.
    #[arg(long, value_name = "NAME", default_value = "auto")]
    pub method: String,
    /// A setting of the method, such as graph.neighbours=30; may be given several times.
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = setting)]
    pub settings: Vec<(String, Value)>,
    /// The output folder [default: deepclust-out/NAME, by the name of the data].
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub search: Search,
    #[command(flatten)]
    pub reading: Reading,
}

/// `deepclust choose-k`.
#[derive(Args, Debug, Clone)]
pub struct ChooseK {
    /// What `fit` takes.
    pub data: String,
    #[command(flatten)]
    pub search: Search,
    #[command(flatten)]
    pub reading: Reading,
}

/// `deepclust compare`.
#[derive(Args, Debug, Clone)]
pub struct Compare {
    /// What `fit` takes.
    pub data: String,
    /// The methods, comma-separated.
    #[arg(long, value_name = "NAMES", value_delimiter = ',', required = true)]
    pub methods: Vec<String>,
    /// The output folder, with a folder for each method [default: deepclust-out/NAME-compared, by the name of the data].
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub search: Search,
    #[command(flatten)]
    pub reading: Reading,
}

/// `deepclust predict`.
#[derive(Args, Debug, Clone)]
pub struct Predict {
    /// A model.safetensors, or the folder that `fit` left it in.
    pub model: PathBuf,
    /// Rows with the columns of the fit. Named columns may come in any order; others are left out.
    pub data: String,
    /// The file to write [default: standard output].
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub reading: Reading,
}

/// `deepclust embed`.
#[derive(Args, Debug, Clone)]
pub struct Embed {
    /// A model.safetensors, or the folder that `fit` left it in.
    pub model: PathBuf,
    /// Rows with the columns of the fit. Named columns may come in any order; others are left out.
    pub data: String,
    /// The NumPy file to write.
    #[arg(long, value_name = "FILE", default_value = "embedding.npy")]
    pub out: PathBuf,
    #[command(flatten)]
    pub reading: Reading,
}

fn scaling(text: &str) -> Result<Scaling, String> {
    let known = "as-given, auto, unit, whole, signed-unit, standardise, by-255 or l2";
    serde_json::from_value(Value::from(text)).map_err(|_| format!("expected {known}, found `{text}`"))
}

fn delimiter(text: &str) -> Result<char, String> {
    let mut characters = text.chars();
    match (text, characters.next(), characters.next()) {
        ("tab" | "\\t", ..) => Ok('\t'),
        (_, Some(one), None) => Ok(one),
        _ => Err(format!("expected one character, or `tab`, found `{text}`")),
    }
}

fn size(text: &str) -> Result<(usize, usize), String> {
    let number = |text: &str| text.trim().parse::<usize>().ok().filter(|&pixels| pixels > 0);
    let sides = text.split_once('x').and_then(|(height, width)| Some((number(height)?, number(width)?)));
    sides.ok_or_else(|| format!("expected height x width, such as 28x28, found `{text}`"))
}

fn setting(text: &str) -> Result<(String, Value), String> {
    parse_setting(text).map_err(|error| error.to_string())
}
