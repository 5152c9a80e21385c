use super::{Algorithm, Init, KMeansSettings, Keep};
use crate::error::Result;
use serde::{Deserialize, Serialize};

/// [`KMeansSettings`] without the number of clusters: for methods that are told k together with the samples, so that it stands in
/// one place.
///
/// ```
/// use deepclust_cluster::{KMeansOptions, KMeansSettings};
/// let options = KMeansOptions { n_init: 20, ..KMeansOptions::default() };
/// assert_eq!(options.for_k(10), KMeansSettings::new(10).n_init(20));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct KMeansOptions {
    /// First centres.
    pub init: Init,
    /// Number of runs, each from its own first centres.
    pub n_init: usize,
    /// Most iterations of a run.
    pub max_iter: usize,
    /// A run ends when the centres' squared shifts sum to at most this times the mean variance of a feature.
    pub tol: f64,
    /// Assignment step.
    pub algorithm: Algorithm,
    /// Which run is reported.
    pub keep: Keep,
    /// Most iterations of each run, one run for each number, in place of `n_init` and `max_iter`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Vec<usize>>,
}

impl Default for KMeansOptions {
    fn default() -> Self {
        KMeansSettings::new(1).into()
    }
}

impl KMeansOptions {
    /// As [`KMeansSettings::nine_runs`].
    #[must_use]
    pub fn nine_runs() -> Self {
        KMeansSettings::nine_runs(1).into()
    }

    /// The settings for k clusters.
    #[must_use]
    pub fn for_k(&self, k: usize) -> KMeansSettings {
        let Self { init, n_init, max_iter, tol, algorithm, keep, schedule } = self.clone();
        KMeansSettings { n_clusters: k, init, n_init, max_iter, tol, algorithm, keep, schedule }
    }

    /// Checks every field's range.
    ///
    /// # Errors
    /// As [`KMeansSettings::validate`].
    pub fn validate(&self) -> Result<()> {
        self.for_k(1).validate()
    }
}

impl From<KMeansSettings> for KMeansOptions {
    /// All but the number of clusters.
    fn from(settings: KMeansSettings) -> Self {
        let KMeansSettings { n_clusters: _, init, n_init, max_iter, tol, algorithm, keep, schedule } =
            settings;
        Self { init, n_init, max_iter, tol, algorithm, keep, schedule }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_clusters_is_no_field() {
        let json = serde_json::to_value(KMeansOptions::nine_runs()).unwrap();
        assert!(json.get("n_clusters").is_none());
        assert_eq!(
            serde_json::from_value::<KMeansOptions>(json).unwrap().for_k(7),
            KMeansSettings::nine_runs(7)
        );
        assert!(serde_json::from_str::<KMeansOptions>(r#"{"n_clusters": 3}"#).is_err());
        assert_eq!(serde_json::from_str::<KMeansOptions>("{}").unwrap(), KMeansOptions::default());
        assert!(KMeansOptions { n_init: 0, ..KMeansOptions::default() }.validate().is_err());
    }
}
