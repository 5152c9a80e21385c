//! The rows of Table 2, the paper's method with what is ours, and other numbers of autoencoders.

use super::settings::{
    balanced, consistent, control, control_as_imsat, convolutional, convolutional_text, fixed, shape, shown,
    text, vade, vade_of_authors,
};
use crate::row::run;
use crate::{Result, Row, kdae, no_network};
use deepclust_experiments::measures::{Covariances, Generated, Samples, Spaces};
use deepclust_experiments::{Clusters, MeasureSpec, Scale};
use deepclust_manifold::TsneSettings;
use deepclust_methods::facts::EVIDENCE;
use deepclust_methods::{Mixae, MixaeSettings, PcaGmm, PcaGmmSettings, Vade, VadeSettings};
use deepclust_nets::LogVarianceStart;

/// The stand-in for the paper's Reuters.
pub(super) const TEXT: &str = "rcv1-subset";

const FASHION: &str = "fashion-mnist";

/// The paper's three, and two more.
pub(super) const DATASETS: [&str; 5] = ["mnist", TEXT, "uci-har", FASHION, SMALL];

/// The small images.
pub(super) const SMALL: &str = "usps-9298";

/// The paper's images: its figures are of them.
pub(super) const DIGITS: &str = "mnist";

pub(super) const BY_TEXT: &str = "mixae";
pub(super) const FIXED: &str = "mixae/fixed";
pub(super) const CONSISTENT: &str = "mixae-consistency";
pub(super) const CONTROL: &str = "mixae-control";
pub(super) const CONTROL_IMSAT: &str = "mixae-control-imsat";
pub(super) const CONVOLUTIONAL: &str = "mixae-convolutional/fixed";
pub(super) const OF_PAPER: &str = "mixae-convolutional";
pub(super) const VADE: &str = "vade";
pub(super) const VADE_KEPT: &str = "vade-evidence";
pub(super) const GMM: &str = "gmm";

/// The rows that the figures can be of.
const DRAWN: [&str; 3] = [OF_PAPER, BY_TEXT, FIXED];

/// Where a row is made, and from how many seeds: what there was time for.
const OF_TEXT: [(&str, u64); 5] = [("mnist", 5), (TEXT, 1), ("uci-har", 5), (FASHION, 1), (SMALL, 5)];
const OF_FIXED: [(&str, u64); 4] = [("mnist", 1), (TEXT, 1), ("uci-har", 5), (SMALL, 5)];
const CHANGED: [(&str, u64); 4] = [("mnist", 5), ("uci-har", 5), (FASHION, 1), (SMALL, 5)];
const CONTROLLED: [(&str, u64); 3] = [("mnist", 3), ("uci-har", 5), (SMALL, 5)];
const CONTROLLED_AS_IMSAT: [(&str, u64); 3] = [("mnist", 3), ("uci-har", 3), (SMALL, 3)];
const VARIATIONAL: [(&str, u64); 5] = [("mnist", 10), (TEXT, 1), ("uci-har", 1), (FASHION, 1), (SMALL, 5)];
const LONGER: [(&str, u64); 1] = [(SMALL, 1)];
const OF_AUTHORS: [(&str, u64); 2] = [("uci-har", 1), (SMALL, 1)];
const COPIED: [(&str, u64); 1] = [(SMALL, 1)];
const GAUSSIANS: [(&str, u64); 5] = [("mnist", 5), (TEXT, 5), ("uci-har", 5), (FASHION, 5), (SMALL, 5)];

const OF_IMAGES: [(&str, u64); 1] = [(SMALL, 1)];
const BY_TEXT_OF_IMAGES: [(&str, u64); 2] = [("mnist", 1), (SMALL, 1)];
const ABLATION: [(&str, u64); 2] = [("uci-har", 3), (SMALL, 3)];
const UNEQUAL: [(&str, u64); 1] = [(TEXT, 1)];

