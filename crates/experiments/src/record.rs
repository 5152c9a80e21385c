use crate::canonical::{canonical_json, hex};
use crate::{Error, Machine, Metrics, Result, RunSpec};
use deepclust_datasets::Split;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// Version of the record's form.
pub const SCHEMA: u32 = 2;

/// What a run leaves: enough to render every table, and to make the run again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunRecord {
    /// [`SCHEMA`] at the time of writing.
    pub schema: u32,
    /// Name of the method.
    pub method: String,
    /// Name of the data set.
    pub dataset: String,
    /// The part of it that was clustered and scored.
    pub split: Split,
    /// Root of all randomness.
    pub seed: u64,
    /// Whether it is a small version, not a result.
    pub quick: bool,
    /// `none`, or how many labels training used.
    pub supervision: String,
    /// What was measured: `acc`, `nmi`, `ari`, `sil`, `chs`, `dbi` and more.
    pub metrics: Metrics,
    /// Seconds in all.
    pub wall_s: f64,
    /// Seconds by stage.
    pub stages_s: BTreeMap<String, f64>,
    /// The whole description, with every hyper-parameter.
    pub spec: RunSpec,
    /// Digest of the description ([`RunSpec::identity`]).
    pub identity: String,
    /// What was clustered and scored.
    pub data: DataFacts,
    /// What the method was fitted on, if on something else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fit_data: Option<DataFacts>,
    /// Single numbers that the method left.
    pub facts: BTreeMap<String, f64>,
    /// Losses and the like.
    pub history: Vec<Series>,
    /// Samples in each cluster.
    pub cluster_sizes: Vec<usize>,
    /// Samples of each class (rows) in each cluster (columns).
    pub contingency: Vec<Vec<usize>>,
    /// SHA-256 over the cluster of every sample, as little-endian u32.
    pub assignment_digest: String,
    /// SHA-256 of the figure data's file, where the run left one.
    pub figure_data_digest: Option<String>,
    /// Revision of the code that the numbers come from.
    pub revision: String,
    /// What decides how the run rounds: runs of one identity, seed and arithmetic give the same bits.
    pub arithmetic: String,
    /// `cpu` or `cuda:<index>`.
    pub device: String,
    /// Threads of the run.
    pub threads: usize,
    /// Where it ran.
    pub machine: Machine,
}

/// A sequence of numbers that a fit leaves, such as the loss of every epoch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Series {
    /// What was measured, for instance `reconstruction loss`.
    pub name: String,
    /// What the position counts, for instance `epoch`.
    pub step: String,
    /// The values in order; the first is step 1.
    pub values: Vec<f64>,
}

/// What is known about the clustered samples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataFacts {
    /// Samples.
    pub n: usize,
    /// Features.
    pub d: usize,
    /// Classes; 0 where there are no labels.
    pub classes: usize,
    /// SHA-256 over features and labels as clustered.
    pub digest: String,
}

impl RunRecord {
    /// A series by its name.
    pub fn series(&self, name: &str) -> Option<&Series> {
        self.history.iter().find(|series| series.name == name)
    }

    /// The file's text: one key a line, and a digest of all the others at the end.
    ///
    /// # Errors
    /// When a number is not finite.
    pub fn to_text(&self) -> Result<String> {
        let value = serde_json::to_value(self)?;
        let digest = hex(canonical_json(&value).as_bytes());
        let Value::Object(map) = &value else { return Ok(canonical_json(&value)) };
        let line = |key: &str, text: String| format!("  {}: {text}", Value::from(key));
        // The order of the struct, which a map of values does not keep, is the order for readers.
        let mut lines: Vec<String> =
            KEYS.iter().filter_map(|key| map.get(*key).map(|v| line(key, spaced(v)))).collect();
        lines.push(line("digest", Value::from(digest).to_string()));
        Ok(format!("{{\n{}\n}}\n", lines.join(",\n")))
    }

