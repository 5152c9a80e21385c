//! The rows of Table II: the paper's method by its text and by its released code, and what it is compared with.

use super::settings::{
    EPOCHS_OF_CODE_ON_MNIST, LONGER_EPOCHS_OF_FASHION, ae_k_means, epochs_of_as_many_steps, joint_epochs,
    per_point, text,
};
use crate::row::run;
use crate::{Result, Row, kdae, mixae, no_network};
use deepclust_cluster::KMeansOptions;
use deepclust_datasets::Subset;
use deepclust_experiments::measures::{Epochs, OtherK, Spaces};
use deepclust_experiments::{MeasureSpec, RunSpec, Scale};
use deepclust_losses::PairNormalisation;
use deepclust_manifold::TsneSettings;
use deepclust_methods::{AeKMeans, RepNet, RepNetSettings};

/// The stand-in for the paper's Reuters.
pub(super) const TEXT: &str = "rcv1-subset";

const FASHION: &str = "fashion-mnist";

/// The paper's two, and three more.
pub(super) const DATASETS: [&str; 5] = ["mnist", TEXT, FASHION, "usps-9298", "uci-har"];

pub(super) const BY_TEXT: &str = "repnet";
pub(super) const PER_POINT: &str = "repnet/per-point";
pub(super) const LONGER: &str = "repnet-longer";
pub(super) const START: &str = "ae-k-means";

/// Where a row is made, and from how many seeds: what there was time for.
const OF_TEXT: [(&str, u64); 3] = [("mnist", 1), (TEXT, 1), ("usps-9298", 1)];
const OF_CODE: [(&str, u64); 5] = [("mnist", 5), (TEXT, 5), (FASHION, 3), ("usps-9298", 5), ("uci-har", 5)];
/// Where the row is made with more joint epochs, and how many.
const OF_LONGER: [(&str, usize, u64); 5] = [
    ("mnist", EPOCHS_OF_CODE_ON_MNIST, 1),
    (TEXT, epochs_of_as_many_steps(23_405), 1),
    (FASHION, LONGER_EPOCHS_OF_FASHION, 3),
    ("usps-9298", epochs_of_as_many_steps(9_298), 1),
    ("uci-har", epochs_of_as_many_steps(10_299), 1),
];
const ABLATION: [(&str, u64); 1] = [("usps-9298", 1)];

/// Samples of the small version.
const FEW: usize = 600;

/// What the figures are of.
pub(super) const DRAWN: &str = "mnist";

/// Numbers of clusters in Figure 4.
pub(super) const OTHER_K: [usize; 2] = [7, 14];

