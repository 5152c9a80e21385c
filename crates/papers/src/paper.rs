use crate::{Error, Kind, Records, Request, Result, Row};
use deepclust_experiments::{RunSpec, Scale, Store};
use deepclust_report::Page;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A column of a paper's tables.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// Its name in records.
    pub name: &'static str,
    /// Its name in print.
    pub label: &'static str,
    /// Digits after the point, ours.
    pub decimals: usize,
    /// Digits after the point, in print.
    pub printed: usize,
}

/// ACC, NMI and ARI in three digits, where nothing is printed that has another number of them.
pub(crate) const AGREEMENT: [Metric; 3] =
    [Metric::new("acc", "ACC", 3), Metric::new("nmi", "NMI", 3), Metric::new("ari", "ARI", 3)];

impl Metric {
    /// A column with as many digits in print as here.
    pub const fn new(name: &'static str, label: &'static str, decimals: usize) -> Self {
        Self { name, label, decimals, printed: decimals }
    }

    /// The same with another number of digits in print.
    pub const fn printed(self, printed: usize) -> Self {
        Self { printed, ..self }
    }
}

/// A paper: rows, what it publishes, and views where it has ideas of its own. Everything between is shared by all papers.
#[derive(Clone, Copy, Debug)]
pub struct Paper {
    /// The name on the command line, and of its folder of results.
    pub slug: &'static str,
    /// Authors and title.
    pub title: &'static str,
    /// The data sets of its tables, in their order.
    pub datasets: &'static [&'static str],
    /// The metrics of its tables, the most telling one first.
    pub metrics: &'static [Metric],
    /// The published name of the method that the paper proposes; empty where there is no paper.
    pub own: &'static str,
    /// All rows, in the order of the tables. An error where settings cannot be expressed as JSON.
    pub rows: fn(Scale) -> Result<Vec<Row>>,
    /// What is printed for a data set in the row of a name, by metric.
    pub printed: Printed,
    /// The best of several runs there, where the paper prints it too.
    pub printed_best: Printed,
    /// What was found, in at most five sentences with numbers from the records.
    pub findings: fn(&Records) -> Vec<String>,
    /// The tables and figures that no other paper has. An error where a figure cannot be drawn.
    pub views: fn(&Records, &Store, &mut Page) -> Result<()>,
    /// Remarks on how the paper was read, in Markdown.
    pub notes: &'static str,
}

/// A printed number, by data set, row and metric.
pub type Printed = fn(&str, &str, &str) -> Option<f64>;

/// Of a paper that prints no such numbers.
pub(crate) const NOTHING: Printed = |_, _, _| None;

impl Paper {
    /// The runs that a request wants: the tables' rows before ablations, each data set at the first seed before the next seed.
    ///
    /// # Errors
    /// When settings cannot be expressed as JSON; [`Error::UnknownName`] for a row that the paper does not have.
    pub fn runs(&self, request: &Request) -> Result<Vec<RunSpec>> {
        let mut runs = Vec::new();
        for (place, row) in (self.rows)(request.scale)?.iter().enumerate() {
            for planned in row.runs.iter().filter(|planned| request.wants(row, planned)) {
                let dataset = self.datasets.iter().position(|name| *name == planned.dataset);
                for seed in request.seeds_of(row, planned) {
                    runs.push(((row.kind != Kind::Table, seed, dataset, place), planned.at(seed)));
                }
            }
        }
        runs.sort_by_key(|(order, _)| *order);
        Ok(runs.into_iter().map(|(_, run)| run).collect())
    }

    /// Which row a run is of, by the folder of its record.
    ///
    /// # Errors
    /// As `runs`.
    pub fn row_names(&self, scale: Scale) -> Result<BTreeMap<PathBuf, &'static str>> {
        let mut names = BTreeMap::new();
        for row in (self.rows)(scale)? {
            for planned in row.runs {
                // A row that keeps one of another's runs comes after it.
                names.entry(planned.spec.folder()?).or_insert(row.id);
            }
        }
        Ok(names)
    }

    /// Refuses a name of a row that the paper does not have.
    ///
    /// # Errors
    /// [`Error::UnknownName`].
    pub fn check_row(&self, name: &str) -> Result<()> {
        let rows = (self.rows)(Scale::Full)?;
        match rows.iter().any(|row| row.id == name) {
            true => Ok(()),
            false => Err(Error::unknown("row", name, rows.iter().map(|row| row.id))),
        }
    }
}
