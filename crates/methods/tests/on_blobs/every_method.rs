//! What holds for all of them.

use crate::blobs::{blobs, device, fit, settings, takes_labels};
use deepclust_methods::{
    Context, Error, LabelledSubset, METHODS, Seed, Series, Silent, build, load_model, save_model,
};
use ndarray::{Array2, Axis};
use serde_json::json;
use std::collections::BTreeMap;

type Outcome = (Vec<usize>, Array2<f32>, Vec<Series>, BTreeMap<String, f64>);

/// What a fit leaves, from inside a pool of that many threads: everything in it goes to that pool.
fn fit_in_pool(slug: &str, seed: u64, threads: usize) -> Outcome {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| {
        let fitted = fit(slug, seed);
        (fitted.labels, fitted.embedding, fitted.history, fitted.facts)
    })
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
        let loaded = load_model(&path, device()).unwrap();
        assert_eq!(loaded.embed(x.view()).unwrap(), fitted.model.embed(x.view()).unwrap(), "{slug}");
        assert_eq!(loaded.predict(x.view()).unwrap(), fitted.labels, "{slug}");
        let (before, after) = (fitted.model.reconstructions(x.view()), loaded.reconstructions(x.view()));
        assert_eq!(before.unwrap(), after.unwrap(), "{slug}");
    }
    let path = folder.path().join("strange.safetensors");
    std::fs::write(&path, "no model").unwrap();
    let error = load_model(&path, device()).err().unwrap().to_string();
    assert!(error.contains("expected a safetensors file"), "{error}");
    deepclust_nets::save_tensors(&path, &[], r#"{"kind": "k-meens"}"#).unwrap();
    let error = load_model(&path, device()).err().unwrap().to_string();
    assert!(
        error.contains("expected a fitted model of the kind k-means, ") && error.ends_with("found `k-meens`")
    );
    deepclust_nets::save_tensors(&path, &[], r#"{"kind": "k-means"}"#).unwrap();
    let error = load_model(&path, device()).err().unwrap().to_string();
    assert!(error.ends_with("expected a tensor `centres`, found none"), "{error}");
}

#[test]
fn history_falls() {
    let fitted = fit("ae-k-means", 1);
    let losses = &fitted.history.last().unwrap().values;
    assert_eq!(losses.len(), 30);
    assert!(losses[29] < 0.8 * losses[0], "{losses:?}");
}

#[test]
fn bad_input_is_an_error() {
    let mut progress = Silent;
    let mut context = Context::new(Seed(0), device(), &mut progress);
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
    let error = build("ae-k-means", &tanh).unwrap_err().to_string();
    assert!(error.contains("needs a sigmoid output, found Tanh"), "{error}");
    let doubled = x.mapv(|v| 2.0 * v);
    let error = build("ae-k-means", &settings("ae-k-means")).unwrap().fit(doubled.view(), 3, &mut context);
    assert!(error.unwrap_err().to_string().contains("values in [0, 1]"));
    for (key, value, problem) in
        [("widht", json!([8]), "unknown field `widht`"), ("k_means", json!(3), "invalid type: integer `3`")]
    {
        let mut wrong = settings("ae-k-means");
        wrong[key] = value;
        let error = build("ae-k-means", &wrong).unwrap_err().to_string();
        assert!(error.contains(problem), "{error}");
    }
    let error = build("k-meens", &json!({})).unwrap_err().to_string();
    assert!(error.starts_with("unknown method `k-meens`; known are k-means, "), "{error}");
    let error =
        build("k-means", &json!({"k_means": {"n_clusters": 3}, "labels": [1]})).unwrap_err().to_string();
    assert!(error.contains("unknown field `labels`"), "{error}");
}

#[test]
fn labels_go_only_where_they_are_taken() {
    let (x, labels) = blobs();
    let subset = LabelledSubset::new(x.view(), &labels).unwrap();
    let mut progress = Silent;
    let mut context = Context::new(Seed(0), device(), &mut progress);
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
fn settings_out_of_range_are_found_before_any_training() {
    for (slug, _) in METHODS {
        let mut wrong = settings(slug);
        let at = if wrong.get("start").is_some() { &mut wrong["start"] } else { &mut wrong };
        at["k_means"]["n_init"] = json!(0);
        let error = build(slug, &wrong).unwrap_err().to_string();
        assert!(error.ends_with("n_init must be at least 1, found 0"), "{slug}: {error}");
    }
    for (slug, path, value, problem) in [
        ("dec", &["max_steps"][..], json!(0), "`max_steps`: expected a number of at least 1, found 0"),
        ("dec", &["divergence_weight"], json!(0.1), "`divergence_weight`: expected none, found a number"),
        ("k-dae", &["start", "of_cluster", "output"], json!("tanh"), "needs a sigmoid output, found Tanh"),
        ("snnl-8", &["train", "epochs"], json!(0), "`epochs`: expected a number of at least 1, found 0"),
    ] {
        let mut wrong = settings(slug);
        if slug == "k-dae" {
            wrong["start"]["of_cluster"]["loss"] = json!("binary-cross-entropy");
        }
        *path.iter().fold(&mut wrong, |at, key| &mut at[*key]) = value;
        let error = build(slug, &wrong).unwrap_err().to_string();
        assert!(error.ends_with(problem), "{slug}: {error}");
    }
    let mut idec = settings("idec");
    idec.as_object_mut().unwrap().remove("divergence_weight");
    let error = build("idec", &idec).unwrap_err().to_string();
    assert!(error.ends_with("`divergence_weight`: expected a number, found none"), "{error}");
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
