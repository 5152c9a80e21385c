//! The rows of Table 2 that were run.

use super::Sets;
use super::protocol::SHOWN;
use super::rows::{Of, row_name, row_records, rows_of};
use super::tables::printed;
use crate::Result;
use crate::render::{Records, Spread};
use crate::run::RunRecord;

/// A row with runs, on one data set.
pub(super) struct RunRow<'a> {
    pub dataset: &'static str,
    pub of: Of,
    pub name: String,
    pub records: Vec<&'a RunRecord>,
    pub acc: Spread,
    /// ACC in print.
    pub printed: Option<f64>,
}

/// All of them, in the order of the tables.
pub(super) fn run_rows(sets: &Sets) -> Result<Vec<RunRow<'_>>> {
    let mut rows = Vec::new();
    for dataset in SHOWN {
        for of in rows_of(dataset) {
            let records = row_records(sets, dataset, of);
            if let Some(acc) = Records::metric(&records, "acc") {
                let printed = printed(dataset, of.0, "acc")?;
                rows.push(RunRow { dataset, of, name: row_name(of), records, acc, printed });
            }
        }
    }
    Ok(rows)
}

/// A number with its noun.
pub(super) fn number(n: usize, of: &str) -> String {
    if n == 1 { format!("1 {of}") } else { format!("{n} {of}s") }
}
