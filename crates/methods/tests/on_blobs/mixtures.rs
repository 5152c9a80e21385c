//! Methods with soft assignments: mixtures of autoencoders, and mixtures in a code.

use crate::blobs::{balanced, blobs, fit, fit_any, settings};
use deepclust_methods::{Fitted, Seed, facts, series};
use ndarray::Axis;
use serde_json::{Value, json};

fn accuracy(fitted: &Fitted) -> f64 {
    deepclust_metrics::accuracy(&blobs().1, &fitted.labels).unwrap()
}

fn values<'a>(fitted: &'a Fitted, name: &str) -> &'a [f64] {
    &fitted.history.iter().find(|series| series.name == name).unwrap().values
}

/// A name, and what it changes of the settings.
type Form = (&'static str, fn(&mut Value));

#[test]
fn soft_assignments_are_those_of_the_labels() {
    for slug in ["mixae", "vade"] {
        let fitted = fit(slug, 1);
        let p = fitted.model.probabilities(fitted.embedding.view()).unwrap().unwrap();
        assert_eq!(p.dim(), (fitted.labels.len(), 3), "{slug}");
        for (row, &label) in p.rows().into_iter().zip(&fitted.labels) {
            assert!((row.sum() - 1.0).abs() < 1e-5 && row.iter().all(|&p| p <= row[label]), "{slug} {row}");
        }
    }
    let hard = fit("ae-k-means", 1);
    assert!(hard.model.probabilities(hard.embedding.view()).unwrap().is_none());
    assert!(hard.model.generate(0, 2, &mut Seed(0).stream("samples")).unwrap().is_none());
}

#[test]
fn generated_samples_are_like_those_of_their_cluster() {
    let (x, _) = blobs();
    let fitted = fit("vade", 1);
    let draw = |cluster, n, seed: u64| {
        fitted.model.generate(cluster, n, &mut Seed(seed).stream("samples")).unwrap().unwrap()
    };
    for cluster in 0..3 {
        let rows: Vec<usize> = (0..x.nrows()).filter(|&i| fitted.labels[i] == cluster).collect();
        let centre = x.select(Axis(0), &rows).mean_axis(Axis(0)).unwrap();
        let samples = draw(cluster, 50, 1);
        assert_eq!(samples.dim(), (50, 12));
        let furthest = samples.rows().into_iter().map(|row| (&row - &centre).mapv(|v| v * v).sum());
        // Centres are 8 · 0.8² = 5.1 from one another.
        assert!(furthest.fold(0.0, f32::max) < 1.0, "{cluster}");
        let spread: f32 = samples.std_axis(Axis(0), 0.0).sum();
        assert!(spread > 1e-3, "{cluster} {spread}");
    }
    assert_eq!(draw(1, 3, 5), draw(1, 3, 5));
    assert_ne!(draw(1, 3, 5), draw(1, 3, 6));
    assert_eq!(draw(1, 0, 5).dim(), (0, 12));
    let error = fitted.model.generate(3, 1, &mut Seed(0).stream("samples")).unwrap_err().to_string();
    assert_eq!(error, "samples: expected a cluster from 0 to 2, found 3");
}

#[test]
fn every_form_of_vade_finds_the_blobs() {
    let (x, _) = blobs();
    let with = |change: fn(&mut Value)| {
        let mut settings = settings("vade");
        change(&mut settings);
        fit_any("vade", &settings, &x, 3).unwrap()
    };
    let plain = with(|_| {});
    assert!(plain.facts[facts::EVIDENCE].is_finite() && plain.facts[facts::START_LIKELIHOOD].is_finite());
    let losses = values(&plain, series::JOINT_LOSS);
    assert!(losses[losses.len() - 1] < losses[0], "{losses:?}");
    let forms: [Form; 5] = [
        ("authors", |s| {
            s["bound"] = json!({"responsibilities": "authors"});
            s["start"]["equal_weights"] = json!(true);
        }),
        ("gaussian", |s| {
            s["bound"] = json!({"likelihood": "gaussian", "reconstruction_weight": 20.0});
            s["pretraining"]["output"] = json!("identity");
        }),
        ("copy", |s| s["log_variance"] = json!("copy-of-mean")),
        ("own rate", |s| s["adam_of_mixture"] = json!({"learning_rate": 1e-4})),
        ("bf16", |s| s["precision"] = json!("bf16")),
    ];
    for (form, change) in forms {
        let fitted = with(change);
        assert_eq!(accuracy(&fitted), 1.0, "{form}");
        assert_ne!(values(&fitted, series::JOINT_LOSS), losses, "{form}");
    }
}

#[test]
fn every_form_of_mixae_finds_the_blobs() {
    let (x, _) = blobs();
    let with = |change: fn(&mut Value)| {
        let mut settings = settings("mixae");
        change(&mut settings);
        fit_any("mixae", &settings, &x, 3).unwrap()
    };
    let plain = with(|_| {});
    let losses = values(&plain, series::LOSS);
    assert!(losses[losses.len() - 1] < losses[0], "{losses:?}");
    // In the end samples are certain, and shares are equal.
    assert!(plain.facts[facts::SAMPLE_ENTROPY] < 0.2, "{:?}", plain.facts);
    assert!((plain.facts[facts::BATCH_ENTROPY] - 3f64.ln()).abs() < 0.05, "{:?}", plain.facts);
    let forms: [Form; 2] = [
        ("noise", |s| s["consistency"] = json!({"weight": 0.5, "change": {"noise": 0.1}})),
        ("control", |s| {
            s["consistency"] = json!({"weight": 0.5, "change": {"noise": 0.1}});
            s["weights"] = json!({"fixed": {"alpha": 0.05, "beta": 0.5}});
            s["reconstructs"] = json!(false);
        }),
    ];
    for (form, change) in forms {
        let fitted = with(change);
        assert_eq!(accuracy(&fitted), 1.0, "{form}");
        let moved = values(&fitted, series::CONSISTENCY);
        assert!(moved[moved.len() - 1] < 0.1, "{form} {moved:?}");
        let rebuilt = fitted.history.iter().any(|series| series.name == series::RECONSTRUCTION);
        assert_eq!(rebuilt, form == "noise");
    }
    // Two clusters may become one here.
    let forms: [Form; 2] = [
        ("layers", |s| s["gate"]["network"]["widths"] = json!([8])),
        ("balanced", |s| s["weights"] = balanced()),
    ];
    for (form, change) in forms {
        let fitted = with(change);
        assert!(accuracy(&fitted) > 0.6, "{form}");
        let errors = values(&fitted, series::RECONSTRUCTION);
        assert!(errors[errors.len() - 1] < 0.1 * errors[0], "{form} {errors:?}");
        let weights = values(&fitted, series::BATCH_ENTROPY_WEIGHT);
        assert_eq!(weights[0], 0.5);
        let entropy = values(&fitted, series::BATCH_ENTROPY);
        let last = weights.len() - 1;
        let expected = if form == "balanced" { errors[last - 1] / entropy[last - 1] } else { 0.5 };
        assert!((weights[last] - expected).abs() < 1e-12, "{form} {weights:?}");
    }
}

#[test]
fn a_method_tells_of_clusters_that_are_nearly_empty() {
    let (x, _) = blobs();
    // Nothing asks for equal shares.
    let mut settings = settings("mixae");
    settings["weights"] = json!({"fixed": {"alpha": 1.0, "beta": 0.0}});
    let mut heard = Heard::default();
    let mut context = deepclust_methods::Context::new(Seed(1), crate::blobs::device(), &mut heard);
    let fitted = deepclust_methods::build("mixae", &settings).unwrap().fit_with(x.view(), 3, &mut context);
    let fitted = fitted.unwrap();
    assert!(heard.0.contains(", clusters nearly empty: "), "{}", heard.0);
    assert!(fitted.facts[facts::SMALL_CLUSTERS] > 0.0 && fitted.facts[facts::LARGEST_SHARE] > 0.5);
    let smallest = values(&fitted, series::SMALLEST);
    assert!(smallest[smallest.len() - 1] < 0.034, "{smallest:?}");
    for slug in ["dec", "dcn", "k-dae", "damic", "vade"] {
        let fitted = fit(slug, 1);
        assert_eq!(fitted.facts[facts::SMALL_CLUSTERS], 0.0, "{slug}");
        assert!((fitted.facts[facts::LARGEST_SHARE] - 1.0 / 3.0).abs() < 1e-9, "{slug}");
    }
}

/// The latest word on the state of the training.
#[derive(Default)]
struct Heard(String);

impl deepclust_methods::Progress for Heard {
    fn report(&mut self, _: &str, _: usize, _: usize, detail: &str) -> std::ops::ControlFlow<()> {
        if !detail.is_empty() {
            detail.clone_into(&mut self.0);
        }
        std::ops::ControlFlow::Continue(())
    }
}
