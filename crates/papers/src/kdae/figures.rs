//! Figure 2 and what else shows how k-DAE gets where it gets.

use super::protocol::{PICTURED, SHOWN};
use super::rows::{row_name, row_records};
use super::tables::dataset_name;
use super::{SLUG, Sets};
use crate::Result;
use crate::render::{Drawn, cluster_members, confusion, picture};
use crate::run::{FigureData, Reconstructions, RunRecord, Store};
use deepclust_methods::{AeKMeans, KDae};
use deepclust_plots::{Axis, Curves, GridRow, ImageGrid, Panels, Series};

/// Draws what the records allow.
pub(super) fn draw(store: &Store, sets: &Sets, quick: bool) -> Result<Drawn> {
    let mut drawn = Drawn::new(SLUG);
    for dataset in SHOWN {
        for variant in PICTURED {
            let records = row_records(sets, dataset, (KDae::SLUG, variant));
            if let Some(record) = records.iter().find(|record| record.figure_data_digest.is_some()) {
                draw_run(&mut drawn, store, sets, record, quick)?;
            }
        }
    }
    Ok(drawn)
}

fn draw_run(drawn: &mut Drawn, store: &Store, sets: &Sets, record: &RunRecord, quick: bool) -> Result<()> {
    let (dataset, variant) = (record.dataset.as_str(), record.variant.as_deref());
    let row = row_name((KDae::SLUG, variant));
    let title = |what: &str| format!("{}, {row}: {what} (seed {})", dataset_name(dataset), record.seed.0);
    let file = |name: &str| match variant {
        Some(variant) => format!("{dataset}-{variant}-{name}"),
        None => format!("{dataset}-{name}"),
    };
    let FigureData { images, reconstructions, .. } = store.figure_data(record)?;
    if let Some(all) = reconstructions {
        let figure = decoders(record, &all, title("a sample of each class through all autoencoders"))?;
        let caption = "Figure 2: a sample of each class and what the autoencoder of every cluster makes of it, with ‖x − x̂‖²; the least is framed";
        drawn.save(store, &file("decoders"), title(caption), &figure.quick(quick))?;
    }
    if let Some(grid) = images {
        let caption = "random members of each cluster";
        let figure = cluster_members(record, &grid, title(caption))?.quick(quick);
        drawn.save(store, &file("samples"), title(caption), &figure)?;
    }
    let caption = "classes against clusters, after the best matching";
    let figure = confusion(record, title(caption), "class")?.quick(quick);
    drawn.save(store, &file("confusion"), title(caption), &figure)?;
    // The layers' losses are kept by the run that ends with this training; other starts have no training of layers.
    let starts = sets.main.of(dataset, AeKMeans::SLUG, None).into_iter();
    let start = starts.filter(|_| variant.is_none()).find(|start| start.seed == record.seed);
    let caption = title("losses by phase");
    drawn.save(store, &file("losses"), caption.clone(), &losses(start, record, caption, quick))?;
    let caption = "mean share of each cluster in the batches of an epoch of the joint training, times the number of samples";
    drawn.save(
        store,
        &file("sizes"),
        title(caption),
        &sizes(record, title("sizes of the clusters"), quick),
    )?;
    Ok(())
}

/// The paper's Figure 2.
fn decoders(record: &RunRecord, all: &Reconstructions, title: String) -> Result<ImageGrid> {
    let rows = all.samples.iter().map(|sample| {
        let mut images = vec![picture(record, &sample.pixels)?];
        let errors = sample.errors.iter().enumerate();
        let least = errors.min_by(|a, b| a.1.total_cmp(b.1)).map(|(i, _)| i);
        for (i, (image, error)) in sample.reconstructions.iter().zip(&sample.errors).enumerate() {
            let image = picture(record, image)?.caption(format!("{error:.1}"));
            images.push(image.marked(Some(i) == least));
        }
        Ok(GridRow::new(format!("class {}", sample.class), images))
    });
    let rows = rows.collect::<Result<Vec<_>>>()?;
    let mut grid = ImageGrid::new(title, all.height, all.width, rows).range(0.0, 255.0);
    let clusters = (0..record.cluster_sizes.len()).map(|cluster| format!("cluster {cluster}"));
    grid.column_names = std::iter::once("input".to_owned()).chain(clusters).collect();
    Ok(grid)
}

/// One panel a phase: their losses have different units.
fn losses(start: Option<&RunRecord>, record: &RunRecord, title: String, quick: bool) -> Panels {
    let layers = start.into_iter().flat_map(|start| &start.history);
    let layers = layers.filter(|series| series.name.starts_with("loss of layer"));
    let phases = layers.chain(record.history.iter().filter(|series| series.name.contains("loss")));
    let panels = phases.map(|series| {
        let epochs: Vec<f64> = (1..=series.values.len()).map(|epoch| epoch as f64).collect();
        let line = Series::new(series.name.clone(), epochs, series.values.clone());
        let curves = Curves::new(series.name.clone(), Axis::new(&series.step), Axis::new("loss"), vec![line]);
        Box::new(curves) as Box<dyn deepclust_plots::Figure>
    });
    Panels {
        title,
        figures: panels.collect(),
        columns: Some(3),
        note: quick.then(|| deepclust_plots::QUICK_NOTE.to_owned()),
    }
}

/// How many samples each cluster wins, epoch by epoch, while the weights move.
fn sizes(record: &RunRecord, title: String, quick: bool) -> Curves {
    let n = record.data.n as f64;
    let shares = record.history.iter().filter_map(|series| {
        let cluster = series.name.strip_prefix("share of ")?;
        let epochs: Vec<f64> = (1..=series.values.len()).map(|epoch| epoch as f64).collect();
        Some(Series::new(cluster, epochs, series.values.iter().map(|share| share * n).collect::<Vec<_>>()))
    });
    Curves::new(title, Axis::new("epoch of the joint training"), Axis::new("samples"), shares.collect())
        .quick(quick)
}
