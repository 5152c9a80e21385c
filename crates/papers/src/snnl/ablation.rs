//! What the paper leaves unsaid, tried out: temperature, layers, weight, numbers of labels.

use super::protocol::{self, METHODS, SEEDS, labels, row, snnl};
use crate::run::{Extras, FitPart, RunSpec};
use crate::{Request, Result};
use deepclust_cluster::KMeansSettings;
use deepclust_losses::Temperature;
use deepclust_methods::{AeKMeans, PcaKMeans, Seed, SnnlLayers, SnnlSettings};
use deepclust_nets::Precision;

/// Seeds of each deviation; the figures of fewer labels have the paper's number.
pub(super) const ABLATION_SEEDS: usize = 3;

/// Numbers of labelled images in Figures 3 and 4, besides the tables' own.
pub(super) const FEWER_LABELS: [usize; 3] = [1_000, 3_000, 6_000];

/// The rows that are trained on fewer labels.
pub(super) const FEWER_LABELS_METHODS: [&str; 2] = ["snnl-5", "snnl-1"];

/// A deviation from a row's protocol.
pub(super) struct Variant {
    pub method: &'static str,
    pub name: String,
    pub settings: SnnlSettings,
}

/// All deviations, in the order of the runs: one of a row's temperatures, layers or weights at a time, and for the first and
/// third row some temperatures on other layers.
pub(super) fn variants(quick: bool) -> Vec<Variant> {
    let mut variants = Vec::new();
    let mut add = |method: &'static str, name: String, change: &dyn Fn(&mut SnnlSettings)| {
        let mut settings = snnl(method, quick);
        change(&mut settings);
        if settings != snnl(method, quick) {
            variants.push(Variant { method, name, settings });
        }
    };
    for layers in LAYERS {
        let name = format!("layers-{}", layer_name(layers));
        add("snnl-7", name.clone(), &|s| s.layers = layers);
        add("snnl-3", name, &|s| s.layers = layers);
    }
    for t in TEMPERATURES {
        add("snnl-1", format!("temperature-{t}"), &|s| s.temperature = Temperature::Fixed(t));
    }
    for t in TEMPERATURES {
        add("snnl-3", format!("temperature-{t}"), &|s| s.temperature = Temperature::Fixed(t));
    }
    for layers in LAYERS.into_iter().filter(|layers| *layers != SnnlLayers::Code) {
        add("snnl-5", format!("layers-{}", layer_name(layers)), &|s| s.layers = layers);
    }
    for alpha in [1.0, 10.0, 1000.0] {
        add("snnl-5", format!("alpha-{alpha}"), &|s| s.alpha = alpha);
    }
    // Between the two temperatures that the printed accuracy lies between.
    for t in [0.8, 0.9] {
        add("snnl-1", format!("temperature-{t}"), &|s| s.temperature = Temperature::Fixed(t));
    }
    add("snnl-1", "layers-code".to_owned(), &|s| s.layers = SnnlLayers::Code);
    // Before the activation, two classes can point in opposite directions, which no third can join; after it no number is
    // negative, which may leave ten classes more room.
    add("snnl-1", "layers-activations".to_owned(), &|s| s.layers = SnnlLayers::Activations);
    for t in [10.0, 100.0] {
        add("snnl-1", format!("activations-temperature-{t}"), &|s| {
            s.layers = SnnlLayers::Activations;
            s.temperature = Temperature::Fixed(t);
        });
    }
    for t in [0.1, 0.5] {
        add("snnl-3", format!("hidden-temperature-{t}"), &|s| {
            s.layers = SnnlLayers::Hidden;
            s.temperature = Temperature::Fixed(t);
        });
    }
    // The annealed temperature, which serves the code well in the seventh row, ends near 0.1.
    for t in [0.1, 0.2, 0.3, 0.5] {
        add("snnl-3", format!("code-temperature-{t}"), &|s| {
            s.layers = SnnlLayers::Code;
            s.temperature = Temperature::Fixed(t);
        });
    }
    for method in ["snnl-1", "snnl-3", "snnl-7"] {
        for alpha in [10.0, 1000.0] {
            add(method, format!("alpha-{alpha}"), &|s| s.alpha = alpha);
        }
        // Neighbours are those of the batch.
        for batch_size in [128, 512] {
            add(method, format!("batch-{batch_size}"), &|s| s.train.batch_size = batch_size);
        }
    }
    variants
}

