//! What decides the outcome: deviations from the protocol, for the start and for the methods that go on from it.

use super::protocol::{NORMALISED, SEEDS, ae_k_means, damic, dcn, dec, extras, k_dae, pretraining, row};
use super::{protocol, tables};
use crate::run::RunSpec;
use crate::{Request, Result};
use deepclust_methods::{
    AeKMeans, ClusterAutoencoders, Damic, DamicSettings, Dcn, DcnSettings, Dec, DecSettings, KDae, KDaeCost,
    KDaeSettings, Pretraining, ReconstructionDistance, ReconstructionLoss,
};
use deepclust_nets::{
    Activation, BatchNormSettings, Init, LayerInits, MixturePass, Precision, TrainSettings,
};
use serde_json::Value;

/// A deviation from a row's protocol.
pub(super) struct Variant {
    pub method: &'static str,
    pub name: &'static str,
    pub words: &'static str,
    pub settings: Value,
}

/// The deviation that has the network, and nearly all else, of the authors' code.
pub(super) const AUTHORS_CODE: &str = "authors-code";

/// The deviations that start from the network of DEC and DCN.
pub(super) const DEC_START: &str = "dec-start";
pub(super) const DEC_START_EQUAL_WEIGHTS: &str = "dec-start-equal-weights";
pub(super) const AUTHORS_CODE_DEC_START: &str = "authors-code-dec-start";
pub(super) const AUTHORS_CLUSTERS_DEC_START: &str = "authors-clusters-dec-start";

/// Seeds of a deviation: all of them on the data set on which they take minutes and for what has a row in Table 2, elsewhere
/// the first. The USPS of the paper's text is not that of its authors' code, and has none.
pub(super) fn seeds(dataset: &str, method: &str, name: &str) -> usize {
    match dataset {
        "usps-11000" => 0,
        "usps-9298" => SEEDS,
        _ if tables::ROWS.contains(&(method, Some(name))) => SEEDS,
        _ => 1,
    }
}

/// All deviations of a data set, in the order of the table.
pub(super) fn variants(dataset: &str, quick: bool) -> Result<Vec<Variant>> {
    let mut variants = Vec::new();
    for (name, words, change) in STARTS {
        let mut start = pretraining(quick);
        change(&mut start);
        let settings = serde_json::to_value(ae_k_means(quick, &start))?;
        variants.push(Variant { method: AeKMeans::SLUG, name, words, settings });
    }
    for (name, words, change) in DECS {
        let mut settings = dec(dataset, false, quick)?;
        change(&mut settings);
        let settings = serde_json::to_value(settings)?;
        variants.push(Variant { method: Dec::SLUG, name, words, settings });
    }
    for (name, words, change) in DCNS {
        let mut settings = dcn(quick);
        change(&mut settings);
        let settings = serde_json::to_value(settings)?;
        variants.push(Variant { method: Dcn::SLUG, name, words, settings });
    }
    for (name, words, change) in JOINTS {
        let mut settings = k_dae(quick);
        change(&mut settings);
        let settings = serde_json::to_value(settings)?;
        variants.push(Variant { method: KDae::SLUG, name, words, settings });
    }
    for (name, words, change) in DAMICS {
        let mut settings = damic(quick);
        change(&mut settings);
        let settings = serde_json::to_value(settings)?;
        variants.push(Variant { method: Damic::SLUG, name, words, settings });
    }
    Ok(variants)
}

type Deviation<T> = (&'static str, &'static str, fn(&mut T));

const STARTS: &[Deviation<Pretraining>] = &[
    ("linear-code", "linear code without batch normalisation", linear_code),
    ("no-layer-wise", "no layer-wise pretraining", |s| s.layer_wise = None),
    ("no-batch-norm", "no batch normalisation", |s| s.batch_norm = None),
    (
        AUTHORS_CODE,
        "several, as in the authors' code: d-500-500-2000-10 (mirrored; theirs leaves 2000 out of the decoder), linear code, 80 epochs at most, no layer-wise pretraining",
        authors,
    ),
    (
        DEC_START,
        "several, as for DEC and DCN: d-500-500-2000-10, ReLU, linear code and output, mean squared error, weights from U(±1/√fan-in), no batch normalisation, no layer-wise pretraining",
        dec_start,
    ),
];

const DEC_START_WORDS: &str = "the start of DEC and DCN";

const AUTHORS_START: &str = "authors-start";
const AUTHORS_START_WORDS: &str = "the start of the authors' code of k-DAE";

