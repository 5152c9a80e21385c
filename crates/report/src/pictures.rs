//! Figures that are made of one record or a few.

use crate::{Error, Result, class_name};
use base64::Engine;
use deepclust_experiments::RunRecord;
use deepclust_experiments::measures::{MapData, SamplesData};
use deepclust_metrics::{Contingency, Matching, best_matching};
use deepclust_plots::{
    Axis, CellText, Curves, GridImage, GridRow, HeatMap, ImageGrid, Scatter, ScatterPanel, Series,
};
use ndarray::{Array1, Array2};

/// An image from the figure data of a record: 8-bit grey values as Base64.
///
/// # Errors
/// [`Error::FigureData`] when it is something else.
pub fn picture(record: &RunRecord, text: &str) -> Result<GridImage> {
    let pixels = base64::engine::general_purpose::STANDARD.decode(text).map_err(|error| {
        Error::FigureData { run: record.spec.title(), expected: "pixels in Base64", found: error.to_string() }
    })?;
    Ok(GridImage::new(Array1::from_vec(pixels).view()))
}

/// Members of each cluster, a row a cluster.
///
/// # Errors
/// When an image is damaged.
pub fn cluster_members(record: &RunRecord, grid: &SamplesData, title: String) -> Result<ImageGrid> {
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
    let (k, n_classes) = (record.cluster_sizes.len(), record.contingency.len());
    let matching = matching(record)?;
    let mut order: Vec<usize> = (0..k).collect();
    order.sort_by_key(|&cluster| matching.class_of(cluster).unwrap_or(n_classes));
    let counts =
        Array2::from_shape_fn((n_classes, k), |(class, i)| record.contingency[class][order[i]] as f64);
    let classes: Vec<String> = (0..n_classes).map(|class| class_name(&record.dataset, class)).collect();
    let clusters: Vec<String> = order.iter().map(ToString::to_string).collect();
    let mut map = HeatMap::new(title, counts.view(), &classes, &clusters);
    map.row_label = class.to_owned();
    map.column_label = "cluster".to_owned();
    map.text = CellText::Count;
    Ok(map)
}

/// The best one-to-one matching of clusters with classes.
fn matching(record: &RunRecord) -> Result<Matching> {
    let (mut classes, mut clusters) = (Vec::new(), Vec::new());
    for (class, row) in record.contingency.iter().enumerate() {
        for (cluster, &count) in row.iter().enumerate() {
            classes.extend(std::iter::repeat_n(class, count));
            clusters.extend(std::iter::repeat_n(cluster, count));
        }
    }
    Ok(best_matching(&Contingency::new(&classes, &clusters)?)?)
}

/// A map in two panels: by cluster and by class. A cluster has the colour of the class that it is matched with.
///
/// # Errors
/// When the record's counts are no table.
pub fn map(record: &RunRecord, map: &MapData, title: &str, class: &str) -> Result<Scatter> {
    let matching = matching(record)?;
    let k = record.cluster_sizes.len();
    let places = k.max(map.class_names.len());
    // The place of a cluster among the colours: its class's, and what is left for clusters without one.
    let mut place: Vec<Option<usize>> = (0..k).map(|cluster| matching.class_of(cluster)).collect();
    let mut free = (0..places).filter(|at| !place.contains(&Some(*at))).collect::<Vec<_>>().into_iter();
    place.iter_mut().filter(|at| at.is_none()).for_each(|at| *at = free.next());
    let mut names = vec![String::new(); places];
    for (cluster, at) in place.iter().enumerate() {
        if let Some(at) = at {
            names[*at] = cluster.to_string();
        }
    }
    let clusters: Vec<usize> =
        map.clusters.iter().map(|&cluster| place.get(cluster).copied().flatten().unwrap_or(0)).collect();
    let points = cloud(map);
    let panels = vec![
        ScatterPanel::new("coloured by cluster", points.view(), &clusters, &names).legend("cluster"),
        ScatterPanel::new("coloured by class", points.view(), &map.classes, &map.class_names).legend(class),
    ];
    Ok(Scatter::new(title, panels))
}

/// The points of a map, shape (n, dimensions).
pub fn cloud(map: &MapData) -> Array2<f64> {
    let n = map.coordinates.first().map_or(0, Vec::len);
    Array2::from_shape_fn((n, map.coordinates.len()), |(i, j)| f64::from(map.coordinates[j][i]))
}

/// A series of several records, a line a seed.
pub fn losses(records: &[RunRecord], series: &str, title: &str, unit: &str) -> Curves {
    let lines = records.iter().filter_map(|record| {
        let values = record.series(series)?.values.clone();
        let epochs: Vec<f64> = (1..=values.len()).map(|epoch| epoch as f64).collect();
        Some(Series::new(format!("seed {}", record.seed), epochs, values))
    });
    Curves::new(title, Axis::new("epoch"), Axis::new(unit), lines.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runs::tests::record;

    #[test]
    fn more_clusters_than_classes_have_places() {
        let mut record = record(0, 0.5);
        record.contingency = vec![vec![0, 5, 1], vec![4, 0, 0]];
        record.cluster_sizes = vec![4, 5, 1];
        confusion(&record, "c".to_owned(), "class").unwrap();
        let data = MapData {
            coordinates: vec![vec![0.0, 1.0, 2.0], vec![0.0, 1.0, 0.5]],
            clusters: vec![0, 1, 2],
            classes: vec![1, 0, 0],
            class_names: vec!["a".to_owned(), "b".to_owned()],
        };
        let scatter = map(&record, &data, "m", "class").unwrap();
        // Cluster 1 is class 0's, cluster 0 is class 1's, and cluster 2 has a place of its own.
        assert_eq!(scatter.panels[0].labels, [1, 0, 2]);
        assert_eq!(scatter.panels[0].categories, ["1", "0", "2"]);
    }
}
