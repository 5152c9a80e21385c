//! Samples as every cluster's autoencoder reconstructs them.

use serde::{Deserialize, Serialize};

/// A random sample of each class as the autoencoder of every cluster reconstructs it: figure data [`ReconstructionsData`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reconstructions {
    /// That many classes, from the first.
    pub classes: usize,
}

impl Reconstructions {
    /// Its place in the figure data.
    pub const KEY: &'static str = "reconstructions";
}

/// Samples and what the autoencoders make of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReconstructionsData {
    /// Rows of pixels.
    pub height: usize,
    /// Columns of pixels.
    pub width: usize,
    /// One a class.
    pub samples: Vec<ReconstructedSample>,
}

/// A sample and its reconstructions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReconstructedSample {
    /// The name of its class.
    pub class: String,
    /// Its cluster.
    pub cluster: usize,
    /// Its pixels as Base64 of 8-bit grey values.
    pub pixels: String,
    /// The same by every cluster's autoencoder.
    pub reconstructions: Vec<String>,
    /// ‖x − x̂‖² of each.
    pub errors: Vec<f32>,
}

#[cfg(feature = "run")]
impl super::Measure for Reconstructions {
    fn measure(&self, run: &super::Scored<'_>, into: &mut crate::Measured) -> crate::Result<()> {
        use super::run::encoded;
        use ndarray::{Axis, s};
        use rand::Rng;
        let shape = run.image_shape()?;
        let truth =
            run.truth().ok_or_else(|| run.unsuitable("labels, to take a sample of each class", "none"))?;
        let mut rng = run.seed().stream("reconstructed samples");
        let rows: Vec<usize> = (0..self.classes.min(run.data.n_classes()))
            .filter_map(|class| {
                let members: Vec<usize> = (0..truth.len()).filter(|&i| truth[i] == class).collect();
                (!members.is_empty()).then(|| members[rng.random_range(0..members.len())])
            })
            .collect();
        let x = run.x.select(Axis(0), &rows);
        let expected = "a method with an autoencoder of every cluster";
        let all = run
            .model
            .reconstructions(x.view())?
            .ok_or_else(|| run.unsuitable(expected, &run.spec.method.name))?;
        let sample = |(i, &row): (usize, &usize)| {
            let by_cluster = || (0..all.dim().1).map(|cluster| all.slice(s![i, cluster, ..]));
            let error = |image: ndarray::ArrayView1<'_, f32>| -> f32 {
                image.iter().zip(x.row(i)).map(|(a, b)| (a - b) * (a - b)).sum()
            };
            ReconstructedSample {
                class: run.data.class_names[truth[row]].clone(),
                cluster: run.clusters[row],
                pixels: encoded(x.row(i).iter().copied()),
                reconstructions: by_cluster().map(|image| encoded(image.iter().copied())).collect(),
                errors: by_cluster().map(error).collect(),
            }
        };
        let samples = rows.iter().enumerate().map(sample).collect();
        let data = ReconstructionsData { height: shape.height, width: shape.width, samples };
        into.figures.insert(Self::KEY, &data)
    }
}