/// All rows and ablations.
pub(super) fn rows(scale: Scale) -> Result<Vec<Row>> {
    let scored = |spec: RunSpec| RunSpec {
        measures: vec![MeasureSpec::Epochs(Epochs(KMeansOptions::default()))],
        ..spec
    };
    let mut by_text =
        Row::new(BY_TEXT, "RepNet, by the text (20 epochs on MNIST, else 25)").published("RepNet");
    for (dataset, seeds) in OF_TEXT {
        by_text = by_text.on(scored(run(dataset, RepNet::SLUG, text(dataset, scale), FEW, scale)?), seeds);
    }
    let code = "similarities of each point add up to 1, as in the released code";
    let mut of_code = Row::new(PER_POINT, format!("RepNet, {code}")).published("RepNet").start(START);
    let mut ae = Row::new(START, "AE + k-means, network of the released code").published("AE+k-means");
    for (dataset, seeds) in OF_CODE {
        let mut settings = text(dataset, scale);
        per_point(dataset, &mut settings);
        of_code = of_code.on(scored(run(dataset, RepNet::SLUG, settings, FEW, scale)?), seeds);
        ae = ae.on(run(dataset, AeKMeans::SLUG, ae_k_means(dataset, scale), FEW, scale)?, seeds);
    }
    let mut longer = Row::new(LONGER, "RepNet, as in the released code, with more joint epochs").start(START);
    for (dataset, epochs, seeds) in OF_LONGER {
        let mut settings = text(dataset, scale);
        per_point(dataset, &mut settings);
        let shown = match dataset {
            "mnist" => vec![20, 30, 40],
            FASHION => vec![25, 50, 75],
            _ => Vec::new(),
        };
        let has_course = !shown.is_empty();
        settings.shown = if has_course { scale.pick(shown, vec![1]) } else { shown };
        settings.train.epochs = scale.pick(epochs, 3);
        let spec = run(dataset, RepNet::SLUG, settings, FEW, scale)?;
        longer = longer.on(if has_course { scored(spec) } else { spec }, seeds);
    }
    draw(&mut of_code, scale);

    let ablations = ablations(&of_code, scale)?;
    let pictures = (kdae::PAPER.rows)(scale)?;
    let measured = vec![
        Row::shared("k-means", "k-means", "k-means", &(no_network::PAPER.rows)(scale)?, &DATASETS),
        ae,
        Row::shared("dec", "DEC, network of its authors", "dec/dec", &pictures, &DATASETS)
            .on(kdae::dec_elsewhere(TEXT, scale)?, 1)
            .on(kdae::dec_elsewhere("uci-har", scale)?, 1)
            .published("DEC"),
        Row::shared("dcn", "DCN, network of its authors", "dcn/dec", &pictures, &DATASETS)
            .on(kdae::dcn_elsewhere(TEXT, scale)?, 1)
            .on(kdae::dcn_elsewhere("uci-har", scale)?, 1)
            .published("DCN"),
        Row::shared("vade", "VaDE, 40 epochs (HAR: 120)", "vade", &(mixae::PAPER.rows)(scale)?, &DATASETS)
            .published("VaDE"),
        by_text,
        of_code,
        longer,
    ];
    let quoted = ["DBC", "DCC", "DEPICT", "InfoGAN", "JULE", "DAC", "IMSAT"];
    let quoted = quoted.map(|name| Row::new(name, format!("{name} (quoted)")).published(name));
    Ok([measured, quoted.to_vec(), ablations].concat())
}

/// Figures 2 to 4, of MNIST.
fn draw(row: &mut Row, scale: Scale) {
    let spaces = Spaces {
        epochs: scale.pick(vec![0, 1, 5, joint_epochs(DRAWN)], vec![0, 2]),
        samples: scale.pick(5_000, 200),
        per_class: scale.pick(10, 5),
        settings: TsneSettings::default(),
    };
    let other_k = |k| MeasureSpec::OtherK(OtherK { k, per_cluster: 12, k_means: KMeansOptions::default() });
    for planned in row.runs.iter_mut().filter(|planned| planned.dataset == DRAWN) {
        planned.pictured = vec![MeasureSpec::Spaces(spaces.clone())];
        planned.pictured.extend(OTHER_K.map(other_k));
    }
}

/// Each differs from the released code in one thing.
fn ablations(of_code: &Row, scale: Scale) -> Result<Vec<Row>> {
    let vary = |id, words: &str, change: fn(&mut RepNetSettings)| of_code.vary(id, words, &ABLATION, change);
    Ok(vec![
        vary("all-pairs", "similarities of all pairs add up to 1", |s| {
            s.similarities.normalisation = PairNormalisation::Batch;
        })?,
        vary("degrees/1", "1 degree of freedom for codes as well", |s| {
            s.similarities.code_degrees = Some(1.0);
        })?,
        vary("noise", "noise of 0.2 on the samples", |s| s.pretraining.noise = Some(0.2))?,
        vary("shuffled", "samples in a new order in every epoch", |s| {
            s.train.in_order = false;
            s.pretraining.train.in_order = false;
        })?,
        ten_thousand(of_code, scale)?,
        vary("gamma/0", "γ = 0: the encoder learns reconstruction alone", |s| s.gamma = 0.0)?,
        vary("gamma/0.001", "γ = 0.001, as the released code has it on USPS", |s| s.gamma = 0.001)?,
    ])
}

/// As many documents as the papers' Reuters-10k has.
fn ten_thousand(of_code: &Row, scale: Scale) -> Result<Row> {
    let same = |_: &mut RepNetSettings| {};
    let mut drawn =
        of_code.vary("documents/10000", "10,000 documents, drawn from the subset", &[(TEXT, 1)], same)?;
    for planned in &mut drawn.runs {
        planned.spec.data.subset = Some(Subset::Random { n: scale.pick(10_000, FEW / 2) });
    }
    Ok(drawn)
}
