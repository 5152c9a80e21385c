use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Measured numbers by name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Metrics(BTreeMap<String, f64>);

impl Metrics {
    /// One number, if it was measured.
    pub fn get(&self, name: &str) -> Option<f64> {
        self.0.get(name).copied()
    }

    /// All numbers by name, in order of names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, f64)> {
        self.0.iter().map(|(name, &value)| (name.as_str(), value))
    }

    /// Adds a number.
    pub fn insert(&mut self, name: impl Into<String>, value: f64) {
        self.0.insert(name.into(), value);
    }

    /// The six main numbers in a line, as far as they were measured.
    pub fn summary(&self) -> String {
        let named = ["acc", "nmi", "ari", "sil", "chs", "dbi"].map(|name| self.get(name).map(|v| (name, v)));
        let shown = named
            .into_iter()
            .flatten()
            .map(|(name, v)| if name == "chs" { format!("{name} {v:.1}") } else { format!("{name} {v:.4}") });
        shown.collect::<Vec<_>>().join("  ")
    }
}

impl<K: Into<String>> FromIterator<(K, f64)> for Metrics {
    fn from_iter<I: IntoIterator<Item = (K, f64)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }
}