    /// Reads a file's text and checks it against its digest.
    ///
    /// # Errors
    /// [`Error::Record`] when it is not JSON, lacks a key, is of another schema, or was changed after it was written.
    pub fn from_text(text: &str, path: &Path) -> Result<Self> {
        let problem = |problem: String| Error::Record { path: path.to_owned(), problem };
        let mut value: Value = serde_json::from_str(text)
            .map_err(|error| problem(format!("expected a run record, found {error}")))?;
        let stated = value.as_object_mut().and_then(|map| map.remove("digest"));
        let stated = stated
            .as_ref()
            .and_then(Value::as_str)
            .ok_or_else(|| problem("expected a run record with a `digest`, found none".to_owned()))?;
        let found = hex(canonical_json(&value).as_bytes());
        if stated != found {
            return Err(problem(format!(
                "changed after it was written: its digest says {}…, its content gives {}…",
                &stated.chars().take(12).collect::<String>(),
                &found[..12]
            )));
        }
        if value.get("schema") != Some(&Value::from(SCHEMA)) {
            let found = value.get("schema").map_or("none".to_owned(), Value::to_string);
            return Err(problem(format!("expected record schema {SCHEMA}, found {found}")));
        }
        serde_json::from_value(value)
            .map_err(|error| problem(format!("expected a run record, found {error}")))
    }
}

/// The keys in the order of the file. A test holds it against the struct.
const KEYS: &[&str] = &[
    "schema",
    "method",
    "dataset",
    "split",
    "seed",
    "quick",
    "supervision",
    "metrics",
    "wall_s",
    "stages_s",
    "cluster_sizes",
    "facts",
    "history",
    "contingency",
    "assignment_digest",
    "figure_data_digest",
    "data",
    "fit_data",
    "spec",
    "identity",
    "revision",
    "arithmetic",
    "device",
    "threads",
    "machine",
];

/// Compact JSON with a blank after commas and colons outside strings.
fn spaced(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let entries = map.iter().map(|(key, v)| format!("{}: {}", Value::from(key.as_str()), spaced(v)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        Value::Array(values) => format!("[{}]", values.iter().map(spaced).collect::<Vec<_>>().join(", ")),
        scalar => scalar.to_string(),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::spec::tests::spec;

    pub(crate) fn record(seed: u64, sil: f64) -> RunRecord {
        let spec = spec(seed);
        RunRecord {
            schema: SCHEMA,
            method: spec.method.name.clone(),
            dataset: spec.dataset(),
            split: spec.data.split,
            seed: spec.seed,
            quick: false,
            supervision: "none".into(),
            metrics: [("acc", 0.5), ("sil", sil)].into_iter().collect(),
            wall_s: 1.5,
            stages_s: [("k-means".to_owned(), 1.25)].into(),
            identity: spec.identity().unwrap(),
            spec,
            data: DataFacts { n: 4, d: 2, classes: 2, digest: "00".into() },
            fit_data: Some(DataFacts { n: 3, d: 2, classes: 2, digest: "01".into() }),
            facts: [("inertia".to_owned(), 0.1)].into(),
            history: vec![Series { name: "loss".into(), step: "epoch".into(), values: vec![0.3, 1e-7] }],
            cluster_sizes: vec![3, 1],
            contingency: vec![vec![2, 0], vec![1, 1]],
            assignment_digest: "11".into(),
            figure_data_digest: None,
            revision: "abc".into(),
            arithmetic: "linux x86_64 AVX-512, MKL path native, libtorch 2.11.0".into(),
            device: "cpu".into(),
            threads: 1,
            machine: Machine { processor: "a processor".into(), cores: 2, system: "linux".into(), gpu: None },
        }
    }

    #[test]
    fn text_and_back() {
        let record = record(1, 0.0612);
        let text = record.to_text().unwrap();
        assert_eq!(RunRecord::from_text(&text, Path::new("r.json")).unwrap(), record);
        assert!(text.contains("\n  \"contingency\": [[2, 0], [1, 1]],\n"), "{text}");
    }

    #[test]
    fn every_field_is_written() {
        let value = serde_json::to_value(record(1, 0.1)).unwrap();
        let mut fields: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
        let mut keys = KEYS.to_vec();
        fields.sort_unstable();
        keys.sort_unstable();
        assert_eq!(fields, keys);
    }

    #[test]
    fn an_edited_record_is_refused() {
        let text = record(1, 0.0612).to_text().unwrap();
        let message = |text: &str| RunRecord::from_text(text, Path::new("r.json")).unwrap_err().to_string();
        let edited = message(&text.replace("0.0612", "0.1581"));
        assert!(edited.starts_with("r.json: changed after it was written"), "{edited}");
        assert!(message("{").starts_with("r.json: expected a run record"));
        assert!(message("{}").contains("expected a run record with a `digest`, found none"));
    }
}