const DECS: &[Deviation<DecSettings>] = &[
    (
        "batch-targets",
        "targets of each batch from its own assignments, as in ClustPy, and as many steps as DEC may take, without early stop",
        |s| {
            s.update_interval = None;
            s.tolerance = 0.0;
        },
    ),
    (AUTHORS_START, AUTHORS_START_WORDS, |s| authors(&mut s.pretraining)),
    (DEC_START, DEC_START_WORDS, |s| dec_start(&mut s.pretraining)),
];

const DCNS: &[Deviation<DcnSettings>] = &[
    ("equal-weights", "both parts of the loss weighed alike, on pixels in [0, 1]", |s| {
        s.clustering_weight = 1.0;
    }),
    (AUTHORS_START, AUTHORS_START_WORDS, |s| authors(&mut s.pretraining)),
    (DEC_START, DEC_START_WORDS, |s| dec_start(&mut s.pretraining)),
    (
        DEC_START_EQUAL_WEIGHTS,
        "the start of DEC and DCN, and both parts of the loss weighed alike, as its authors do: nothing keeps the size of these codes",
        |s| {
            dec_start(&mut s.pretraining);
            s.clustering_weight = 1.0;
        },
    ),
];

const JOINTS: &[Deviation<KDaeSettings>] = &[
    (
        "responsible",
        "only the samples that an autoencoder wins go through it in training, from running statistics set to its cluster's",
        |s| {
            s.joint.pass = MixturePass::Responsible;
        },
    ),
    (
        "responsible-bf16",
        "only the samples that an autoencoder wins go through it in training, in bf16",
        |s| {
            s.joint.pass = MixturePass::Responsible;
            s.joint.precision = Precision::Bf16;
        },
    ),
    ("bf16", "the joint training in bf16", |s| s.joint.precision = Precision::Bf16),
    ("cluster-epochs", "50 epochs at most for each cluster's own autoencoder, not 10", |s| {
        s.start.of_cluster.train = s.start.pretraining.train;
    }),
    ("norm", "‖x − x̂‖, not squared", |s| s.joint.distance = ReconstructionDistance::Norm),
    ("soft", "the soft cost (eq. 4)", |s| s.cost = KDaeCost::Soft),
    ("linear-code", "linear codes without batch normalisation", |s| {
        linear_code(&mut s.start.pretraining);
        linear_code(&mut s.start.of_cluster);
    }),
    ("no-batch-norm", "no batch normalisation", |s| {
        s.start.pretraining.batch_norm = None;
        s.start.of_cluster.batch_norm = None;
    }),
    (
        AUTHORS_CODE,
        "several, as in the authors' code: d-500-500-2000-10 at the start (mirrored; theirs leaves 2000 out of the decoder), d-500-100-10 for each cluster, linear codes, ‖x − x̂‖; at the start no layer-wise pretraining and 80 epochs at most, together 40 without early stop",
        |s| {
            authors(&mut s.start.pretraining);
            authors_joint(s);
        },
    ),
    (AUTHORS_CODE_DEC_START, "several, as in the authors' code, but from the start of DEC and DCN", |s| {
        dec_start(&mut s.start.pretraining);
        authors_joint(s);
    }),
];

const DAMICS: &[Deviation<DamicSettings>] = &[(
    AUTHORS_CLUSTERS_DEC_START,
    "the start of DEC and DCN, and for each cluster d-500-100-10 with a linear code, as in the authors' code of k-DAE",
    |s| {
        dec_start(&mut s.start.pretraining);
        authors_clusters(&mut s.start);
    },
)];

fn linear_code(settings: &mut Pretraining) {
    settings.code = Activation::Identity;
    settings.batch_norm = Some(BatchNormSettings { code: false, ..NORMALISED });
}

/// Its decoder leaves the 2000 neurons out; here it mirrors the encoder.
fn authors(settings: &mut Pretraining) {
    linear_code(settings);
    settings.widths = vec![500, 500, 2000, 10];
    settings.layer_wise = None;
    settings.train.epochs = settings.train.epochs * 8 / 5;
}

/// The autoencoder of DEC and DCN on pixels in [0, 1], with the optimiser and the epochs of all others here.
fn dec_start(settings: &mut Pretraining) {
    *settings = Pretraining {
        widths: vec![500, 500, 2000, 10],
        hidden: Activation::Relu,
        code: Activation::Identity,
        output: Activation::Identity,
        // The variance is that of the public implementation whose averages the paper has on USPS.
        init: LayerInits::all(Init::TorchLinear),
        loss: ReconstructionLoss::MeanSquaredError,
        batch_norm: None,
        layer_wise: None,
        ..settings.clone()
    };
}

