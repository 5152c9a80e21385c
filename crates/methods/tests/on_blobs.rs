//! Every method on three well-parted blobs: it finds them, repeats itself bit for bit, and predicts what it fitted.

use deepclust_methods::{
    Context, Error, Fitted, LabelledSubset, METHODS, Method, Progress, Result, Seed, Series, Silent, build,
    load_model, save_model,
};
use deepclust_nets::Device;
use ndarray::{Array2, Axis};
use rand::Rng;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::Once;

const PER_BLOB: usize = 60;

static ONE_THREAD: Once = Once::new();

/// Three blobs in [0, 1]¹², and which sample is of which.
fn blobs() -> (Array2<f32>, Vec<usize>) {
    let mut rng = Seed(42).stream("blobs");
    let x = Array2::from_shape_fn((3 * PER_BLOB, 12), |(i, j)| {
        let centre = if j % 3 == i % 3 { 0.9 } else { 0.1 };
        centre + rng.random_range(-0.05f32..0.05)
    });
    (x, (0..3 * PER_BLOB).map(|i| i % 3).collect())
}

fn settings(slug: &str) -> Value {
    let k_means = json!({"n_clusters": 3, "n_init": 5});
    match slug {
        "k-means" | "k-means-all" => json!({"k_means": k_means}),
        "pca-k-means" | "pca70-k-means" => json!({"pca": {"n_components": 2}, "k_means": k_means}),
        "k-dae" | "damic" => {
            let mut deep = pretraining();
            deep["hidden"] = json!("elu");
            deep["batch_norm"] = json!({"momentum": 0.1, "epsilon": 0.001, "code": false});
            let mut first = deep.clone();
            first["layer_wise"] = json!({"epochs": 3, "batch_size": 16});
            let mut settings = json!({
                "start": {"pretraining": first, "k_means": k_means, "of_cluster": deep},
                "joint": {"adam": {"learning_rate": 0.001}, "train": {"epochs": 5, "batch_size": 16}}
            });
            if slug == "damic" {
                settings["gate"] = json!({
                    "network": {"widths": [8], "hidden": "relu", "init": "torch-linear"},
                    "adam": {"learning_rate": 0.01}, "train": {"epochs": 20, "batch_size": 16}
                });
            }
            settings
        }
        "dcn" => json!({
            "pretraining": pretraining(), "k_means": k_means, "optimizer": {"adam": {"learning_rate": 0.001}},
            "train": {"epochs": 5, "batch_size": 16}, "clustering_weight": 0.5, "initial_count": 100
        }),
        "dec" | "idec" => {
            let optimizer = json!({"adam": {"learning_rate": 0.001}});
            let mut settings = json!({
                "pretraining": pretraining(),
                "k_means": k_means, "optimizer": optimizer, "batch_size": 16, "update_interval": 10, "max_steps": 60,
                "tolerance": 0.001, "nu": 1.0
            });
            if slug == "idec" {
                settings["divergence_weight"] = json!(0.1);
            }
            settings
        }
        snnl if snnl.starts_with("snnl") => json!({
            "widths": [8, 3], "hidden": "relu", "code": "sigmoid", "output": "sigmoid",
            "init": {"hidden": "kaiming-normal", "code": "xavier-uniform", "output": "xavier-uniform"},
            "reconstruction": "binary-cross-entropy", "snnl": {"distance": "cosine", "epsilon": 1e-5}, "alpha": 10.0,
            "supervised": takes_labels(snnl), "temperature": {"annealed": {"eta": 1.0, "gamma": 0.55}},
            "layers": if snnl == "snnl-code" { "code" } else { "all-tensors" },
            "reduction": if matches!(snnl, "snnl-3" | "snnl-4") { "minimum" } else { "sum" },
            "adam": {"learning_rate": 0.01}, "train": {"epochs": 30, "batch_size": 16}, "k_means": k_means
        }),
        _ => json!({
            "widths": [8, 3], "hidden": "relu", "code": "identity", "output": "sigmoid",
            "init": {"hidden": "torch-linear", "code": "torch-linear", "output": "torch-linear"},
            "loss": "binary-cross-entropy", "adam": {"learning_rate": 0.01},
            "train": {"epochs": 30, "batch_size": 16}, "k_means": k_means
        }),
    }
}

