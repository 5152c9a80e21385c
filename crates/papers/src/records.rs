use crate::{Kind, Paper, Planned, Result, Row};
use deepclust_experiments::{RunRecord, Scale, Store};
use deepclust_report::{Spread, metric, paired_change};
use std::collections::BTreeMap;

/// The rows of a paper with the records of their runs: of all recorded seeds, whatever part of them was asked for.
#[derive(Debug)]
pub struct Records {
    rows: Vec<Row>,
    /// By row and by its data sets.
    found: Vec<Vec<Vec<RunRecord>>>,
    /// By data set and row, the other reading of that row that comes nearest to the published figure.
    nearest: BTreeMap<(String, &'static str), &'static str>,
    scale: Scale,
}

impl Records {
    /// Reads what is there.
    ///
    /// # Errors
    /// For a damaged record: a table must not pass over it in silence.
    pub fn read(paper: &Paper, store: &Store, scale: Scale) -> Result<Self> {
        let rows = (paper.rows)(scale)?;
        let of_row = |row: &Row| {
            row.runs.iter().map(|planned| Ok(kept(store.seeds(&planned.spec)?, row.kept_by))).collect()
        };
        let found = rows.iter().map(of_row).collect::<Result<_>>()?;
        let mut records = Self { rows, found, nearest: BTreeMap::new(), scale };
        records.nearest = records.find_nearest(paper);
        Ok(records)
    }

    /// Of each row by the paper's text, the reading (`<row>/…`) whose mean of the first metric comes nearest to the published one,
    /// where it comes nearer than the text, or the text was not measured. It is chosen with that figure in view.
    fn find_nearest(&self, paper: &Paper) -> BTreeMap<(String, &'static str), &'static str> {
        let mut nearest = BTreeMap::new();
        let Some(m) = paper.metrics.first() else { return nearest };
        let in_table = |row: &Row| row.kind == Kind::Table && row.table.is_empty();
        let texts = self.rows.iter().filter(|row| in_table(row) && !row.id.contains('/'));
        for (row, dataset) in texts.flat_map(|row| paper.datasets.iter().map(move |dataset| (row, *dataset)))
        {
            let published = row.published.and_then(|name| (paper.printed)(dataset, name, m.name));
            let Some(published) = published else { continue };
            let text = metric(self.of(row.id, dataset), m.name);
            let of_text = text.map_or(f64::INFINITY, |text| (text.mean - published).abs());
            let others = self.entries().filter(|(other, of, _)| {
                in_table(other)
                    && of.dataset == dataset
                    && other.id.strip_prefix(row.id).is_some_and(|rest| rest.starts_with('/'))
            });
            let apart = |(other, _, runs): (&Row, &Planned, &[RunRecord])| {
                Some(((metric(runs, m.name)?.mean - published).abs(), other.id))
            };
            let best = others.filter_map(apart).min_by(|a, b| a.0.total_cmp(&b.0));
            if let Some((_, id)) = best.filter(|(apart, _)| *apart < of_text) {
                nearest.insert((dataset.to_owned(), row.id), id);
            }
        }
        nearest
    }

    /// The reading of a row that comes nearest to the published figure, if it comes nearer than the paper's text or that was not measured.
    pub fn nearest(&self, id: &'static str, dataset: &str) -> Option<(&Row, &[RunRecord])> {
        let nearest = self.nearest.get(&(dataset.to_owned(), id))?;
        Some((self.row(nearest)?, self.of(nearest, dataset)))
    }

    /// Whether some row has other readings than the paper's text.
    pub fn has_readings(&self) -> bool {
        !self.nearest.is_empty()
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
            if row.kind != Kind::Table || row.kept_by.is_some() || !shown.contains(&planned.dataset.as_str())
            {
                return 0;
            }
            let seeds = self.scale.pick(planned.seeds, planned.seeds.min(2));
            (0..seeds).filter(|seed| records.iter().all(|record| record.seed != *seed)).count() as u64
        };
        self.entries().map(|entry| planned(&entry)).sum()
    }
}

/// All runs, or of several the one in which a fact is greatest.
fn kept(runs: Vec<RunRecord>, fact: Option<&str>) -> Vec<RunRecord> {
    let Some(fact) = fact else { return runs };
    if runs.len() < 2 {
        return Vec::new();
    }
    let value = |run: &RunRecord| run.facts.get(fact).copied().unwrap_or(f64::NEG_INFINITY);
    runs.into_iter().max_by(|a, b| value(a).total_cmp(&value(b))).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PAPERS;
    use std::path::Path;

    #[test]
    fn a_row_keeps_the_run_of_the_greatest_fact() {
        let store = Store::read_only(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../results"));
        let paper = PAPERS.iter().find(|paper| paper.slug == "mixae").unwrap();
        let records = Records::read(paper, &store, Scale::Full).unwrap();
        let (all, kept) = (records.of("vade", "mnist"), records.of("vade-evidence", "mnist"));
        let bound = |run: &RunRecord| run.facts["evidence lower bound"];
        assert!(all.len() > 1 && kept.len() == 1);
        assert!(all.iter().all(|run| bound(run) <= bound(&kept[0])));
        assert!(all.contains(&kept[0]));
        // Runs of one seed leave nothing to choose.
        assert!(super::kept(all[..1].to_vec(), Some("evidence lower bound")).is_empty());
    }
}
