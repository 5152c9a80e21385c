use crate::Result;
use crate::run::{RunSpec, Store};
use deepclust_methods::Seed;
use serde::{Deserialize, Serialize};

/// What of a paper is wanted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Only this data set, where one is named.
    pub dataset: Option<String>,
    /// Only these methods, where some are named.
    pub methods: Option<Vec<String>>,
    /// Only these deviations of the ablations, where some are named; [`NO_VARIANT`](Self::NO_VARIANT) are the rows by the
    /// paper's text.
    pub variants: Option<Vec<String>>,
    /// Seeds 0, 1, … of that number; the paper's own number where none is given.
    pub runs: Option<usize>,
    /// Only these seeds, where some are named, in the place of the first ones.
    pub only_seeds: Option<Vec<u64>>,
    /// The small version.
    pub quick: bool,
}

impl Request {
    /// What rows that follow the protocol are called among the deviations.
    pub const NO_VARIANT: &str = "none";

    /// The seeds, given the number that the paper's protocol asks for.
    pub fn seeds(&self, usual: usize) -> impl Iterator<Item = Seed> + use<> {
        let usual = if self.quick { 2 } else { usual };
        let first = || (0..self.runs.unwrap_or(usual) as u64).collect();
        self.only_seeds.clone().unwrap_or_else(first).into_iter().map(Seed)
    }

    /// The seeds of a deviation: fewer than are planned may be asked for, more are not made. The small version has one.
    pub fn deviation_seeds(&self, planned: usize) -> impl Iterator<Item = Seed> + use<> {
        let planned = if self.quick { 1 } else { planned };
        self.seeds(planned).filter(move |seed| seed.0 < planned as u64)
    }

    /// Whether a run is among those that are wanted.
    pub fn wants(&self, spec: &RunSpec) -> bool {
        self.dataset.as_ref().is_none_or(|dataset| *dataset == spec.dataset)
            && self.methods.as_ref().is_none_or(|methods| methods.contains(&spec.method))
            && self.variants.as_ref().is_none_or(|variants| {
                variants.iter().any(|name| name == spec.variant.as_deref().unwrap_or(Self::NO_VARIANT))
            })
    }
}

/// A paper: its protocol as a list of runs, and its tables and figures as a rendering of their records.
pub trait Paper: Sync {
    /// The name on the command line and of its page.
    fn slug(&self) -> &'static str;

    /// Authors and title.
    fn title(&self) -> &'static str;

    /// The data sets of its tables.
    fn datasets(&self) -> &'static [&'static str];

    /// The methods of its tables.
    fn methods(&self) -> &'static [&'static str];

    /// The runs it needs: every row at the first seed, then the next seed, ablations last.
    ///
    /// # Errors
    /// When settings cannot be expressed as JSON.
    fn runs(&self, request: &Request) -> Result<Vec<RunSpec>>;

    /// Writes tables, figures and the page from the records in the store.
    ///
    /// # Errors
    /// When a record is stale or damaged, or a file cannot be written.
    fn render(&self, request: &Request, store: &Store) -> Result<()>;

    /// What the workspace's README shows of it, in Markdown; none while nothing is recorded.
    ///
    /// # Errors
    /// As [`render`](Self::render).
    fn readme(&self, store: &Store) -> Result<Option<String>>;
}