fn pretraining() -> Value {
    json!({
        "widths": [8, 3], "hidden": "relu", "code": "identity", "output": "sigmoid",
        "init": {"hidden": "torch-linear", "code": "torch-linear", "output": "torch-linear"},
        "loss": "mean-squared-error", "adam": {"learning_rate": 0.01}, "train": {"epochs": 30, "batch_size": 16}
    })
}

/// Whether the method is semi-supervised here.
fn takes_labels(slug: &str) -> bool {
    matches!(slug, "snnl-1" | "snnl-3" | "snnl-5" | "snnl-7" | "snnl-code")
}

type Outcome = (Vec<usize>, Array2<f32>, Vec<Series>, BTreeMap<String, f64>);

fn fit(slug: &str, seed: u64) -> Fitted {
    let mut progress = Silent;
    let mut context = Context::new(Seed(seed), Device::Cpu, &mut progress);
    let method = build(slug, &settings(slug)).unwrap();
    fit_with(slug, method.as_ref(), &mut context).unwrap()
}

/// What a fit leaves, from inside a pool of that many threads: everything in it goes to that pool.
fn fit_in_pool(slug: &str, seed: u64, threads: usize) -> Outcome {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| {
        let fitted = fit(slug, seed);
        (fitted.labels, fitted.embedding, fitted.history, fitted.facts)
    })
}

/// With labels where the method takes them.
fn fit_with(slug: &str, method: &dyn Method, context: &mut Context<'_>) -> Result<Fitted> {
    // Two threads of libtorch wait for one another when anything else runs.
    ONE_THREAD.call_once(|| deepclust_nets::use_threads(1));
    let (x, labels) = blobs();
    if takes_labels(slug) {
        method.fit_labelled(&LabelledSubset::new(x.view(), &labels)?, 3, context)
    } else {
        method.fit(x.view(), 3, context)
    }
}

#[test]
fn finds_the_blobs() {
    let (_, truth) = blobs();
    for (slug, _) in METHODS {
        let fitted = fit(slug, 1);
        assert_eq!(deepclust_metrics::accuracy(&truth, &fitted.labels).unwrap(), 1.0, "{slug}");
        assert_eq!(fitted.embedding.nrows(), truth.len());
        assert!(fitted.facts.contains_key("inertia"), "{slug}");
    }
}

#[test]
fn repeats_itself_and_follows_the_seed() {
    for (slug, _) in METHODS {
        let one = fit_in_pool(slug, 1, 1);
        assert_eq!(one, fit_in_pool(slug, 1, 1), "{slug}");
        assert_eq!(one, fit_in_pool(slug, 1, 2), "{slug}");
    }
    assert_ne!(fit("ae-k-means", 1).history, fit("ae-k-means", 2).history);
}

#[test]
fn the_model_knows_its_own_samples_and_refuses_another_width() {
    let (x, _) = blobs();
    for (slug, _) in METHODS {
        let fitted = fit(slug, 3);
        assert_eq!(fitted.model.predict(x.view()).unwrap(), fitted.labels, "{slug}");
        assert_eq!(fitted.model.embed(x.view()).unwrap().dim(), fitted.embedding.dim(), "{slug}");
        let narrow = x.select(Axis(1), &[0, 1]);
        assert!(fitted.model.predict(narrow.view()).is_err(), "{slug}");
        let wide = Array2::zeros((2, fitted.embedding.ncols() + 1));
        assert!(fitted.model.assign(wide.view()).is_err(), "{slug}");
    }
}

