//! The rows of our tables: those of Table 2, and where the paper and its authors' code describe different networks, or figures
//! in print are of a third, one for each.

use super::deviations::{
    AUTHORS_CLUSTERS_DEC_START, AUTHORS_CODE_DEC_START, AUTHORS_DECODER, DEC_START, DEC_START_EQUAL_WEIGHTS,
    DEC_START_SGD,
};
use super::{Sets, ablation};
use crate::run::RunRecord;
use deepclust_methods::{AeKMeans, Damic, Dcn, Dec, KDae, RawKMeans};

/// A method, and the deviation from its protocol where a row is one.
pub(super) type Of = (&'static str, Option<&'static str>);

struct Row {
    of: Of,
    /// What follows the method's name.
    words: &'static str,
    /// The row with the clusters that its joint training begins with.
    start: Option<Of>,
}

const START: Of = (AeKMeans::SLUG, None);
const AUTHORS_START: Of = (AeKMeans::SLUG, Some(AUTHORS_DECODER));
const DEC_START_ROW: Of = (AeKMeans::SLUG, Some(DEC_START));
const SGD_START: Of = (AeKMeans::SLUG, Some(DEC_START_SGD));

const fn row(
    method: &'static str,
    variant: Option<&'static str>,
    words: &'static str,
    start: Option<Of>,
) -> Row {
    Row { of: (method, variant), words, start }
}

/// In the order of the tables.
const ROWS: [Row; 19] = [
    row(RawKMeans::SLUG_ALL, None, "", None),
    row(AeKMeans::SLUG, None, "", None),
    row(AeKMeans::SLUG, Some(AUTHORS_DECODER), ", as in the authors' code", None),
    row(AeKMeans::SLUG, Some(DEC_START), ", network of DEC and DCN", None),
    row(AeKMeans::SLUG, Some(DEC_START_SGD), ", network of DEC and DCN by gradient descent", None),
    row(Dec::SLUG, None, "", Some(START)),
    row(Dec::SLUG, Some(DEC_START), ", network of DEC and DCN", Some(DEC_START_ROW)),
    row(Dec::SLUG, Some(DEC_START_SGD), ", network of DEC and DCN by gradient descent", Some(SGD_START)),
    row(Dec::SLUG_IMPROVED, None, "", Some(START)),
    row(Dcn::SLUG, None, "", Some(START)),
    row(Dcn::SLUG, Some(DEC_START_EQUAL_WEIGHTS), ", network of DEC and DCN, λ = 1", Some(DEC_START_ROW)),
    row(
        Dcn::SLUG,
        Some(DEC_START_SGD),
        ", network of DEC and DCN by gradient descent, λ = 1",
        Some(SGD_START),
    ),
    row(KDae::SLUG, None, "", Some(START)),
    row(KDae::SLUG, Some(AUTHORS_DECODER), ", as in the authors' code", Some(AUTHORS_START)),
    row(
        KDae::SLUG,
        Some(AUTHORS_CODE_DEC_START),
        ", as in the authors' code, from the network of DEC and DCN",
        Some(DEC_START_ROW),
    ),
    row(
        KDae::SLUG,
        Some(DEC_START_SGD),
        ", as in the authors' code, from the network of DEC and DCN by gradient descent",
        Some(SGD_START),
    ),
    row(Damic::SLUG, None, "", Some(START)),
    row(
        Damic::SLUG,
        Some(AUTHORS_CLUSTERS_DEC_START),
        ", clusters' networks as in the code of k-DAE, from the network of DEC and DCN",
        Some(DEC_START_ROW),
    ),
    row(
        Damic::SLUG,
        Some(DEC_START_SGD),
        ", clusters' networks as in the code of k-DAE, from the network of DEC and DCN by gradient descent",
        Some(SGD_START),
    ),
];

/// All rows.
pub(super) fn rows() -> impl Iterator<Item = Of> {
    ROWS.iter().map(|row| row.of)
}

/// The rows that a data set has.
pub(super) fn rows_of(dataset: &str) -> impl Iterator<Item = Of> {
    rows().filter(move |(method, variant)| {
        variant.is_none_or(|name| ablation::seeds(dataset, method, name) > 0)
    })
}

/// Whether a deviation is a row.
pub(super) fn is_row(method: &str, variant: &str) -> bool {
    find((method, Some(variant))).is_some()
}

fn find(of: (&str, Option<&str>)) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.of == of)
}

/// The name of a row.
pub(super) fn row_name(of: (&str, Option<&str>)) -> String {
    format!("{}{}", name(of.0), find(of).map_or("", |row| row.words))
}

/// The row with the clusters that the joint training of a row begins with.
pub(super) fn start_of(of: Of) -> Option<Of> {
    find(of)?.start
}

/// The runs of a row.
pub(super) fn row_records<'a>(
    sets: &'a Sets,
    dataset: &str,
    (method, variant): (&str, Option<&str>),
) -> Vec<&'a RunRecord> {
    let records = if variant.is_some() { &sets.deviations } else { &sets.main };
    records.of(dataset, method, variant)
}

/// A method's name in our tables.
pub(super) fn name(method: &str) -> &'static str {
    match method {
        RawKMeans::SLUG_ALL => "k-means",
        AeKMeans::SLUG => "AE + k-means",
        Dec::SLUG => "DEC",
        Dec::SLUG_IMPROVED => "IDEC (not in the paper)",
        Dcn::SLUG => "DCN",
        Damic::SLUG => "DAMIC",
        _ => "k-DAE",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kdae::deviations::{pretraining_of, variants};
    use crate::kdae::protocol::{self, METHODS};
    use deepclust_methods::Seed;
    use serde_json::Value;
    use std::collections::BTreeSet;

    #[test]
    fn every_row_is_run_and_has_a_name_of_its_own() {
        assert!(METHODS.iter().all(|method| find((method, None)).is_some()));
        let variants = variants("mnist", false).unwrap();
        for (method, variant) in rows() {
            let known = variants.iter().any(|v| v.method == method && Some(v.name) == variant);
            assert!(METHODS.contains(&method) && (variant.is_none() || known), "{method}");
        }
        let names: BTreeSet<_> = rows().map(row_name).collect();
        assert_eq!(names.len(), ROWS.len());
    }

    /// The first training of a row.
    fn pretraining(of: Of) -> Value {
        let settings = match of.1 {
            None => protocol::row("mnist", of.0, Seed(0), false).unwrap().settings,
            name => {
                let mut variants = variants("mnist", false).unwrap().into_iter();
                variants.find(|v| v.method == of.0 && Some(v.name) == name).unwrap().settings
            }
        };
        pretraining_of(&settings)
    }

    #[test]
    fn every_joint_row_begins_with_the_network_of_its_start() {
        for of in rows() {
            match start_of(of) {
                Some(start) => {
                    assert!(rows().any(|row| row == start), "{of:?}");
                    assert_eq!(pretraining(of), pretraining(start), "{of:?}");
                }
                None => assert!([RawKMeans::SLUG_ALL, AeKMeans::SLUG].contains(&of.0), "{of:?}"),
            }
        }
    }
}
