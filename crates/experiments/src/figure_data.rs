use serde::{Deserialize, Serialize};

/// What figures need beyond the record. It lies in a file of its own, so that records stay small.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FigureData {
    /// A map of the embedding.
    pub tsne: Option<TsneMap>,
    /// Example images.
    pub images: Option<SampleGrid>,
    /// Further maps, in the order in which they were asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub maps: Vec<EmbeddingMap>,
    /// Samples as every cluster's autoencoder reconstructs them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reconstructions: Option<Reconstructions>,
}

/// Samples as every cluster's autoencoder reconstructs them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reconstructions {
    /// Rows of pixels.
    pub height: usize,
    /// Columns of pixels.
    pub width: usize,
    /// The samples, each of another class.
    pub samples: Vec<ReconstructedSample>,
}

/// One sample and what the clusters' autoencoders make of it. Pixels are Base64 of 8-bit grey values for [0, 1].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReconstructedSample {
    /// Name of its class.
    pub class: String,
    /// The cluster that it was found in.
    pub cluster: usize,
    /// Its pixels.
    pub pixels: String,
    /// The reconstruction of every cluster.
    pub reconstructions: Vec<String>,
    /// ‖x − x̂‖² of every cluster.
    pub errors: Vec<f32>,
}

/// A map of an embedding in two or three dimensions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmbeddingMap {
    /// A list of coordinates for each dimension, rounded to two decimals.
    pub coordinates: Vec<Vec<f32>>,
    /// The class of each point, as its position in `class_names`.
    pub classes: Vec<usize>,
    /// Names of the classes shown.
    pub class_names: Vec<String>,
}

/// A t-SNE map.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TsneMap {
    /// First coordinate, rounded to two decimals.
    pub x: Vec<f32>,
    /// Second coordinate, likewise.
    pub y: Vec<f32>,
    /// The cluster of each point.
    pub clusters: Vec<usize>,
    /// The class of each point.
    pub classes: Vec<usize>,
    /// Names of the classes.
    pub class_names: Vec<String>,
}

/// Example images of every cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleGrid {
    /// Rows of pixels.
    pub height: usize,
    /// Columns of pixels.
    pub width: usize,
    /// By cluster, each image's pixels as Base64 of 8-bit grey values.
    pub clusters: Vec<Vec<String>>,
}

impl FigureData {
    /// Whether there is nothing to draw.
    pub fn is_empty(&self) -> bool {
        self.tsne.is_none() && self.images.is_none() && self.maps.is_empty() && self.reconstructions.is_none()
    }
}
