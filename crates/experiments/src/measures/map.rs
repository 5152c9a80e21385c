//! What figures need beyond the metrics.

use super::evaluate::Clustering;
use super::reconstructions::reconstructions;
use super::{EmbeddingMap, Extras, FigureData, MapExtra, RunSpec, SampleGrid, TsneExtra, TsneMap};
use crate::{Error, Result};
use base64::Engine;
use deepclust_datasets::{Dataset, ImageShape};
use deepclust_manifold::tsne;
use deepclust_methods::Model;
use ndarray::{ArrayView1, ArrayView2, Axis};
use rand::seq::index;

/// Everything that the run's extras ask for.
pub(super) fn figure_data(
    spec: &RunSpec,
    data: &Dataset,
    clustering: &Clustering<'_>,
    model: &dyn Model,
) -> Result<FigureData> {
    let Extras { tsne, images_per_cluster, maps, .. } = &spec.extras;
    let images = match (images_per_cluster, data.image) {
        (Some(count), Some(shape)) => Some(sample_grid(spec, data, shape, clustering.clusters, *count)?),
        (Some(_), None) => {
            return Err(Error::Unsuitable {
                dataset: data.name.clone(),
                expected: "images, for the grid of samples".to_owned(),
                found: "samples without an image shape".to_owned(),
            });
        }
        (None, _) => None,
    };
    let tsne = match tsne {
        Some(extra) => Some(tsne_map(spec, extra, data, clustering)?),
        None => None,
    };
    let map = |extra| embedding_map(spec, extra, data, clustering.features);
    let reconstructions = match spec.extras.reconstructions {
        Some(classes) => Some(reconstructions(spec, classes, data, clustering, model)?),
        None => None,
    };
    Ok(FigureData { tsne, images, maps: maps.iter().map(map).collect::<Result<_>>()?, reconstructions })
}

fn tsne_map(
    spec: &RunSpec,
    extra: &TsneExtra,
    data: &Dataset,
    clustering: &Clustering<'_>,
) -> Result<TsneMap> {
    let mut rng = spec.seed.stream("t-sne");
    let n = data.len();
    let mut rows = index::sample(&mut rng, n, extra.samples.min(n)).into_vec();
    rows.sort_unstable();
    let features = clustering.features.select(Axis(0), &rows);
    let map = tsne(features.view(), &extra.settings, &mut rng)?;
    Ok(TsneMap {
        x: rounded(map.column(0)),
        y: rounded(map.column(1)),
        clusters: rows.iter().map(|&row| clustering.clusters[row]).collect(),
        classes: rows.iter().map(|&row| data.labels[row]).collect(),
        class_names: data.class_names.clone(),
    })
}

fn rounded(column: ArrayView1<'_, f32>) -> Vec<f32> {
    column.iter().map(|v| (v * 100.0).round() / 100.0).collect()
}

fn embedding_map(
    spec: &RunSpec,
    extra: &MapExtra,
    data: &Dataset,
    features: ArrayView2<'_, f32>,
) -> Result<EmbeddingMap> {
    // Drawn from the seed alone, so that maps of different methods show the same samples.
    let mut rng = spec.seed.stream("map samples");
    let all = data.n_classes();
    let mut shown = index::sample(&mut rng, all, extra.classes.unwrap_or(all).min(all)).into_vec();
    shown.sort_unstable();
    let position: Vec<Option<usize>> = (0..all).map(|class| shown.iter().position(|&c| c == class)).collect();
    let candidates: Vec<usize> =
        (0..data.len()).filter(|&row| position[data.labels[row]].is_some()).collect();
    let chosen = index::sample(&mut rng, candidates.len(), extra.samples.min(candidates.len()));
    let mut rows: Vec<usize> = chosen.iter().map(|i| candidates[i]).collect();
    rows.sort_unstable();
    let map = tsne(features.select(Axis(0), &rows).view(), &extra.settings, &mut spec.seed.stream("map"))?;
    Ok(EmbeddingMap {
        coordinates: map.columns().into_iter().map(rounded).collect(),
        classes: rows.iter().filter_map(|&row| position[data.labels[row]]).collect(),
        class_names: shown.iter().map(|&class| data.class_names[class].clone()).collect(),
    })
}

fn sample_grid(
    spec: &RunSpec,
    data: &Dataset,
    shape: ImageShape,
    clusters: &[usize],
    count: usize,
) -> Result<SampleGrid> {
    let mut rng = spec.seed.stream("sample images");
    let x = data.features.dense()?;
    let (low, high) = x.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(l, h), &v| (l.min(v), h.max(v)));
    let grey = |v: f32| (255.0 * (v - low) / (high - low).max(f32::MIN_POSITIVE)).round() as u8;
    let encoded = |row: usize| {
        let pixels: Vec<u8> = x.row(row).iter().map(|&v| grey(v)).collect();
        base64::engine::general_purpose::STANDARD.encode(pixels)
    };
    let rows = (0..data.n_classes()).map(|cluster| {
        let members: Vec<usize> = (0..clusters.len()).filter(|&i| clusters[i] == cluster).collect();
        let chosen = index::sample(&mut rng, members.len(), count.min(members.len()));
        chosen.iter().map(|i| encoded(members[i])).collect()
    });
    Ok(SampleGrid { height: shape.height, width: shape.width, clusters: rows.collect() })
}
