use super::digest_json;
use crate::Result;
use deepclust_cluster::KMeansSettings;
use deepclust_datasets::Split;
use deepclust_manifold::TsneSettings;
use deepclust_methods::Seed;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::PathBuf;

/// One measurement to make: one method with its settings on one data set from one seed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunSpec {
    /// Name of the data set.
    pub dataset: String,
    /// The published part of it that is clustered and scored.
    pub split: Split,
    /// A random subset of that many samples, where not all are used.
    pub samples: Option<usize>,
    /// Where the method is fitted, if not on what is scored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fit: Option<FitPart>,
    /// Name of the method.
    pub method: String,
    /// Name of the deviation, where the run belongs to an ablation.
    pub variant: Option<String>,
    /// Every hyper-parameter of the method.
    pub settings: Value,
    /// Root of all randomness.
    pub seed: Seed,
    /// Whether it is a small version, not a result.
    pub quick: bool,
    /// What to measure besides the metrics.
    pub extras: Extras,
}

/// The samples that a method is fitted on, where others are scored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FitPart {
    /// The published part of the data set.
    pub split: Split,
    /// A random subset of that many samples, where not all are used.
    pub samples: Option<usize>,
    /// Whether the method gets these samples' labels.
    pub labelled: bool,
}

/// Measurements that only some runs need.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Extras {
    /// A map of the embedding.
    pub tsne: Option<TsneExtra>,
    /// That many example images of every cluster.
    pub images_per_cluster: Option<usize>,
    /// Silhouettes of random subsets of these sizes, as scikit-learn's `sample_size` takes them.
    pub silhouette_samples: Vec<usize>,
    /// Further maps of the embedding.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub maps: Vec<MapExtra>,
    /// k-means once more, on the scored samples' own embedding: its scores are kept with `recluster_` before their names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recluster: Option<KMeansSettings>,
    /// A random sample of each of that many classes, as the autoencoder of every cluster reconstructs it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reconstructions: Option<usize>,
}

/// A t-SNE map of a random subset of the scored samples, the same one for every method at a seed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MapExtra {
    /// Size of the subset; all samples if there are fewer.
    pub samples: usize,
    /// Only samples of that many random classes, where not all are shown.
    pub classes: Option<usize>,
    /// The map's own settings.
    pub settings: TsneSettings,
}

/// A t-SNE map of a random subset of the samples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TsneExtra {
    /// Size of the subset; all samples if there are fewer.
    pub samples: usize,
    /// The map's own settings.
    pub settings: TsneSettings,
}

impl RunSpec {
    /// Digest of everything that decides the result. A record of another identity is not a record of this run.
    ///
    /// # Errors
    /// When the settings cannot be expressed as JSON.
    pub fn identity(&self) -> Result<String> {
        Ok(digest_json(self)?)
    }

    /// The method's name with the variant, as folders are called.
    pub fn folder(&self) -> String {
        match &self.variant {
            Some(variant) => format!("{}--{variant}", self.method),
            None => self.method.clone(),
        }
    }

    /// Where the record lies below the output folder: `runs/<dataset>/<method>/<seed>.json`, ablations beside `runs`.
    pub fn record_path(&self) -> PathBuf {
        let kind = if self.variant.is_some() { "ablations" } else { "runs" };
        self.path_below(kind)
    }

    /// Where the data of its figures lie below the output folder, given the digest of their text.
    pub fn figure_data_path(&self, digest: &str) -> PathBuf {
        let short: String = digest.chars().take(12).collect();
        self.path_below("figures/data").with_extension(format!("{short}.json"))
    }

    fn path_below(&self, folder: &str) -> PathBuf {
        PathBuf::from(folder).join(&self.dataset).join(self.folder()).join(format!("{}.json", self.seed.0))
    }

    /// What a person calls this run.
    pub fn title(&self) -> String {
        format!("{} {} seed {}", self.dataset, self.folder(), self.seed.0)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use serde_json::json;

    pub(crate) fn spec(seed: u64) -> RunSpec {
        RunSpec {
            dataset: "mnist".into(),
            split: Split::Train,
            samples: None,
            fit: None,
            method: "k-means".into(),
            variant: None,
            settings: json!({"k_means": {"n_init": 10}}),
            seed: Seed(seed),
            quick: false,
            extras: Extras::default(),
        }
    }

    #[test]
    fn paths() {
        assert_eq!(spec(3).record_path(), PathBuf::from("runs/mnist/k-means/3.json"));
        let ablation = RunSpec { variant: Some("n-init-1".into()), ..spec(3) };
        assert_eq!(ablation.record_path(), PathBuf::from("ablations/mnist/k-means--n-init-1/3.json"));
        let data = PathBuf::from("figures/data/mnist/k-means--n-init-1/3.0123456789ab.json");
        assert_eq!(ablation.figure_data_path("0123456789abcdef"), data);
    }

    #[test]
    fn identity_follows_every_setting() {
        let changed = RunSpec { settings: json!({"k_means": {"n_init": 11}}), ..spec(0) };
        assert_eq!(spec(0).identity().unwrap(), spec(0).identity().unwrap());
        assert_ne!(spec(0).identity().unwrap(), changed.identity().unwrap());
        assert_ne!(spec(0).identity().unwrap(), spec(1).identity().unwrap());
    }

    #[test]
    fn what_a_run_does_not_ask_for_does_not_enter_its_identity() {
        // Records written before these fields existed keep their identity.
        let text = serde_json::to_string(&spec(0)).unwrap();
        assert!(
            ["fit", "maps", "recluster", "reconstructions"].iter().all(|name| !text.contains(name)),
            "{text}"
        );
    }

    #[test]
    fn survives_json() {
        let text = serde_json::to_string(&spec(1)).unwrap();
        assert_eq!(serde_json::from_str::<RunSpec>(&text).unwrap(), spec(1));
    }
}