/// The weight of the divergence from N(0, 1): an error of a hundredth of the variance counts as much as a nat.
const DIVERGENCE: f64 = 0.01;

/// Samples of the small version.
const FEW: usize = 600;

/// Numbers of autoencoders in Figures 6 and 7.
pub(super) const OTHER_K: [(&str, usize); 2] = [("k/20", 20), ("k/30", 30)];

/// All rows and ablations.
pub(super) fn rows(scale: Scale) -> Result<Vec<Row>> {
    let no_network = (no_network::PAPER.rows)(scale)?;
    let mut gmm = Row::new(GMM, "GMM, full covariances of 50 components").published("GMM");
    for (dataset, seeds) in GAUSSIANS {
        gmm = gmm.on(run(dataset, PcaGmm::SLUG, PcaGmmSettings::of(shape(dataset)), FEW, scale)?, seeds);
    }
    let by_text = mixture(BY_TEXT, "MIXAE, fully connected", &OF_TEXT, text, scale)?.published("MIXAE");
    let words = "MIXAE, fully connected, fixed weights";
    let of_ours = mixture(FIXED, words, &OF_FIXED, fixed, scale)?.published("MIXAE");
    let words = "MIXAE with consistent assignments (ours)";
    let changed = mixture(CONSISTENT, words, &CHANGED, consistent, scale)?;
    let words = "control: the same without the autoencoders' loss";
    let without = mixture(CONTROL, words, &CONTROLLED, control, scale)?;
    let words = "control, weighted as in IMSAT";
    let as_imsat = mixture(CONTROL_IMSAT, words, &CONTROLLED_AS_IMSAT, control_as_imsat, scale)?;
    let words = "MIXAE, convolutional, fixed weights";
    let of_images = mixture(CONVOLUTIONAL, words, &OF_IMAGES, convolutional, scale)?.published("MIXAE");
    let of_paper = mixture(OF_PAPER, "MIXAE, convolutional", &BY_TEXT_OF_IMAGES, convolutional_text, scale)?
        .published("MIXAE");
    let other_k = OTHER_K.map(|(id, k)| with_k(id, k, scale)).into_iter().collect::<Result<Vec<_>>>()?;
    let others = [
        Row::shared("k-means", "k-means", "k-means", &no_network, &DATASETS).published("k-means"),
        gmm,
        Row::shared("dec", "DEC, network of its authors", "dec/dec", &(kdae::PAPER.rows)(scale)?, &DATASETS)
            .on(kdae::dec_elsewhere(TEXT, scale)?, 1)
            .on(kdae::dec_elsewhere("uci-har", scale)?, 1)
            .published("DEC"),
    ];
    let of_method = [
        of_paper,
        by_text,
        of_ours.clone(),
        of_images,
        changed,
        without,
        as_imsat,
        Row::shared(
            "graph",
            "no network: communities of the neighbour graph",
            "graph-communities",
            &no_network,
            &DATASETS,
        ),
    ];
    let (of_vade, copied) = of_vade(scale)?;
    Ok([others.to_vec(), of_vade, of_method.to_vec(), other_k, ablations(&of_ours)?, vec![copied]].concat())
}

/// VaDE in its forms, and the ablation of how its log-variances start.
fn of_vade(scale: Scale) -> Result<(Vec<Row>, Row)> {
    let mut vades = Row::new(VADE, "VaDE, 40 epochs (HAR: 120)").published("VaDE");
    for (dataset, seeds) in VARIATIONAL {
        vades = vades.on(run(dataset, Vade::SLUG, vade(dataset, scale), FEW, scale)?, seeds);
    }
    let longer = vades.derive("vade/longer", "VaDE, 300 epochs", &LONGER, |s: &mut VadeSettings| {
        s.train.epochs = scale.pick(300, 3);
    })?;
    let mut authors = Row::new("vade/authors", "VaDE, form of its authors' code").published("VaDE");
    for (dataset, seeds) in OF_AUTHORS {
        authors = authors.on(run(dataset, Vade::SLUG, vade_of_authors(dataset, scale), FEW, scale)?, seeds);
    }
    let copied = vades.vary(
        "vade/copied",
        "log-variances start as copies of the means",
        &COPIED,
        |s: &mut VadeSettings| s.log_variance = LogVarianceStart::CopyOfMean,
    )?;
    for planned in vades.runs.iter_mut().filter(|planned| planned.dataset == SMALL) {
        planned.pictured = vec![MeasureSpec::Generated(Generated { per_cluster: 10 })];
    }
    let kept = vades.keep(VADE_KEPT, "VaDE, run of the greatest evidence bound", EVIDENCE);
    Ok((vec![vades, kept, longer, authors], copied))
}