const TEMPERATURES: [f64; 6] = [0.1, 0.5, 0.7, 1.0, 10.0, 100.0];

const LAYERS: [SnnlLayers; 5] = [
    SnnlLayers::AllTensors,
    SnnlLayers::Activations,
    SnnlLayers::Hidden,
    SnnlLayers::Encoder,
    SnnlLayers::Code,
];

pub(super) fn layer_name(layers: SnnlLayers) -> &'static str {
    match layers {
        SnnlLayers::AllTensors => "all-tensors",
        SnnlLayers::Activations => "activations",
        SnnlLayers::Hidden => "hidden",
        SnnlLayers::Encoder => "encoder",
        SnnlLayers::Code => "code",
    }
}

/// The rows that are trained in bf16 too.
pub(super) const BF16_METHODS: [&str; 2] = ["snnl-5", AeKMeans::SLUG_70];

/// The runs that show what bf16 does, on MNIST alone.
pub(super) fn bf16(request: &Request) -> Result<Vec<RunSpec>> {
    if !protocol::datasets(request).contains(&"mnist") {
        return Ok(Vec::new());
    }
    let mut runs = Vec::new();
    for seed in request.deviation_seeds(SEEDS) {
        for method in BF16_METHODS {
            let base = row("mnist", method, seed, request.quick)?;
            let mut settings = base.settings.clone();
            settings["precision"] = serde_json::to_value(Precision::Bf16)?;
            runs.push(RunSpec {
                variant: Some("bf16".to_owned()),
                settings,
                extras: Extras { maps: Vec::new(), ..base.extras.clone() },
                ..base
            });
        }
    }
    Ok(runs)
}

/// The name of the deviation in which k-means is the best of ten starts.
pub(super) const TEN_RESTARTS: &str = "ten-restarts";

/// Whether k-means is tried with ten starts on a row: on all of MNIST, on those of EMNIST that are without labels, where one
/// start leaves even the row without training below the paper, and elsewhere on that row alone.
fn is_restarted(dataset: &str, method: &str) -> bool {
    match method {
        PcaKMeans::SLUG_70 => true,
        _ if dataset.starts_with("emnist") => !protocol::is_supervised(method),
        _ => dataset == "mnist",
    }
}

/// The paper's ninth run of k-means as the best of ten starts of at most 90 iterations: what scikit-learn, which its authors
/// called, did in 2020 unless told otherwise.
fn ten_restarts() -> KMeansSettings {
    KMeansSettings::ten_restarts(10).max_iter(90)
}

/// The runs that show what restarts of k-means do.
pub(super) fn restarts(request: &Request) -> Result<Vec<RunSpec>> {
    let mut runs = Vec::new();
    for seed in request.deviation_seeds(SEEDS) {
        for dataset in protocol::datasets(request) {
            for method in METHODS {
                if !is_restarted(dataset, method) {
                    continue;
                }
                let base = row(dataset, method, seed, request.quick)?;
                let mut settings = base.settings.clone();
                settings["k_means"] = serde_json::to_value(ten_restarts())?;
                runs.push(RunSpec {
                    variant: Some(TEN_RESTARTS.to_owned()),
                    settings,
                    extras: Extras {
                        maps: Vec::new(),
                        recluster: Some(ten_restarts()),
                        ..base.extras.clone()
                    },
                    ..base
                });
            }
        }
    }
    Ok(runs)
}