/// Each cluster's autoencoder in the authors' code.
fn authors_clusters(settings: &mut ClusterAutoencoders) {
    linear_code(&mut settings.of_cluster);
    settings.of_cluster.widths = vec![500, 100, 10];
}

/// What follows the start in the authors' code.
fn authors_joint(settings: &mut KDaeSettings) {
    authors_clusters(&mut settings.start);
    settings.joint.distance = ReconstructionDistance::Norm;
    settings.joint.train = TrainSettings::new(settings.joint.train.epochs.min(40), 256);
}

/// The runs of the ablation: every data set at the first seed, then the next seed.
pub(super) fn runs(request: &Request) -> Result<Vec<RunSpec>> {
    let mut runs = Vec::new();
    for seed in request.deviation_seeds(SEEDS) {
        for dataset in protocol::datasets(request) {
            // The small version shows the ablation on one data set.
            if request.quick && dataset != protocol::DATASETS[0] {
                continue;
            }
            for variant in variants(dataset, request.quick)? {
                if seed.0 < seeds(dataset, variant.method, variant.name) as u64 {
                    runs.push(RunSpec {
                        variant: Some(variant.name.to_owned()),
                        settings: variant.settings,
                        extras: extras(variant.method, Some(variant.name), seed),
                        ..row(dataset, variant.method, seed, request.quick)?
                    });
                }
            }
        }
    }
    Ok(runs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kdae::tables;
    use std::collections::HashSet;

    #[test]
    fn rows_of_the_table_are_planned_with_all_seeds() {
        let planned = runs(&Request::default()).unwrap();
        for dataset in protocol::DATASETS {
            for (method, variant) in tables::rows_of(dataset).filter(|(_, variant)| variant.is_some()) {
                let of_row = |run: &&RunSpec| {
                    run.dataset == dataset && run.method == method && run.variant.as_deref() == variant
                };
                assert_eq!(planned.iter().filter(of_row).count(), SEEDS, "{dataset} {method}");
            }
            let any = planned.iter().any(|run| run.dataset == dataset);
            assert_eq!(any, dataset != "usps-11000", "{dataset}");
        }
    }

    #[test]
    fn deviations_of_one_start_share_its_autoencoder() {
        let variants = variants("mnist", false).unwrap();
        let start = |name: &str, method: &str| {
            let found = variants.iter().find(|v| v.name == name && v.method == method).unwrap();
            let settings = found.settings.as_object().unwrap();
            match method {
                KDae::SLUG | Damic::SLUG => settings["start"]["pretraining"].clone(),
                AeKMeans::SLUG => {
                    let shared = |key: &&String| !["scaling", "k_means"].contains(&key.as_str());
                    settings.keys().filter(shared).map(|key| (key.clone(), settings[key].clone())).collect()
                }
                _ => settings["pretraining"].clone(),
            }
        };
        let authors = start(AUTHORS_CODE, AeKMeans::SLUG);
        for (name, method) in
            [(AUTHORS_CODE, KDae::SLUG), (AUTHORS_START, Dec::SLUG), (AUTHORS_START, Dcn::SLUG)]
        {
            assert_eq!(start(name, method), authors, "{method}");
        }
        let dec = start(DEC_START, AeKMeans::SLUG);
        for (name, method) in [
            (AUTHORS_CODE_DEC_START, KDae::SLUG),
            (AUTHORS_CLUSTERS_DEC_START, Damic::SLUG),
            (DEC_START, Dec::SLUG),
            (DEC_START, Dcn::SLUG),
        ] {
            assert_eq!(start(name, method), dec, "{method}");
        }
        assert_ne!(authors, dec);
    }

    #[test]
    fn every_deviation_builds_and_differs_from_the_protocol() {
        let request = Request { runs: Some(1), ..Request::default() };
        let runs = runs(&request).unwrap();
        let paths: HashSet<_> = runs.iter().map(RunSpec::record_path).collect();
        assert_eq!(paths.len(), runs.len());
        for run in &runs {
            deepclust_methods::build(&run.method, &run.settings).unwrap();
            let base = row(&run.dataset, &run.method, run.seed, false).unwrap();
            assert_ne!(run.settings, base.settings, "{}", run.title());
        }
        let settings: HashSet<_> = runs
            .iter()
            .filter(|run| run.dataset == "mnist")
            .map(|run| (&run.method, run.settings.to_string()))
            .collect();
        assert_eq!(settings.len(), variants("mnist", false).unwrap().len());
    }
}