#[test]
fn a_saved_model_predicts_as_before() {
    let (x, _) = blobs();
    let folder = tempfile::tempdir().unwrap();
    for (slug, _) in METHODS {
        let fitted = fit(slug, 4);
        let path = folder.path().join(format!("{slug}.safetensors"));
        save_model(&path, fitted.model.as_ref()).unwrap();
        let loaded = load_model(&path, Device::Cpu).unwrap();
        assert_eq!(loaded.embed(x.view()).unwrap(), fitted.model.embed(x.view()).unwrap(), "{slug}");
        assert_eq!(loaded.predict(x.view()).unwrap(), fitted.labels, "{slug}");
        let (before, after) = (fitted.model.reconstructions(x.view()), loaded.reconstructions(x.view()));
        assert_eq!(before.unwrap(), after.unwrap(), "{slug}");
    }
    let path = folder.path().join("strange.safetensors");
    std::fs::write(&path, "no model").unwrap();
    let error = load_model(&path, Device::Cpu).err().unwrap().to_string();
    assert!(error.contains("expected a safetensors file"), "{error}");
    deepclust_nets::save_tensors(&path, &[], r#"{"kind": "k-meens"}"#).unwrap();
    let error = load_model(&path, Device::Cpu).err().unwrap().to_string();
    assert!(
        error.contains("expected a fitted model of the kind k-means, ") && error.ends_with("found `k-meens`")
    );
    deepclust_nets::save_tensors(&path, &[], r#"{"kind": "k-means"}"#).unwrap();
    let error = load_model(&path, Device::Cpu).err().unwrap().to_string();
    assert!(error.ends_with("expected a tensor `centres`, found none"), "{error}");
}

#[test]
fn history_falls() {
    let fitted = fit("ae-k-means", 1);
    let losses = &fitted.history[0].values;
    assert_eq!(losses.len(), 30);
    assert!(losses[29] < 0.8 * losses[0], "{losses:?}");
}

#[test]
fn bad_input_is_an_error() {
    let mut progress = Silent;
    let mut context = Context::new(Seed(0), Device::Cpu, &mut progress);
    let (x, _) = blobs();
    for (slug, _) in METHODS {
        let method = build(slug, &settings(slug)).unwrap();
        let with_nan = x.mapv(|v| if v > 0.94 { f32::NAN } else { v });
        for (bad, k) in [(with_nan, 3), (Array2::zeros((0, 12)), 1), (x.clone(), 0), (x.clone(), 1000)] {
            let labels = vec![0; bad.nrows()];
            let subset = LabelledSubset::new(bad.view(), &labels).unwrap();
            let result = if takes_labels(slug) {
                method.fit_labelled(&subset, k, &mut context)
            } else {
                method.fit(bad.view(), k, &mut context)
            };
            assert!(matches!(result, Err(Error::Samples { .. })), "{slug} {:?} {k}: {result:?}", bad.dim());
        }
    }
    let mut tanh = settings("ae-k-means");
    tanh["output"] = json!("tanh");
    let error = build("ae-k-means", &tanh).unwrap().fit(x.view(), 3, &mut context).unwrap_err().to_string();
    assert!(error.contains("needs a sigmoid output, found Tanh"), "{error}");
    let doubled = x.mapv(|v| 2.0 * v);
    let error = build("ae-k-means", &settings("ae-k-means")).unwrap().fit(doubled.view(), 3, &mut context);
    assert!(error.unwrap_err().to_string().contains("values in [0, 1]"));
    let error = build("k-meens", &json!({})).unwrap_err().to_string();
    assert!(error.starts_with("unknown method `k-meens`; known are k-means, "), "{error}");
    let error =
        build("k-means", &json!({"k_means": {"n_clusters": 3}, "labels": [1]})).unwrap_err().to_string();
    assert!(error.contains("unknown field `labels`"), "{error}");
}

#[test]
fn methods_of_one_seed_share_their_pretraining() {
    let folder = tempfile::tempdir().unwrap();
    let files = || {
        let paths = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
        paths.filter(|path| path.extension().is_some_and(|e| e == "safetensors")).collect::<Vec<_>>()
    };
    let fit_cached = |slug: &str, seed| {
        let mut progress = Heard::default();
        let mut context = Context::new(Seed(seed), Device::Cpu, &mut progress);
        context.cache = Some(folder.path().to_owned());
        let fitted = fit_with(slug, build(slug, &settings(slug)).unwrap().as_ref(), &mut context).unwrap();
        assert_eq!(fitted.embedding, fit(slug, seed).embedding, "{slug}");
        // Its time counts either way.
        assert!(context.stages()["autoencoder"] > 0.0);
        progress.0.contains("autoencoder")
    };
    // With running statistics, too.
    assert!(fit_cached("k-dae", 1) && !fit_cached("damic", 1));
    assert_eq!(files().len(), 1);
    files().iter().for_each(|path| std::fs::remove_file(path).unwrap());
    assert!(fit_cached("dec", 1));
    assert_eq!(files().len(), 1);
    assert!(!fit_cached("idec", 1), "the network was trained again");
    assert!(fit_cached("idec", 2));
    assert_eq!(files().len(), 2);
    // A damaged file is made anew.
    files().iter().for_each(|path| std::fs::write(path, "no network").unwrap());
    assert!(fit_cached("dec", 2));
    assert!(!fit_cached("dec", 2));
}

#[test]
fn labels_go_only_where_they_are_taken() {
    let (x, labels) = blobs();
    let subset = LabelledSubset::new(x.view(), &labels).unwrap();
    let mut progress = Silent;
    let mut context = Context::new(Seed(0), Device::Cpu, &mut progress);
    for (slug, _) in METHODS {
        let method = build(slug, &settings(slug)).unwrap();
        let refused = if takes_labels(slug) {
            method.fit(x.view(), 3, &mut context)
        } else {
            method.fit_labelled(&subset, 3, &mut context)
        };
        assert!(matches!(refused, Err(Error::Labels { .. })), "{slug}: {refused:?}");
    }
}

#[test]
fn snnl_settings_out_of_range_are_named() {
    for (key, value, problem) in [
        ("alpha", json!(-1.0), "`alpha`: expected a number of at least 0, found -1"),
        ("temperature", json!({"fixed": 0.0}), "`temperature`: expected a number above 0, found 0"),
        (
            "snnl",
            json!({"distance": "cosine", "epsilon": 0.0}),
            "`epsilon`: expected a number above 0, found 0",
        ),
    ] {
        let mut wrong = settings("snnl-5");
        wrong[key] = value;
        let error = build("snnl-5", &wrong).unwrap_err().to_string();
        assert!(error.ends_with(problem), "{error}");
    }
}

/// The stages that were announced.
#[derive(Default)]
struct Heard(BTreeSet<String>);

impl Progress for Heard {
    fn report(&mut self, stage: &str, _: usize, _: usize, _: &str) -> ControlFlow<()> {
        self.0.insert(stage.to_owned());
        ControlFlow::Continue(())
    }
}

/// Stops after that many epochs of a stage.
struct StopIn(&'static str, usize);

impl Progress for StopIn {
    fn report(&mut self, stage: &str, done: usize, _: usize, _: &str) -> ControlFlow<()> {
        if stage == self.0 && done >= self.1 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

#[test]
fn a_listener_can_stop_the_training_and_a_checkpoint_goes_on() {
    for (slug, stage) in [
        ("ae-k-means", "autoencoder"),
        ("snnl-5", "autoencoder"),
        ("k-dae", "autoencoder"),
        ("k-dae", "autoencoders of the clusters"),
        ("k-dae", "joint training"),
        ("damic", "joint training"),
        ("dcn", "joint training"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let method = build(slug, &settings(slug)).unwrap();
        let mut progress = StopIn(stage, 2);
        let mut context = Context::new(Seed(1), Device::Cpu, &mut progress);
        context.checkpoints = Some(folder.path().to_owned());
        let error = fit_with(slug, method.as_ref(), &mut context).unwrap_err().to_string();
        assert_eq!(error, "stopped on request after epoch 2", "{slug}");
        let mut progress = Silent;
        let mut context = Context::new(Seed(1), Device::Cpu, &mut progress);
        context.checkpoints = Some(folder.path().to_owned());
        let resumed = fit_with(slug, method.as_ref(), &mut context).unwrap();
        let whole = fit(slug, 1);
        assert_eq!(resumed.history, whole.history, "{slug} {stage}");
        assert_eq!(resumed.embedding, whole.embedding, "{slug} {stage}");
    }
}

/// Methods that go on from the clusters of k-means.
const JOINT: [&str; 5] = ["dec", "idec", "dcn", "k-dae", "damic"];

fn fit_any(slug: &str, settings: &Value, x: &Array2<f32>, k: usize) -> Result<Fitted> {
    ONE_THREAD.call_once(|| deepclust_nets::use_threads(1));
    let mut progress = Silent;
    let mut context = Context::new(Seed(1), Device::Cpu, &mut progress);
    build(slug, settings)?.fit(x.view(), k, &mut context)
}

#[test]
fn one_cluster_constant_samples_and_very_few_are_no_trouble() {
    let (x, _) = blobs();
    let constant = Array2::from_elem((40, 12), 0.5f32);
    let few = x.slice(ndarray::s![..4, ..]).to_owned();
    for slug in JOINT {
        for (x, k) in [(&x, 1), (&constant, 3), (&few, 4)] {
            let fitted = fit_any(slug, &settings(slug), x, k).unwrap();
            assert!(fitted.labels.iter().all(|&label| label < k), "{slug}");
            assert!(fitted.embedding.iter().all(|value| value.is_finite()), "{slug} {k}");
            let values = fitted.history.iter().flat_map(|series| &series.values);
            assert!(
                values.clone().count() > 0 && values.clone().all(|value| value.is_finite()),
                "{slug} {k}"
            );
            assert_eq!(fitted.start.as_ref().map(Vec::len), Some(x.nrows()), "{slug}");
        }
    }
}

#[test]
fn every_form_of_joint_training_finds_the_blobs() {
    let (x, truth) = blobs();
    for slug in ["k-dae", "damic"] {
        for (key, value) in
            [("distance", json!("norm")), ("pass", json!("responsible")), ("precision", json!("bf16"))]
        {
            let mut settings = settings(slug);
            settings["joint"][key] = value;
            // Something is left to learn.
            settings["start"]["of_cluster"]["train"]["epochs"] = json!(4);
            let fitted = fit_any(slug, &settings, &x, 3).unwrap();
            assert_eq!(deepclust_metrics::accuracy(&truth, &fitted.labels).unwrap(), 1.0, "{slug} {key}");
            let losses = &fitted.history.iter().find(|series| series.name == "joint loss").unwrap().values;
            assert!(losses[losses.len() - 1] < losses[0], "{slug} {key}: {losses:?}");
        }
        let mut wrong = settings(slug);
        wrong["joint"]["train"]["epochs"] = json!(0);
        let error = build(slug, &wrong).unwrap_err().to_string();
        assert!(error.ends_with("`epochs`: expected a number of at least 1, found 0"), "{error}");
    }
    for slug in ["dec", "idec"] {
        let mut settings = settings(slug);
        settings["precision"] = json!("bf16");
        let fitted = fit_any(slug, &settings, &x, 3).unwrap();
        assert_eq!(deepclust_metrics::accuracy(&truth, &fitted.labels).unwrap(), 1.0, "{slug}");
        settings["optimizer"] = json!({"sgd": {"learning_rate": 0.01, "momentum": 0.9}});
        let error = build(slug, &settings).unwrap_err().to_string();
        assert!(error.ends_with("`precision`: expected `single` for `sgd`, found `bf16`"), "{error}");
    }
    let mut soft = settings("k-dae");
    soft["cost"] = json!("soft");
    let soft = fit_any("k-dae", &soft, &x, 3).unwrap();
    assert_eq!(deepclust_metrics::accuracy(&truth, &soft.labels).unwrap(), 1.0);
    // The soft minimum is never above the least distance.
    let hard = fit_any("k-dae", &settings("k-dae"), &x, 3).unwrap();
    let loss = |fitted: &Fitted| fitted.history.iter().find(|s| s.name == "joint loss").unwrap().values[0];
    assert!(loss(&soft) <= loss(&hard) + 1e-6);
}

#[test]
fn reconstructions_come_from_every_cluster() {
    let (x, _) = blobs();
    let fitted = fit("k-dae", 1);
    let all = fitted.model.reconstructions(x.view()).unwrap().unwrap();
    assert_eq!(all.dim(), (x.nrows(), 3, 12));
    for (i, &label) in fitted.labels.iter().enumerate() {
        let error = |j: usize| -> f32 {
            x.row(i).iter().zip(all.slice(ndarray::s![i, j, ..])).map(|(a, b)| (a - b).powi(2)).sum()
        };
        assert!((0..3).all(|j| error(label) <= error(j) + 1e-6));
    }
    assert!(fit("ae-k-means", 1).model.reconstructions(x.view()).unwrap().is_none());
}
