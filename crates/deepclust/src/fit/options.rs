use deepclust_methods::{Scaling, Shape};
use deepclust_nets::DeviceChoice;
use serde_json::Value;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// How many clusters there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ClusterCount {
    /// This many.
    Number(usize),
    /// One of these numbers: the largest one at which communities of the neighbour graph are nearly as stable as at any.
    Range(RangeInclusive<usize>),
    /// As many as are found.
    #[default]
    Auto,
}

/// What is wanted of [`fit`](super::fit()). The default finds the number of clusters, and everything else, by itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// How many clusters there are.
    pub clusters: ClusterCount,
    /// The name of a method, as [`METHODS`](deepclust_methods::METHODS) has it. None: `graph-communities` where the number of clusters
    /// is known or chosen before the method runs; else `tomato` where the rows lie in few dimensions, and `umap-hdbscan` where they do not.
    pub method: Option<String>,
    /// Seeds, at least 1. None: 5, and 3 for methods that train a network. Methods in which nothing is random have one.
    pub seeds: Option<usize>,
    /// The first of the seeds; the others follow it.
    pub first_seed: u64,
    /// Settings of the method that are not its defaults: paths such as `graph.neighbours` and values.
    pub settings: Vec<(String, Value)>,
    /// What the rows are. None: text where the data are told to be sparse, pictures or tables by what the values are.
    pub shape: Option<Shape>,
    /// Whether the data are word weights, as sparse files have them. It matters where `shape` is none.
    pub sparse: bool,
    /// What happens to the columns before the method sees them. None: the default of the shape.
    pub scaling: Option<Scaling>,
    /// Where networks live.
    pub device: DeviceChoice,
    /// Seeds at the same time. None: as many as there are cores, one on a GPU. It does not change the answer.
    pub at_once: Option<usize>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            clusters: ClusterCount::Auto,
            method: None,
            seeds: None,
            first_seed: 0,
            settings: Vec::new(),
            shape: None,
            sparse: false,
            scaling: None,
            device: DeviceChoice::Auto,
            at_once: None,
        }
    }
}

/// `10`, `2-20` or `auto`.
impl FromStr for ClusterCount {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("expected a number such as 10, a range such as 2-20, or auto, found `{text}`");
        if text == "auto" {
            return Ok(Self::Auto);
        }
        let number = |text: &str| text.trim().parse::<usize>().map_err(|_| wrong());
        let bounds =
            text.split_once("..=").or_else(|| text.split_once("..")).or_else(|| text.split_once('-'));
        match bounds {
            None => Ok(Self::Number(number(text)?)),
            Some((from, to)) => match (number(from)?, number(to)?) {
                (from, to) if from > to => {
                    Err(format!("expected a range from few to many, such as {to}-{from}, found `{text}`"))
                }
                (from, to) => Ok(Self::Range(from..=to)),
            },
        }
    }
}

impl std::fmt::Display for ClusterCount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(k) => write!(f, "{k}"),
            Self::Range(range) => write!(f, "{}-{}", range.start(), range.end()),
            Self::Auto => f.write_str("auto"),
        }
    }
}
