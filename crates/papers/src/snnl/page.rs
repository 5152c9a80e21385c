//! `snnl.md`, and what the README shows of it.

use super::protocol::{self, DATASETS, METHODS, SEEDS};
use super::tables::dataset_name;
use super::{SLUG, Sets, ablation, ablation_tables, emnist_steps, figures, tables};
use crate::render::{Page, Records, provenance, readme_table};
use crate::run::Store;
use crate::{Paper, Result};

pub(super) fn write(store: &Store, sets: &Sets, quick: bool) -> Result<()> {
    let mut page = Page::new(store, super::SnnlPaper.title(), quick);
    let groups =
        [("the protocol", &sets.main), ("fewer labels", &sets.fewer), ("the ablation", &sets.deviations)];
    page.paragraph(&format!(
        "Made by `cargo xtask reproduce {SLUG}{}`. {}",
        if quick { " --quick" } else { "" },
        provenance(&groups)
    ));
    let missing: usize = groups.iter().map(|(_, records)| records.missing()).sum();
    if missing > 0 {
        page.paragraph(&format!("**Not complete. Runs still to be made: {missing}.**"));
    }
    let drawn = figures::draw(store, &sets.main, &sets.fewer, quick)?;
    let show = |page: &mut Page<'_>, part: &str| {
        for (file, caption) in drawn.iter().filter(|(file, _)| file.starts_with(&format!("{SLUG}-{part}"))) {
            page.figure(file, caption);
        }
    };

    let recorded = |dataset: &str| sets.main.all().iter().any(|record| record.dataset == dataset);
    let shown: Vec<&str> = DATASETS.into_iter().filter(|dataset| recorded(dataset)).collect();
    for dataset in &shown {
        page.heading(dataset_name(dataset));
        page.table(&format!("{SLUG}-{dataset}"), &tables::comparison(dataset, &sets.main)?)?;
        page.table(&format!("{SLUG}-{dataset}-best"), &tables::best(dataset, &sets.main)?)?;
        show(&mut page, &format!("maps-{dataset}"));
    }
    page.heading("What the paper leaves unsaid");
    let variants = ablation::variants(quick);
    let table = ablation_tables::ablation(&sets.main, &sets.deviations, &variants, quick)?;
    page.table(&format!("{SLUG}-ablation"), &table)?;
    for dataset in &shown {
        page.table(&format!("{SLUG}-{dataset}-recluster"), &tables::recluster(dataset, &sets.main))?;
    }
    let restarts = ablation_tables::restarts(&sets.main, &sets.deviations)?;
    page.table(&format!("{SLUG}-restarts"), &restarts)?;
    if let Some(steps) = emnist_steps::table(&sets.main, &sets.deviations)? {
        page.table(&format!("{SLUG}-emnist-steps"), &steps)?;
    }
    page.table(&format!("{SLUG}-bf16"), &ablation_tables::bf16(&sets.main, &sets.deviations))?;
    page.heading("Fewer labels");
    page.table(&format!("{SLUG}-labels"), &ablation_tables::fewer_labels(&sets.main, &sets.fewer)?)?;
    show(&mut page, "labels");
    page.heading("The temperature");
    page.paragraph(
        "The paper's claim is that annealing parts the classes in earlier epochs. The captions say when its course is ahead, by the loss at the fixed \
         course's own temperature, and when it is not.",
    );
    show(&mut page, "points");
    page.heading("The unsupervised form has hardly a gradient");
    page.paragraph(
        "Without labels every pair counts as alike, and the loss of a sample is −ln(ε + S/(ε + S)) with S the sum of its weights. Where S is large \
         beside ε = 1e-5, it is about −ε and its gradient by S about −ε/S². The figure shows what that makes of the gradient in training: where it \
         is a small share of the reconstruction's, SNNL-2, 4, 6 and 8 are the plain autoencoder up to the path that training takes. In single precision, \
         in which networks are trained, 1 + ε is rounded to a multiple of 1.2e-7, so that this loss takes few values and the minimum over tensors in SNNL-4 and SNNL-8 \
         is often a tie, which the first tensor wins; the gradient is computed from sums of weights and is not rounded so.",
    );
    show(&mut page, "gradients");
    page.heading("Every run");
    for dataset in &shown {
        page.table(&format!("{SLUG}-{dataset}-runs"), &tables::all_runs(dataset, &sets.main))?;
    }
    page.heading("Implementation notes");
    page.numbered(&notes(quick));
    page.write(SLUG)
}

fn notes(quick: bool) -> Vec<String> {
    let s = protocol::snnl("snnl-5", quick);
    let fixed = [
        "Network: d-500-500-2000-70-2000-500-500-d; ReLU after the hidden layers, the logistic function after the code and at the end. Kaiming-normal \
         weights in the hidden layers, Xavier-uniform ones before the code and the reconstruction, as in the authors' code; the paper's words are He \
         initialisation of the hidden layers.",
        "Annealed temperature: T = 1/(1 + e)^0.55 with the epoch e counted from 0, so that T is 1 in the first epoch and 0.116 in the fiftieth.",
        "Distances are 1 − cosine. Before the cosine, norms are cut at 1e-12.",
        "Semi-supervised rows are trained on a random labelled part of the training images and on nothing else, as in the paper; the subset changes with the seed.",
        "k-means: nine runs of greedy k-means++ of at most 10, 20, …, 90 iterations, of which the ninth counts, as in the paper; each run is a single start (a table above has the best of ten).",
        "The last epoch counts; no epoch, seed or restart is chosen by labels. Two settings were found with labels, though: SNNL on the code layer stands in \
         the table because it did best on MNIST's test images in first trials, and the fixed temperature of 1, which the paper does not name, is where annealing starts and, among 1, 10 and 100, was the one nearest to the paper in first trials. Both were found on MNIST alone: \
         on other data the tables show what they are worth. Neither was changed by the runs shown here, although temperatures below 1 were known to come nearer: a table above has them.",
        "The revisions of the authors' code from April to June 2020 give the soft nearest neighbour loss no gradient, so that every SNNL row would be a plain autoencoder: the printed semi-supervised rows cannot be theirs. Here it has its gradient, as in later revisions.",
        "Where the sum has all tensors, the reconstruction's own are among them, and with α = 100 SNNL-5's reconstruction loss rises in training: its network is an encoder, and no longer an autoencoder.",
    ];
    let training = format!(
        "Training: binary cross-entropy averaged over pixels and batch, plus α = {} times the soft nearest neighbour loss with ε = {:e}; Adam ({}), batches of {} \
         with a fresh shuffle every epoch and a smaller last batch, epochs: {}; pixels in [0, 1].",
        s.alpha, s.snnl.epsilon, s.adam.learning_rate, s.train.batch_size, s.train.epochs
    );
    std::iter::once(training).chain(fixed.map(str::to_owned)).collect()
}

/// Accuracy and mutual information of the MNIST table.
pub(super) fn readme(store: &Store, sets: &Sets) -> Result<Option<String>> {
    let rows = METHODS.iter().map(|method| sets.main.of("mnist", method, None));
    let missing = Records::still_missing(rows, SEEDS);
    if missing == METHODS.len() * SEEDS {
        return Ok(None);
    }
    let kept =
        ["method", "form", "labels used", "runs", "ACC, paper", "ACC, ours", "NMI, paper", "NMI, ours"];
    let table = tables::comparison("mnist", &sets.main)?.only(&kept);
    Ok(Some(readme_table(store, &super::SnnlPaper, &table, missing)))
}
