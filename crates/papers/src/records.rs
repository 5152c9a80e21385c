use crate::{Kind, Paper, Planned, Result, Row};
use deepclust_experiments::{RunRecord, Scale, Store};
use deepclust_report::{Spread, metric, paired_change};

/// The rows of a paper with the records of their runs: of all recorded seeds, whatever part of them was asked for.
#[derive(Debug)]
pub struct Records {
    rows: Vec<Row>,
    /// By row and by its data sets.
    found: Vec<Vec<Vec<RunRecord>>>,
    scale: Scale,
}

impl Records {
    /// Reads what is there.
    ///
    /// # Errors
    /// For a damaged record: a table must not pass over it in silence.
    pub fn read(paper: &dyn Paper, store: &Store, scale: Scale) -> Result<Self> {
        let rows = paper.rows(scale)?;
        let of_row = |row: &Row| row.runs.iter().map(|planned| Ok(store.seeds(&planned.spec)?)).collect();
        let found = rows.iter().map(of_row).collect::<Result<_>>()?;
        Ok(Self { rows, found, scale })
    }

    /// Results, or the small version.
    pub fn scale(&self) -> Scale {
        self.scale
    }

    /// All rows.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// A row by its name.
    pub fn row(&self, id: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.id == id)
    }

    /// Every row on every of its data sets, with its records.
    pub fn entries(&self) -> impl Iterator<Item = (&Row, &Planned, &[RunRecord])> {
        self.rows.iter().zip(&self.found).flat_map(|(row, found)| {
            row.runs.iter().zip(found).map(move |(planned, records)| (row, planned, records.as_slice()))
        })
    }

    /// The records of a row on a data set.
    pub fn of(&self, id: &str, dataset: &str) -> &[RunRecord] {
        let mut entries = self.entries();
        let entry = entries.find(|(row, planned, _)| row.id == id && planned.dataset == dataset);
        entry.map_or(&[], |(.., records)| records)
    }

    /// All records.
    pub fn all(&self) -> impl Iterator<Item = &RunRecord> {
        self.entries().flat_map(|(.., records)| records)
    }

    /// The data sets with a record in a table, in an order given.
    pub fn shown<'a>(&self, datasets: &[&'a str]) -> Vec<&'a str> {
        let has = |dataset: &&&str| {
            let mut entries = self.entries();
            entries.any(|(row, planned, records)| {
                row.kind == Kind::Table && planned.dataset == **dataset && !records.is_empty()
            })
        };
        datasets.iter().filter(has).copied().collect()
    }

    /// The spread of a metric in a row.
    pub fn metric(&self, id: &str, dataset: &str, name: &str) -> Option<Spread> {
        metric(self.of(id, dataset), name)
    }

    /// The change of a metric from one row to another, at the same seeds.
    pub fn change(&self, from: &str, to: &str, dataset: &str, name: &str) -> Option<Spread> {
        paired_change(self.of(from, dataset), self.of(to, dataset), name)
    }

    /// How many runs of the tables' rows are planned, and not recorded, on the data sets that are shown.
    pub fn missing(&self, shown: &[&str]) -> u64 {
        let planned = |(row, planned, records): &(&Row, &Planned, &[RunRecord])| {
            if row.kind != Kind::Table || !shown.contains(&planned.dataset.as_str()) {
                return 0;
            }
            let seeds = self.scale.pick(planned.seeds, planned.seeds.min(2));
            seeds.saturating_sub(records.len() as u64)
        };
        self.entries().map(|entry| planned(&entry)).sum()
    }
}
