use crate::{Kind, Planned, Row};
use deepclust_experiments::Scale;

/// What of a paper is wanted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Request {
    /// Only this data set, where one is named.
    pub dataset: Option<String>,
    /// Only these methods, where some are named.
    pub methods: Option<Vec<String>>,
    /// Only these rows, where some are named; ablations among them are made unasked.
    pub rows: Option<Vec<String>>,
    /// Seeds 0, 1, … of that number; the row's own number where none is given.
    pub runs: Option<u64>,
    /// Only these seeds, where some are named, in the place of the first ones.
    pub seeds: Option<Vec<u64>>,
    /// Ablations too.
    pub ablations: bool,
    /// Results, or the small version.
    pub scale: Scale,
}

impl Request {
    /// The seeds of a row, given the number that it has by itself. The small version has two, an ablation in it one.
    pub(crate) fn seeds_of(&self, row: &Row, planned: &Planned) -> Vec<u64> {
        let small = if row.kind == Kind::Table { 2 } else { 1 };
        let usual = self.scale.pick(planned.seeds, planned.seeds.min(small));
        self.seeds.clone().unwrap_or_else(|| (0..self.runs.unwrap_or(usual)).collect())
    }

    /// Whether a row's runs on a data set are among those that are wanted.
    pub(crate) fn wants(&self, row: &Row, planned: &Planned) -> bool {
        let named =
            |names: &Option<Vec<String>>, name: &str| names.as_ref().map(|n| n.iter().any(|n| n == name));
        let dataset = match &self.dataset {
            // What is made from the seed is of no data set, and cheap.
            Some(dataset) => *dataset == planned.dataset || planned.is_generated(),
            None => !planned.on_request,
        };
        let kind = self.ablations || row.kind == Kind::Table || self.rows.is_some();
        let method = named(&self.methods, &planned.spec.method.name).unwrap_or(true);
        dataset && kind && method && named(&self.rows, row.id).unwrap_or(true)
    }
}
