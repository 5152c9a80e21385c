//! What holds for all of them.

use crate::blobs::{blobs, cases, device, fit, method, settings, slug, takes_labels};
use deepclust_methods::{
    Context, Entry, Error, LabelledSubset, METHODS, Seed, Series, Shape, Silent, build, facts, load_model,
    save_model,
};
use ndarray::{Array2, Axis};
use serde_json::json;
use std::collections::BTreeMap;

/// Of every fifth method: some take a minute, so that there are five tests, side by side.
fn defaults_find_the_blobs(part: usize) {
    let (x, truth) = blobs();
    let check = |entry: &Entry, shape, x: &Array2<f32>| {
        let mut settings = entry.defaults(shape).unwrap();
        // With the default's network its two trainings take minutes, whatever the samples.
        if entry.slug == "vade" {
            settings["pretraining"]["widths"] = json!([64, 10]);
        }
        let fitted = crate::blobs::fit_any(entry.slug, &settings, x, 3).unwrap();
        let found = deepclust_metrics::accuracy(&truth, &fitted.labels).unwrap();
        // One autoencoder of k-DAE can learn two blobs of 12 features: its code has 10. VaDE's default is for thousands of samples:
        // an epoch is a single step here.
        let least = if ["k-dae", "vade"].contains(&entry.slug) { 2.0 / 3.0 } else { 1.0 };
        assert!(found >= least, "{} {shape:?}: {found}", entry.slug);
    };
    let entries = METHODS.iter().filter(|entry| !entry.needs_labels).enumerate();
    for (_, entry) in entries.filter(|(i, _)| i % PARTS == part) {
        check(entry, Shape::Images, &x);
        // The shapes differ in the scaling.
        if !entry.trains {
            check(entry, Shape::Text, &x);
            check(entry, Shape::Tables, &(&x * 1e3));
        }
    }
}

const PARTS: usize = 5;

#[test]
fn defaults_find_the_blobs_1() {
    defaults_find_the_blobs(0);
}

#[test]
fn defaults_find_the_blobs_2() {
    defaults_find_the_blobs(1);
}

#[test]
fn defaults_find_the_blobs_3() {
    defaults_find_the_blobs(2);
}

#[test]
fn defaults_find_the_blobs_4() {
    defaults_find_the_blobs(3);
}

#[test]
fn defaults_find_the_blobs_5() {
    defaults_find_the_blobs(4);
}

type Outcome = (Vec<usize>, Array2<f32>, Vec<Series>, BTreeMap<String, f64>);

/// What a fit leaves, from inside a pool of that many threads: everything in it goes to that pool.
fn fit_in_pool(case: &str, seed: u64, threads: usize) -> Outcome {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| {
        let fitted = fit(case, seed);
        (fitted.labels, fitted.embedding, fitted.history, fitted.facts)
    })
}

#[test]
fn finds_the_blobs() {
    let (_, truth) = blobs();
    for case in cases() {
        let fitted = fit(case, 1);
        assert_eq!(deepclust_metrics::accuracy(&truth, &fitted.labels).unwrap(), 1.0, "{case}");
        assert_eq!(fitted.embedding.nrows(), truth.len());
        assert!(!fitted.facts.is_empty(), "{case}");
        assert!(fitted.facts.get(facts::EMPTY_CLUSTERS).is_none_or(|empty| *empty == 0.0), "{case}");
    }
}

#[test]
fn repeats_itself_and_follows_the_seed() {
    for case in cases() {
        let one = fit_in_pool(case, 1, 1);
        assert_eq!(one, fit_in_pool(case, 1, 1), "{case}");
        assert_eq!(one, fit_in_pool(case, 1, 2), "{case}");
    }
    assert_ne!(fit("ae-k-means", 1).history, fit("ae-k-means", 2).history);
}

#[test]
fn the_model_knows_its_own_samples_and_refuses_another_width() {
    let (x, _) = blobs();
    for case in cases() {
        let fitted = fit(case, 3);
        assert_eq!(fitted.model.predict(x.view()).unwrap(), fitted.labels, "{case}");
        assert_eq!(fitted.model.embed(x.view()).unwrap().dim(), fitted.embedding.dim(), "{case}");
        let narrow = x.select(Axis(1), &[0, 1]);
        assert!(fitted.model.predict(narrow.view()).is_err(), "{case}");
        let wide = Array2::zeros((2, fitted.embedding.ncols() + 1));
        assert!(fitted.model.assign(wide.view()).is_err(), "{case}");
    }
}

#[test]
fn prediction_refuses_what_is_not_finite() {
    let (mut x, _) = blobs();
    x[[7, 3]] = f32::NAN;
    for case in cases() {
        let error = fit(case, 3).model.predict(x.view()).unwrap_err().to_string();
        assert!(error.ends_with("found NaN in row 7, column 3"), "{case}: {error}");
    }
}

#[test]
fn a_network_that_is_no_number_is_an_error() {
    let (x, _) = blobs();
    for case in ["dec", "idec"] {
        let mut settings = settings(case);
        settings["optimizer"] = json!({"sgd": {"learning_rate": 1e20, "momentum": 0.9}});
        let error = crate::blobs::fit_any(case, &settings, &x, 3).unwrap_err().to_string();
        assert!(error.contains("not finite") || error.contains("training diverged"), "{case}: {error}");
    }
}

