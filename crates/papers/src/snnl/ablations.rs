//! What the paper leaves unsaid, tried out on MNIST: the temperature, the layers, and restarts of k-means.

use super::rows::COMPONENTS;
use crate::{Result, Row};
use deepclust_cluster::KMeansOptions;
use deepclust_experiments::MeasureSpec;
use deepclust_experiments::measures::Recluster;
use deepclust_losses::Temperature;
use deepclust_methods::{PcaKMeansSettings, SnnlLayers, SnnlSettings};

pub(super) const COLD: &str = "snnl-1/temperature-0.1";
pub(super) const ON_CODE: &str = "snnl-7/layers-code";

const ON: [(&str, u64); 1] = [("mnist", 3)];

pub(super) fn ablations(rows: &[Row]) -> Result<Vec<Row>> {
    let of = |id: &str| rows.iter().find(|row| row.id == id);
    let vary = |base: &str, id, words: &str, change: &dyn Fn(&mut SnnlSettings)| {
        of(base).map(|row| row.vary(id, words, &ON, change)).transpose()
    };
    let fixed = |t| move |s: &mut SnnlSettings| s.temperature = Temperature::Fixed(t);
    let on = |layers| move |s: &mut SnnlSettings| s.layers = layers;
    let mut found = vec![
        vary("snnl-1", COLD, "T = 0.1, not 1", &fixed(0.1))?,
        vary("snnl-1", "snnl-1/temperature-0.5", "T = 0.5, not 1", &fixed(0.5))?,
        vary("snnl-1", "snnl-1/temperature-0.7", "T = 0.7, not 1", &fixed(0.7))?,
        vary("snnl-3", "snnl-3/layers-hidden", "minimum over the hidden layers", &on(SnnlLayers::Hidden))?,
        vary("snnl-3", "snnl-3/code-temperature-0.1", "the code alone, T = 0.1", &|s| {
            s.layers = SnnlLayers::Code;
            s.temperature = Temperature::Fixed(0.1);
        })?,
        vary("snnl-7", "snnl-7/layers-hidden", "minimum over the hidden layers", &on(SnnlLayers::Hidden))?,
        vary("snnl-7", ON_CODE, "the code alone", &on(SnnlLayers::Code))?,
    ];
    // The paper's ninth run of k-means as the best of ten starts of at most 90 iterations: what scikit-learn, which its authors
    // called, did in 2020 unless told otherwise.
    let ten = KMeansOptions { max_iter: 90, ..KMeansOptions::default() };
    let on = [("mnist", 4), ("fashion-mnist", 4), ("emnist-bymerge-subset", 4)];
    let restarts = of(COMPONENTS).map(|row| {
        let mut row =
            row.vary("pca/ten-restarts", "k-means: best of ten starts", &on, |s: &mut PcaKMeansSettings| {
                s.k_means = ten.clone();
            })?;
        for planned in &mut row.runs {
            planned.spec.measures = vec![MeasureSpec::Recluster(Recluster(ten.clone()))];
        }
        Ok::<_, crate::Error>(row)
    });
    found.push(restarts.transpose()?);
    Ok(found.into_iter().flatten().collect())
}
