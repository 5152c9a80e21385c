//! What a run is.

use crate::measures::{
    Course, Covariances, Entropies, Epochs, Generated, Map, OtherK, Recluster, Reconstructions,
    SampledSilhouette, Samples, Spaces,
};
use deepclust_datasets::own::OwnOptions;
use deepclust_datasets::{Split, Subset};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::PathBuf;

/// One measurement to make: one method with its settings on one part of a data set from one seed.
///
/// It says everything that decides the result, and nothing of who asks for it: two papers that want the same run share its record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunSpec {
    /// What is clustered and scored.
    pub data: DataSpec,
    /// Where the method is fitted, if not on what is scored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fit: Option<FitSpec>,
    /// How many clusters are looked for.
    #[serde(default, skip_serializing_if = "Clusters::is_classes")]
    pub clusters: Clusters,
    /// What looks for them.
    pub method: MethodSpec,
    /// Root of all randomness.
    pub seed: u64,
    /// A result, or a small version.
    #[serde(default, skip_serializing_if = "Scale::is_full")]
    pub scale: Scale,
    /// What is measured besides the usual metrics. It does not decide the clusters, and is no part of the identity.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub measures: Vec<MeasureSpec>,
}

/// Samples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataSpec {
    /// Where they come from.
    pub source: Source,
    /// The published part of them.
    #[serde(default)]
    pub split: Split,
    /// Some of these, where not all are used; a random subset is drawn from the run's seed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subset: Option<Subset>,
}

/// Where samples come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[expect(clippy::large_enum_variant, reason = "a run has one")]
pub enum Source {
    /// A data set of the catalogue.
    Named(String),
    /// A file of the user's.
    File(FileSource),
    /// Made from the run's seed.
    Generated(Generator),
}

/// A file of the user's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileSource {
    /// Where it lies. No part of the identity: a file that is moved has the same content.
    pub path: PathBuf,
    /// SHA-256 of features and labels as they are read ([`Dataset::digest`](deepclust_datasets::Dataset::digest)).
    pub digest: String,
    /// How it is read.
    #[serde(default)]
    pub options: OwnOptions,
}

/// Samples that are made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Generator {
    /// Points from a standard Gaussian, each with a random label: there is nothing to find.
    GaussianPoints {
        /// Points.
        samples: usize,
        /// Coordinates of each.
        features: usize,
        /// Labels.
        classes: usize,
    },
}

/// The samples that a method is fitted on, where others of the same source are scored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FitSpec {
    /// The published part of the data set.
    pub split: Split,
    /// Some of these, where not all are used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subset: Option<Subset>,
    /// Whether the method gets these samples' labels.
    #[serde(default)]
    pub labelled: bool,
}

/// A number of clusters. No method's settings hold another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Clusters {
    /// As many as the data set has classes.
    #[default]
    Classes,
    /// That many.
    Fixed(usize),
}

impl Clusters {
    fn is_classes(&self) -> bool {
        *self == Self::Classes
    }
}

/// A method by its name with its settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MethodSpec {
    /// As in the registry of methods.
    pub name: String,
    /// Every hyper-parameter.
    pub settings: Value,
}

/// A result, or a small version that shows that everything works.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scale {
    /// A result.
    #[default]
    Full,
    /// A small version: no result.
    Quick,
}

impl Scale {
    fn is_full(&self) -> bool {
        *self == Self::Full
    }

    /// Whether it is a small version.
    pub fn is_quick(self) -> bool {
        self == Self::Quick
    }

    /// The one or the other.
    pub fn pick<T>(self, full: T, quick: T) -> T {
        if self.is_quick() { quick } else { full }
    }
}

/// A measurement that only some runs need; each is one file in [`measures`](crate::measures).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum MeasureSpec {
    /// The silhouette of a random subset.
    SampledSilhouette(SampledSilhouette),
    /// k-means once more, on the scored samples' own embedding.
    Recluster(Recluster),
    /// A t-SNE map of the embedding.
    Map(Map),
    /// Example images of every cluster.
    Samples(Samples),
    /// Samples as the autoencoder of every cluster reconstructs them.
    Reconstructions(Reconstructions),
    /// The embedding at steps of the training.
    Course(Course),
    /// Entropies of the clusters' sizes.
    Entropies(Entropies),
    /// Scores of the clusters at some epochs.
    Epochs(Epochs),
    /// Example images of the clusters with another k.
    OtherK(OtherK),
    /// Codes and embedding of some samples at some epochs.
    Spaces(Spaces),
    /// How soft assignments vary together.
    Covariances(Covariances),
    /// Images that a model makes up.
    Generated(Generated),
}

impl MeasureSpec {
    /// Whether the results of both have one place in a record, so that only one of them can be kept.
    pub fn is_kept_with(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::OtherK(one), Self::OtherK(other)) => one.k == other.k,
            (Self::Map(one), Self::Map(other)) => one.settings.n_components == other.settings.n_components,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }
}

impl RunSpec {
    /// The data set's name in paths and titles.
    pub fn dataset(&self) -> String {
        match &self.data.source {
            Source::Named(name) => name.clone(),
            Source::File(file) => {
                let stem = file.path.file_stem().unwrap_or_default().to_string_lossy();
                let plain = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' };
                format!("file-{}", stem.chars().map(plain).collect::<String>())
            }
            Source::Generated(Generator::GaussianPoints { .. }) => "gaussian-points".to_owned(),
        }
    }

    /// The same run from another seed.
    pub fn with_seed(&self, seed: u64) -> Self {
        Self { seed, ..self.clone() }
    }

    /// Whether everything is measured here that `wanted` asks for.
    pub fn measures_all(&self, wanted: &Self) -> bool {
        wanted.measures.iter().all(|measure| self.measures.contains(measure))
    }

    /// What a person calls this run.
    pub fn title(&self) -> String {
        format!("{} {} seed {}", self.dataset(), self.method.name, self.seed)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use serde_json::json;

    pub(crate) fn spec(seed: u64) -> RunSpec {
        RunSpec {
            data: DataSpec { source: Source::Named("mnist".into()), split: Split::Train, subset: None },
            fit: None,
            clusters: Clusters::Classes,
            method: MethodSpec { name: "k-means".into(), settings: json!({"k_means": {"n_init": 10}}) },
            seed,
            scale: Scale::Full,
            measures: Vec::new(),
        }
    }

    #[test]
    fn survives_json() {
        let measures = vec![MeasureSpec::SampledSilhouette(SampledSilhouette { samples: 1000 })];
        let fit = Some(FitSpec { split: Split::Train, subset: Some(Subset::First { n: 5 }), labelled: true });
        let run = RunSpec { measures, fit, clusters: Clusters::Fixed(3), scale: Scale::Quick, ..spec(1) };
        let text = serde_json::to_string(&run).unwrap();
        assert_eq!(serde_json::from_str::<RunSpec>(&text).unwrap(), run);
    }

    #[test]
    fn a_file_is_called_by_its_name() {
        let path = PathBuf::from("some/where/My data (1).csv");
        let file = FileSource { path, digest: "00".into(), options: OwnOptions::default() };
        let data = DataSpec { source: Source::File(file), split: Split::All, subset: None };
        assert_eq!(RunSpec { data, ..spec(0) }.dataset(), "file-My-data--1-");
    }
}