#[test]
fn a_saved_model_predicts_as_before() {
    let (x, _) = blobs();
    let folder = tempfile::tempdir().unwrap();
    for case in cases() {
        let fitted = fit(case, 4);
        let path = folder.path().join(format!("{}.safetensors", slug(case)));
        save_model(&path, fitted.model.as_ref()).unwrap();
        let loaded = load_model(&path, device()).unwrap();
        assert_eq!(loaded.embed(x.view()).unwrap(), fitted.model.embed(x.view()).unwrap(), "{case}");
        assert_eq!(loaded.predict(x.view()).unwrap(), fitted.labels, "{case}");
        let (before, after) = (fitted.model.reconstructions(x.view()), loaded.reconstructions(x.view()));
        assert_eq!(before.unwrap(), after.unwrap(), "{case}");
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
    for case in cases() {
        let method = method(case);
        let with_nan = x.mapv(|v| if v > 0.94 { f32::NAN } else { v });
        for (bad, k) in [(with_nan, 3), (Array2::zeros((0, 12)), 1), (x.clone(), 0), (x.clone(), 1000)] {
            let labels = vec![0; bad.nrows()];
            let subset = LabelledSubset::new(bad.view(), &labels).unwrap();
            let result = if takes_labels(case) {
                method.fit_labelled(&subset, k, &mut context)
            } else {
                method.fit_with(bad.view(), k, &mut context)
            };
            assert!(matches!(result, Err(Error::Samples { .. })), "{case} {:?} {k}: {result:?}", bad.dim());
        }
    }
    let mut tanh = settings("ae-k-means");
    tanh["output"] = json!("tanh");
    let error = build("ae-k-means", &tanh).unwrap_err().to_string();
    assert!(error.contains("needs a sigmoid output, found Tanh"), "{error}");
    let doubled = x.mapv(|v| 2.0 * v);
    let error =
        build("ae-k-means", &settings("ae-k-means")).unwrap().fit_with(doubled.view(), 3, &mut context);
    assert!(error.unwrap_err().to_string().contains("values in [0, 1]"));
    for (key, value, problem) in [
        ("widht", json!([8]), "unknown field `widht`"),
        ("k_means", json!(3), "invalid type: integer `3`, expected the fields of KMeansOptions"),
        ("widths", json!(["8"]), "invalid type: string \"8\", expected a whole number from 0 on"),
    ] {
        let mut wrong = settings("ae-k-means");
        wrong[key] = value;
        let error = build("ae-k-means", &wrong).unwrap_err().to_string();
        assert!(error.contains(problem), "{error}");
    }
    let error = build("k-meens", &json!({})).unwrap_err().to_string();
    assert!(error.starts_with("unknown method `k-meens`; known are k-means, "), "{error}");
    let error = build("k-means", &json!({"k_means": {"n_init": 3}, "labels": [1]})).unwrap_err().to_string();
    assert!(error.contains("unknown field `labels`"), "{error}");
}

#[test]
fn labels_go_only_where_they_are_taken() {
    let (x, labels) = blobs();
    let subset = LabelledSubset::new(x.view(), &labels).unwrap();
    let mut progress = Silent;
    let mut context = Context::new(Seed(0), device(), &mut progress);
    for case in cases() {
        let method = method(case);
        let refused = if takes_labels(case) {
            method.fit_with(x.view(), 3, &mut context)
        } else {
            method.fit_labelled(&subset, 3, &mut context)
        };
        assert!(matches!(refused, Err(Error::Labels { .. })), "{case}: {refused:?}");
    }
}

#[test]
fn settings_out_of_range_are_found_before_any_training() {
    for case in cases() {
        let mut wrong = settings(case);
        let at = if wrong.get("start").is_some() { &mut wrong["start"] } else { &mut wrong };
        if at.get("k_means").is_none() {
            continue;
        }
        at["k_means"]["n_init"] = json!(0);
        let error = build(slug(case), &wrong).unwrap_err().to_string();
        assert!(error.ends_with("n_init must be at least 1, found 0"), "{case}: {error}");
    }
    for (case, path, value, problem) in [
        ("dec", &["max_steps"][..], json!(0), "`max_steps`: expected a number of at least 1, found 0"),
        ("dec", &["divergence_weight"], json!(0.1), "`divergence_weight`: expected none, found a number"),
        ("k-dae", &["start", "of_cluster", "output"], json!("tanh"), "needs a sigmoid output, found Tanh"),
        ("snnl", &["train", "epochs"], json!(0), "`epochs`: expected a number of at least 1, found 0"),
    ] {
        let mut wrong = settings(case);
        if case == "k-dae" {
            wrong["start"]["of_cluster"]["loss"] = json!("binary-cross-entropy");
        }
        *path.iter().fold(&mut wrong, |at, key| &mut at[*key]) = value;
        let error = build(case, &wrong).unwrap_err().to_string();
        assert!(error.ends_with(problem), "{case}: {error}");
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
        let mut wrong = settings("snnl");
        wrong[key] = value;
        let error = build("snnl", &wrong).unwrap_err().to_string();
        assert!(error.ends_with(problem), "{error}");
    }
}
