//! Methods that go on from the clusters of k-means.

use crate::blobs::{blobs, fit, fit_any, settings};
use deepclust_methods::{Fitted, build, facts, series};
use ndarray::Array2;
use serde_json::json;

const JOINT: [&str; 7] = ["dec", "idec", "dcn", "k-dae", "damic", "repnet", "vade"];

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
        let mut of_batches = settings.clone();
        of_batches["update_interval"] = json!(null);
        of_batches["tolerance"] = json!(0.0);
        let fitted = fit_any(slug, &of_batches, &x, 3).unwrap();
        assert_eq!(deepclust_metrics::accuracy(&truth, &fitted.labels).unwrap(), 1.0, "{slug}");
        let joint = fitted.history.iter().find(|series| series.name == "loss").unwrap();
        assert_eq!((joint.step.as_str(), fitted.history.len()), ("epoch", 4), "{slug}");
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

type Change<'a> = &'a dyn Fn(&mut serde_json::Value);

#[test]
fn every_form_of_the_representation_network_finds_the_blobs() {
    let (x, truth) = blobs();
    let fit_with = |change: Change<'_>| {
        let mut settings = settings("repnet");
        change(&mut settings);
        fit_any("repnet", &settings, &x, 3).unwrap()
    };
    let plain = fit_with(&|_| ());
    let parts: Vec<(&str, usize)> =
        plain.history.iter().map(|series| (series.name.as_str(), series.values.len())).collect();
    let expected = [
        (series::RECONSTRUCTION, 30),
        (series::JOINT_LOSS, 20),
        (series::CROSS_ENTROPY, 20),
        (series::JOINT_RECONSTRUCTION, 20),
        (series::CHANGED, 4),
        // While it trains; the last clusters' are among the facts.
        (series::SMALLEST, 3),
        (series::LARGEST, 3),
    ];
    assert_eq!(parts, expected);
    let values = |fitted: &Fitted, name: &str| {
        fitted.history.iter().find(|series| series.name == name).unwrap().values.clone()
    };
    let losses = values(&plain, series::CROSS_ENTROPY);
    assert!(losses[19] < 0.95 * losses[0], "{losses:?}");
    // The blobs are found and stay: the looks agree.
    assert!(plain.facts[facts::STABLE_EPOCH] < 20.0, "{:?}", values(&plain, series::CHANGED));
    let forms: [(&str, Change<'_>); 5] = [
        ("batch", &|s| s["similarities"]["normalisation"] = json!("batch")),
        ("noise", &|s| s["pretraining"]["noise"] = json!(0.1)),
        ("held", &|s| s["gamma"] = json!(0.0)),
        ("order", &|s| s["train"]["in_order"] = json!(true)),
        // A last batch of one sample.
        ("alone", &|s| s["train"]["batch_size"] = json!(179)),
    ];
    for (name, change) in forms {
        let fitted = fit_with(change);
        assert_eq!(deepclust_metrics::accuracy(&truth, &fitted.labels).unwrap(), 1.0, "{name}");
        assert_ne!(values(&fitted, series::JOINT_LOSS), values(&plain, series::JOINT_LOSS), "{name}");
    }
    let stopped = fit_with(&|s| s["watch"]["stop"] = json!(true));
    assert_eq!(stopped.facts[facts::JOINT_EPOCHS], plain.facts[facts::STABLE_EPOCH]);
    for (key, value, problem) in [
        ("gamma", json!(-1.0), "`gamma`: expected a number of at least 0, found -1"),
        ("shown", json!([21]), "`shown`: expected epochs of at most 20, found 21"),
        (
            "watch",
            json!({"every": 0, "tolerance": 0.1, "stop": true}),
            "`every`: expected a number of at least 1, found 0",
        ),
        (
            "train",
            json!({"epochs": 20, "batch_size": 1}),
            "`batch_size`: expected a number of at least 2, found 1",
        ),
    ] {
        let mut wrong = settings("repnet");
        wrong[key] = value;
        let error = build("repnet", &wrong).unwrap_err().to_string();
        assert!(error.ends_with(problem), "{error}");
    }
    for (key, value, problem) in [
        ("noise", json!(0.0), "`noise`: expected a number above 0, found 0"),
        ("output", json!("sigmoid"), "needs an identity output, found Sigmoid"),
    ] {
        let mut wrong = settings("repnet");
        wrong["pretraining"][key] = value;
        let error = build("repnet", &wrong).unwrap_err().to_string();
        assert!(error.ends_with(problem), "{error}");
    }
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

#[test]
fn the_layers_losses_are_kept_by_the_autoencoder_alone() {
    let fitted = fit("ae-k-means", 1);
    let found: Vec<_> =
        fitted.history.iter().map(|series| (series.name.as_str(), series.values.len())).collect();
    assert_eq!(found, [("loss of layer 1", 3), ("loss of layer 2", 3), ("reconstruction loss", 30)]);
    assert_eq!(fit("k-dae", 1).history[0].name, "reconstruction loss");
}

#[test]
fn a_start_may_have_a_decoder_of_its_own_and_gradient_descent() {
    let (x, truth) = blobs();
    let mut settings = settings("dec");
    settings["pretraining"]["decoder"] = json!([7, 6]);
    settings["pretraining"]["sgd"] = json!({"learning_rate": 0.5, "momentum": 0.9});
    let fitted = fit_any("dec", &settings, &x, 3).unwrap();
    assert_eq!(deepclust_metrics::accuracy(&truth, &fitted.labels).unwrap(), 1.0);
    let losses = &fitted.history.iter().find(|series| series.name == "reconstruction loss").unwrap().values;
    assert!(losses[losses.len() - 1] < losses[0], "{losses:?}");

    let error = |key: &str, value| {
        let mut wrong = settings.clone();
        wrong["pretraining"][key] = value;
        build("dec", &wrong).unwrap_err().to_string()
    };
    let mirrors = error("layer_wise", json!({"epochs": 3, "batch_size": 16}));
    let expected =
        "`decoder`: expected none beside `layer_wise`, which trains each layer with its mirror, found [7, 6]";
    assert!(mirrors.ends_with(expected), "{mirrors}");
    let precision = error("precision", json!("bf16"));
    assert!(precision.ends_with("`precision`: expected single beside `sgd`, found Bf16"), "{precision}");
}