/// A deviation at a seed, on MNIST.
pub(super) fn deviation(variant: &Variant, seed: Seed, quick: bool) -> Result<RunSpec> {
    let base = row("mnist", variant.method, seed, quick)?;
    Ok(RunSpec {
        variant: Some(variant.name.clone()),
        settings: serde_json::to_value(&variant.settings)?,
        extras: Extras { maps: Vec::new(), ..base.extras.clone() },
        ..base
    })
}

/// A row with fewer labels.
pub(super) fn fewer(dataset: &str, method: &str, n: usize, seed: Seed, quick: bool) -> Result<RunSpec> {
    let base = row(dataset, method, seed, quick)?;
    // In proportion, but more than there are clusters.
    let samples = if quick { (n * labels(dataset, true) / labels(dataset, false)).max(100) } else { n };
    Ok(RunSpec {
        variant: Some(format!("labels-{n}")),
        fit: base.fit.clone().map(|fit| FitPart { samples: Some(samples), ..fit }),
        extras: Extras { maps: Vec::new(), ..base.extras.clone() },
        ..base
    })
}

/// The runs of Figures 3 and 4. The paper draws MNIST and Fashion-MNIST; EMNIST is ours.
pub(super) fn fewer_labels(request: &Request) -> Result<Vec<RunSpec>> {
    let mut runs = Vec::new();
    for seed in request.deviation_seeds(SEEDS) {
        for dataset in protocol::datasets(request) {
            for method in FEWER_LABELS_METHODS {
                for n in FEWER_LABELS {
                    runs.push(fewer(dataset, method, n, seed, request.quick)?);
                }
            }
        }
    }
    Ok(runs)
}

/// The runs of the ablation, on MNIST alone.
pub(super) fn deviations(request: &Request) -> Result<Vec<RunSpec>> {
    if !protocol::datasets(request).contains(&"mnist") {
        return Ok(Vec::new());
    }
    let seeds = request.deviation_seeds(ABLATION_SEEDS);
    let variants = variants(request.quick);
    seeds
        .flat_map(|seed| variants.iter().map(move |variant| deviation(variant, seed, request.quick)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_deviation_has_a_name_and_settings_of_its_own() {
        let request = Request { runs: Some(1), ..Request::default() };
        let runs = deviations(&request).unwrap();
        let paths: HashSet<_> = runs.iter().map(RunSpec::record_path).collect();
        let settings: HashSet<_> = runs.iter().map(|run| (&run.method, run.settings.to_string())).collect();
        assert_eq!((paths.len(), settings.len()), (runs.len(), runs.len()));
        for run in &runs {
            deepclust_methods::build(&run.method, &run.settings).unwrap();
            assert!(run.variant.is_some());
        }
    }

    #[test]
    fn bf16_is_the_only_change_of_its_runs() {
        let request = Request::default();
        for run in bf16(&request).unwrap() {
            let mut settings = run.settings.clone();
            assert_eq!(settings.as_object_mut().unwrap().remove("precision").unwrap(), "bf16");
            assert_eq!(settings, row("mnist", &run.method, run.seed, false).unwrap().settings);
            deepclust_methods::build(&run.method, &run.settings).unwrap();
        }
    }

    #[test]
    fn k_means_is_the_only_change_of_restarted_runs() {
        for run in restarts(&Request::default()).unwrap() {
            let base = row(&run.dataset, &run.method, run.seed, false).unwrap();
            let mut settings = run.settings.clone();
            assert_ne!(settings, base.settings);
            settings["k_means"] = base.settings["k_means"].clone();
            assert_eq!(settings, base.settings);
            deepclust_methods::build(&run.method, &run.settings).unwrap();
        }
    }

    #[test]
    fn fewer_labels_change_only_their_number() {
        let fewer = fewer("mnist", "snnl-5", 1_000, Seed(1), false).unwrap();
        let row = row("mnist", "snnl-5", Seed(1), false).unwrap();
        assert_eq!(fewer.fit.as_ref().unwrap().samples, Some(1_000));
        assert_eq!(fewer.settings, row.settings);
    }
}
