//! The parts of the report.

use super::K;
use deepclust_cluster::{Choice, Criterion as By, KMeansModel, SweepSettings, sweep};
use deepclust_datasets::Dataset;
use deepclust_metrics::{Average, accuracy, adjusted_rand_index, confusion_matrix, normalized_mutual_info};
use deepclust_report::html::{
    Chart, ChoiceOfK, Cluster, Criterion, Item, LabelScores, Line, Picture, Silhouettes,
};
use ndarray::{Array2, s};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::error::Error;

/// A row as a picture.
pub fn item(data: &Dataset, row: usize) -> Result<Item, Box<dyn Error>> {
    let pixels = data.features.dense()?.row(row).iter().map(|v| (v * 255.0).round() as u8).collect();
    Ok(Item { row, picture: Some(Picture { width: 28, height: 28, pixels }), fields: Vec::new() })
}

pub fn warnings(labels: &[usize]) -> Vec<String> {
    let size = |cluster: usize| labels.iter().filter(|label| **label == cluster).count();
    let small = |cluster: &usize| size(*cluster) * 2 * K < labels.len();
    let words = |cluster| format!("Cluster {cluster} is less than half as large as the mean.");
    (0..K).filter(small).map(words).collect()
}

pub fn clusters(
    data: &Dataset,
    scores: &Array2<f32>,
    model: &KMeansModel<f32>,
    silhouettes: &[f64],
) -> Result<Vec<Cluster>, Box<dyn Error>> {
    let distances = model.transform(scores.view())?;
    let cluster = |id: usize| -> Result<Cluster, Box<dyn Error>> {
        let mut rows: Vec<usize> = (0..data.len()).filter(|row| model.labels()[*row] == id).collect();
        rows.sort_by(|a, b| distances[[*a, id]].total_cmp(&distances[[*b, id]]));
        let mean = |values: &[f64]| rows.iter().map(|row| values[*row]).sum::<f64>() / rows.len() as f64;
        Ok(Cluster {
            id: id as i32,
            size: rows.len(),
            silhouette: Some(mean(silhouettes)),
            nearest: rows.iter().take(8).map(|row| item(data, *row)).collect::<Result<_, _>>()?,
            farthest: rows.iter().rev().take(8).map(|row| item(data, *row)).collect::<Result<_, _>>()?,
            ..Cluster::default()
        })
    };
    (0..K).map(cluster).collect()
}

pub fn silhouettes(labels: &[usize], values: Vec<f64>) -> Silhouettes {
    let ids = labels.iter().map(|label| *label as i32);
    Silhouettes {
        note: "Euclidean distances of the components, all rows.".to_owned(),
        values: ids.zip(values).collect(),
    }
}

pub fn choice_of_k(scores: &Array2<f32>) -> Result<ChoiceOfK, Box<dyn Error>> {
    let rows = scores.nrows().min(5000);
    let mut settings = SweepSettings::new(2, 20);
    settings.references = 0;
    settings.kmeans.n_init = 2;
    let swept = sweep(scores.slice(s![..rows, ..]), &settings, &mut ChaCha8Rng::seed_from_u64(0))?;
    type Value = fn(&Choice) -> Option<f64>;
    let criteria: [(By, Value); 4] = [
        (By::Elbow, |choice| Some(choice.inertia)),
        (By::Silhouette, |choice| choice.silhouette),
        (By::CalinskiHarabasz, |choice| choice.calinski_harabasz),
        (By::DaviesBouldin, |choice| choice.davies_bouldin),
    ];
    let criterion = |(by, value): (By, Value)| {
        let chosen = swept.recommend(by);
        Criterion {
            name: by.to_string(),
            values: swept.choices.iter().map(value).collect(),
            reason: match &chosen {
                Ok(_) => "best of all that were tried".to_owned(),
                Err(error) => error.to_string(),
            },
            chosen: chosen.ok(),
        }
    };
    Ok(ChoiceOfK {
        note: format!("k = {K} was given. Of {rows} rows the criteria choose as follows."),
        ks: swept.choices.iter().map(|choice| choice.k).collect(),
        criteria: criteria.map(criterion).into(),
    })
}

/// The inertia by iteration, a line a seed.
pub fn inertias(runs: &[KMeansModel<f32>]) -> Chart {
    let line = |(seed, run): (usize, &KMeansModel<f32>)| Line {
        name: format!("seed {seed}"),
        x: (1..=run.inertias().len()).map(|i| i as f64).collect(),
        y: run.inertias().to_vec(),
    };
    Chart {
        title: "k-means".to_owned(),
        x_label: "restart".to_owned(),
        y_label: "inertia".to_owned(),
        lines: runs.iter().enumerate().map(line).collect(),
    }
}

pub fn labels(data: &Dataset, labels: &[usize]) -> Result<LabelScores, Box<dyn Error>> {
    let confusion = confusion_matrix(&data.labels, labels)?;
    let metrics = [
        ("ACC", accuracy(&data.labels, labels)?),
        ("NMI", normalized_mutual_info(&data.labels, labels, Average::Arithmetic)?),
        ("ARI", adjusted_rand_index(&data.labels, labels)?),
    ];
    Ok(LabelScores {
        classes: confusion.classes.iter().map(|class| data.class_names[*class].clone()).collect(),
        clusters: confusion.clusters.iter().flatten().map(|cluster| *cluster as i32).collect(),
        counts: confusion.counts.rows().into_iter().map(|row| row.to_vec()).collect(),
        metrics: metrics.map(|(name, value)| (name.to_owned(), value)).into(),
    })
}
