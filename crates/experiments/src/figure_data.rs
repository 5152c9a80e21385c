//! What figures need beyond the metrics.

use crate::{Metrics, Result};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// What figures need beyond the metrics, by the measure that left it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FigureData(BTreeMap<String, Value>);

impl FigureData {
    /// Whether there is nothing to draw.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Keeps what a measure left.
    ///
    /// # Errors
    /// When it cannot be expressed as JSON.
    pub fn insert(&mut self, key: &str, data: &impl Serialize) -> Result<()> {
        // Through text: as a value an f32 would get the digits of an f64.
        self.0.insert(key.to_owned(), serde_json::from_str(&serde_json::to_string(data)?)?);
        Ok(())
    }

    /// What a measure left; none where it was not made.
    ///
    /// # Errors
    /// When it is of another form.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>> {
        Ok(self.0.get(key).map(T::deserialize).transpose()?)
    }
}

/// What measures leave.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measured {
    /// Numbers.
    pub metrics: Metrics,
    /// What is drawn.
    pub figures: FigureData,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measures::{Samples, SamplesData};

    #[test]
    fn every_measure_has_its_own_place() {
        let mut data = FigureData::default();
        let samples = SamplesData { height: 1, width: 1, clusters: vec![vec!["AA==".into()]] };
        data.insert(Samples::KEY, &samples).unwrap();
        assert_eq!(data.get::<SamplesData>(Samples::KEY).unwrap(), Some(samples));
        assert_eq!(data.get::<SamplesData>("map-2d").unwrap(), None);
        assert!(data.get::<Vec<u8>>(Samples::KEY).is_err());
    }
}
