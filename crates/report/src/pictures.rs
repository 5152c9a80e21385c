//! Figures that several papers' pages have.

use super::class_name;
use crate::run::{RunRecord, SampleGrid};
use crate::{Error, Result};
use base64::Engine;
use deepclust_metrics::{Contingency, best_matching};
use deepclust_plots::{CellText, GridImage, GridRow, HeatMap, ImageGrid};
use ndarray::{Array1, Array2};

/// An image from the figure data of a record: 8-bit grey values as Base64.
///
/// # Errors
/// [`Error::Record`] when it is something else.
pub fn picture(record: &RunRecord, text: &str) -> Result<GridImage> {
    let pixels = base64::engine::general_purpose::STANDARD.decode(text).map_err(|error| Error::Record {
        path: record.spec.figure_data_path(record.figure_data_digest.as_deref().unwrap_or_default()),
        problem: format!("expected pixels in Base64, found {error}"),
    })?;
    Ok(GridImage::new(Array1::from_vec(pixels).view()))
}

/// Members of each cluster, a row a cluster.
///
/// # Errors
/// When an image is damaged.
pub fn cluster_members(record: &RunRecord, grid: &SampleGrid, title: String) -> Result<ImageGrid> {
    let rows = grid.clusters.iter().enumerate().map(|(cluster, images)| {
        let images = images.iter().map(|text| picture(record, text)).collect::<Result<Vec<_>>>()?;
        Ok(GridRow::new(format!("cluster {cluster} ({})", record.cluster_sizes[cluster]), images))
    });
    let rows = rows.collect::<Result<Vec<_>>>()?;
    Ok(ImageGrid::new(title, grid.height, grid.width, rows).range(0.0, 255.0))
}

/// Classes against clusters, each cluster under the class that it is matched with.
///
/// # Errors
/// When the record's counts are no table.
pub fn confusion(record: &RunRecord, title: String, class: &str) -> Result<HeatMap> {
    let k = record.contingency.len();
    let (mut classes, mut clusters) = (Vec::new(), Vec::new());
    for (class, row) in record.contingency.iter().enumerate() {
        for (cluster, &count) in row.iter().enumerate() {
            classes.extend(std::iter::repeat_n(class, count));
            clusters.extend(std::iter::repeat_n(cluster, count));
        }
    }
    let matching = best_matching(&Contingency::new(&classes, &clusters)?)?;
    let mut order: Vec<usize> = (0..k).collect();
    order.sort_by_key(|&cluster| matching.class_of(cluster).unwrap_or(k));
    let counts = Array2::from_shape_fn((k, k), |(class, i)| record.contingency[class][order[i]] as f64);
    let classes: Vec<String> = (0..k).map(|class| class_name(&record.dataset, class)).collect();
    let clusters: Vec<String> = order.iter().map(ToString::to_string).collect();
    let mut map = HeatMap::new(title, counts.view(), &classes, &clusters);
    map.row_label = class.to_owned();
    map.column_label = "cluster".to_owned();
    map.text = CellText::Count;
    Ok(map)
}
