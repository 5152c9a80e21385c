//! `kdae.md`, and what the README shows of it.

use super::findings::findings;
use super::lost_classes::lost_classes;
use super::overview::overview;
use super::protocol::{self, CLUSTER_EPOCHS, LAYER_WISE_EPOCHS, SEEDS, SHOWN};
use super::rows::{row_records, rows_of};
use super::tables::dataset_name;
use super::{SLUG, Sets, ablation_table, figures, forms, tables};
use crate::render::{Page, Records, provenance, readme_table};
use crate::run::Store;
use crate::{Paper, Result};
use deepclust_methods::{AeKMeans, Damic, Dcn, Dec, KDae};

pub(super) fn write(store: &Store, sets: &Sets, quick: bool) -> Result<()> {
    let mut page = Page::new(store, super::KDaePaper.title(), quick);
    let groups = [
        ("the rows of the paper's text", &sets.main),
        ("deviations, some of them rows of Table 2 too,", &sets.deviations),
    ];
    page.paragraph(&format!(
        "Made by `cargo xtask reproduce {SLUG}{}`. {}",
        if quick { " --quick" } else { "" },
        provenance(&groups)
    ));
    let missing: usize = groups.iter().map(|(_, records)| records.missing()).sum();
    if missing > 0 {
        page.paragraph(&format!("**Not complete. Runs still to be made: {missing}; `cargo xtask reproduce {SLUG} --dry-run` tells which.**"));
    }
    page.table(&format!("{SLUG}-overview"), &overview(sets)?)?;
    let findings = findings(sets)?;
    if !findings.is_empty() {
        page.heading("In short");
        page.list(&findings);
    }
    let drawn = figures::draw(store, sets, quick)?;
    let shown: Vec<&str> = SHOWN
        .into_iter()
        .filter(|dataset| sets.main.all().iter().any(|record| record.dataset == *dataset))
        .collect();
    for dataset in &shown {
        page.heading(dataset_name(dataset));
        page.table(&format!("{SLUG}-{dataset}"), &tables::comparison(dataset, sets)?)?;
        for (file, caption) in
            drawn.iter().filter(|(file, _)| file.starts_with(&format!("{SLUG}-{dataset}-")))
        {
            page.figure(file, caption);
        }
    }
    page.heading("What decides the outcome");
    page.table(&format!("{SLUG}-lost-classes"), &lost_classes(sets)?)?;
    let of = [
        (AeKMeans::SLUG, "start"),
        (Dec::SLUG, "dec"),
        (Dcn::SLUG, "dcn"),
        (KDae::SLUG, "ablation"),
        (Damic::SLUG, "damic"),
    ];
    for (method, file) in of {
        let table = ablation_table::ablation(method, &sets.main, &sets.deviations)?;
        page.table(&format!("{SLUG}-{file}"), &table)?;
    }
    page.table(&format!("{SLUG}-forms"), &forms::forms(sets)?)?;
    page.heading("Every run");
    for dataset in &shown {
        page.table(&format!("{SLUG}-{dataset}-runs"), &tables::all_runs(dataset, sets))?;
    }
    page.heading("Implementation notes");
    page.numbered(&notes(quick));
    page.write(SLUG)
}

fn notes(quick: bool) -> Vec<String> {
    let p = protocol::pretraining(quick);
    let widths: Vec<String> = p.widths.iter().map(ToString::to_string).collect();
    vec![
        format!(
            "One autoencoder for all deep rows that name no other: d-{}-… mirrored, ELU after every layer but the last, which has the logistic function; batch normalisation of every \
             layer but the last, the bottleneck's too (\"on all layers\"), with Keras's momentum 0.99 and ε = 1e-3; Glorot-uniform weights; binary cross-entropy; \
             Adam ({}); batches of {}; {} epochs at most, until the training loss has not fallen for ten epochs. Before it, every layer is trained greedily with its mirror \
             ({LAYER_WISE_EPOCHS} epochs a layer; the paper does not say how many). The authors' code has another network, and DEC and DCN have a third: \
             both have rows of their own, and the tables of deviations say what is different. The rows from the network of DEC and DCN were added after the first runs on MNIST, at its published sizes and with this protocol's optimiser and epochs; those by gradient descent when the others had stayed below print.",
            widths.join("-"),
            p.adam.learning_rate,
            p.train.batch_size,
            p.train.epochs
        ),
        format!(
            "k-means: 20 restarts on the pixels, 100 in the codes, as in the authors' code. k-DAE and DAMIC: each cluster's own autoencoder is trained from scratch on its samples \
             ({CLUSTER_EPOCHS} epochs, as in the authors' code; the paper's \"training phases\" of 50 epochs may or may not mean it: the deviation `cluster-epochs` has them); then all together on the squared norm, 50 epochs at most with the same early stop. Every sample goes through every autoencoder in training mode, \
             so that batch statistics are those of all samples; the final assignment takes the running statistics."
        ),
        "DAMIC: the gate is a classifier of the pixels, d-512-512-k with ReLU and batch normalisation, trained first on the clusters of k-means for ten epochs. No code of its authors is \
         known: the gate's sizes and its first training are our choice. The distance is summed over pixels; the clusters are the gate's."
            .to_owned(),
        "DEC: SGD 0.01 with momentum 0.9, targets anew every 140 steps (30 on USPS), until fewer than 0.1 % of the samples change their cluster, 20,000 steps at most. IDEC: the same \
         with Adam and reconstruction, weight 0.1 for the divergence, 50 epochs at most. In both, and in DCN, batch normalisation stays in training mode, and targets (DCN: centres) are formed outside it."
            .to_owned(),
        "DCN: ‖x − x̂‖² + λ ‖f(x) − m‖², Adam, 50 epochs; centres move by 1/c with counts that start at 100. The k-means that its authors' program runs every ten epochs is left out, as in the paper. \
         Its authors have λ = 1 on pixels times 5.1. Codes that nothing normalises grow with the pixels, so that λ = 1 on pixels in [0, 1] is nearly the same: that is the row from the network of DEC and DCN. \
         Normalised codes keep their size, so that λ = 1/5.1² is nearer: that is the other row. **Both were taken with accuracies in view**: λ = 1/5.1² after a first run on USPS with λ = 1 had lost accuracy, \
         and λ = 1 for the network of DEC and DCN after a first run there with 1/5.1² had moved nothing. A table above has all four."
            .to_owned(),
        "No epoch, seed or restart was chosen by labels, and no setting but DCN's weights; which deviations there are on which data set, and which have rows in Table 2, was decided after first runs, with accuracies in view (the rows of DAMIC, and of DCN by gradient descent, before theirs). The last epoch counts. Pixels are in [0, 1]. ACC is that of the best one-to-one matching; NMI has the arithmetic mean of both entropies.".to_owned(),
    ]
}

/// The accuracies on all data sets.
pub(super) fn readme(store: &Store, sets: &Sets) -> Result<Option<String>> {
    if sets.main.all().is_empty() && sets.deviations.all().is_empty() {
        return Ok(None);
    }
    let rows = SHOWN
        .into_iter()
        .flat_map(|dataset| rows_of(dataset).map(move |row| row_records(sets, dataset, row)));
    let missing = Records::still_missing(rows, SEEDS);
    Ok(Some(readme_table(store, &super::KDaePaper, &overview(sets)?, missing)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_every_row_are_missed() {
        assert_eq!(Records::still_missing([Vec::new(), Vec::new()], 5), 10);
        let store = Store::read_only(std::path::Path::new("results"));
        assert_eq!(readme(&store, &Sets::default()).unwrap(), None);
    }
}
