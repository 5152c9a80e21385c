//! Samples as every cluster's autoencoder reconstructs them.

use super::evaluate::Clustering;
use super::{ReconstructedSample, Reconstructions, RunSpec};
use crate::{Error, Result};
use base64::Engine;
use deepclust_datasets::Dataset;
use deepclust_methods::Model;
use ndarray::{ArrayView1, Axis, s};
use rand::Rng;

/// A random sample of each of the first `classes` classes.
pub(super) fn reconstructions(
    spec: &RunSpec,
    classes: usize,
    data: &Dataset,
    clustering: &Clustering<'_>,
    model: &dyn Model,
) -> Result<Reconstructions> {
    let unsuitable = |expected: &str, found: &str| Error::Unsuitable {
        dataset: data.name.clone(),
        expected: expected.to_owned(),
        found: found.to_owned(),
    };
    let shape = data.image.ok_or_else(|| unsuitable("images", "samples without an image shape"))?;
    let mut rng = spec.seed.stream("reconstructed samples");
    let rows: Vec<usize> = (0..classes.min(data.n_classes()))
        .filter_map(|class| {
            let members: Vec<usize> = (0..data.len()).filter(|&i| data.labels[i] == class).collect();
            (!members.is_empty()).then(|| members[rng.random_range(0..members.len())])
        })
        .collect();
    let x = data.features.dense()?.select(Axis(0), &rows);
    let all = model
        .reconstructions(x.view())?
        .ok_or_else(|| unsuitable("a method with an autoencoder of every cluster", &spec.method))?;
    let sample = |(i, &row): (usize, &usize)| {
        let by_cluster = || (0..all.dim().1).map(|cluster| all.slice(s![i, cluster, ..]));
        let error = |image: ArrayView1<'_, f32>| -> f32 {
            image.iter().zip(x.row(i)).map(|(a, b)| (a - b) * (a - b)).sum()
        };
        ReconstructedSample {
            class: data.class_names[data.labels[row]].clone(),
            cluster: clustering.clusters[row],
            pixels: encoded(x.row(i)),
            reconstructions: by_cluster().map(encoded).collect(),
            errors: by_cluster().map(error).collect(),
        }
    };
    let samples = rows.iter().enumerate().map(sample).collect();
    Ok(Reconstructions { height: shape.height, width: shape.width, samples })
}

fn encoded(pixels: ArrayView1<'_, f32>) -> String {
    let grey: Vec<u8> = pixels.iter().map(|v| (255.0 * v.clamp(0.0, 1.0)).round() as u8).collect();
    base64::engine::general_purpose::STANDARD.encode(grey)
}