/// Each differs in one thing from the row with fixed weights.
fn ablations(of_ours: &Row) -> Result<Vec<Row>> {
    let vary = |id, words: &str, on: &[(&str, u64)], change: &dyn Fn(&mut MixaeSettings)| {
        of_ours.vary(id, words, on, change)
    };
    Ok(vec![
        vary("weights/text", "weights by the text, α up to 0.04", &ABLATION, &|s| {
            s.weights = balanced(0.04);
        })?,
        vary("weights/equal", "weights by the text, α up to 2.3", &ABLATION, &|s| {
            s.weights = balanced(2.3);
        })?,
        vary("widths/half", "widths of 64, 32 and 8", &ABLATION, &|s| s.widths = vec![64, 32, 8])?,
        vary("widths/twice", "widths of 256, 128 and 8", &ABLATION, &|s| s.widths = vec![256, 128, 8])?,
        vary("batch/64", "batches of 64", &ABLATION, &|s| s.train.batch_size = 64)?,
        vary("variational", "variational autoencoders", &ABLATION, &|s| s.variational = Some(DIVERGENCE))?,
        vary("cap", "equal shares are asked for up to 0.8 of the largest entropy", &UNEQUAL, &|s| {
            s.entropy_cap = Some(0.8);
        })?,
    ])
}

/// A row of MIXAE, with what the figures need.
fn mixture(
    id: &'static str,
    label: &str,
    on: &[(&str, u64)],
    settings: impl Fn(&str, Scale) -> MixaeSettings,
    scale: Scale,
) -> Result<Row> {
    let mut row = Row::new(id, label);
    for (dataset, seeds) in on {
        let mut settings = settings(dataset, scale);
        let drawn = *dataset == "mnist" && DRAWN.contains(&id);
        if drawn {
            settings.shown = shown(scale);
        }
        row = row.on(run(dataset, Mixae::SLUG, settings, FEW, scale)?, *seeds);
        let Some(planned) = row.runs.last_mut().filter(|_| DRAWN.contains(&id)) else { continue };
        planned.pictured = vec![MeasureSpec::Covariances(Covariances {})];
        if drawn {
            planned.pictured.extend([
                MeasureSpec::Samples(Samples { per_cluster: 12 }),
                MeasureSpec::Spaces(Spaces {
                    epochs: shown(scale),
                    samples: scale.pick(2_000, 200),
                    per_class: 1,
                    settings: TsneSettings::default(),
                }),
            ]);
        }
    }
    Ok(row)
}

/// The row with fixed weights and another number of autoencoders: for Figures 6 and 7, as ACC asks for as many clusters as classes.
fn with_k(id: &'static str, k: usize, scale: Scale) -> Result<Row> {
    let mut spec = run(DIGITS, Mixae::SLUG, fixed(DIGITS, scale), FEW, scale)?;
    spec.clusters = Clusters::Fixed(k);
    let row = Row::new(id, format!("{k} autoencoders, not one a class")).table("figures-6-and-7");
    Ok(row.on(spec, 1).pictured(&[
        MeasureSpec::Covariances(Covariances {}),
        MeasureSpec::Samples(Samples { per_cluster: scale.pick(8, 4) }),
    ]))
}
