//! Trainings that are broken off and resumed, or shared.

use crate::blobs::{device, fit, fit_with, settings};
use deepclust_methods::{Context, Progress, Seed, Silent, build};
use serde_json::Value;
use std::collections::BTreeSet;
use std::ops::ControlFlow;

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
        ("dec", "joint training"),
        ("idec", "joint training"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let method = build(slug, &settings(slug)).unwrap();
        let mut progress = StopIn(stage, 2);
        let mut context = Context::new(Seed(1), device(), &mut progress);
        context.checkpoints = Some(folder.path().to_owned());
        let error = fit_with(slug, method.as_ref(), &mut context).unwrap_err().to_string();
        // DEC and IDEC are stopped at an update of their targets, in the first epoch.
        let epoch = if slug.ends_with("dec") { 1 } else { 2 };
        assert_eq!(error, format!("stopped on request after epoch {epoch}"), "{slug}");
        let mut progress = Silent;
        let mut context = Context::new(Seed(1), device(), &mut progress);
        context.checkpoints = Some(folder.path().to_owned());
        let resumed = fit_with(slug, method.as_ref(), &mut context).unwrap();
        let whole = fit(slug, 1);
        assert_eq!(resumed.history, whole.history, "{slug} {stage}");
        assert_eq!(resumed.embedding, whole.embedding, "{slug} {stage}");
    }
}

#[test]
fn methods_of_one_seed_share_their_pretraining() {
    let folder = tempfile::tempdir().unwrap();
    let files = || {
        let paths = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
        paths.filter(|path| path.extension().is_some_and(|e| e == "safetensors")).collect::<Vec<_>>()
    };
    let fit_cached_with = |slug: &str, settings: &Value, seed| {
        let mut progress = Heard::default();
        let mut context = Context::new(Seed(seed), device(), &mut progress);
        context.cache = Some(folder.path().to_owned());
        let fitted = fit_with(slug, build(slug, settings).unwrap().as_ref(), &mut context).unwrap();
        let fresh = fit(slug, seed);
        assert_eq!((fitted.embedding, fitted.history), (fresh.embedding, fresh.history), "{slug}");
        // Its time counts either way.
        assert!(context.stages()["autoencoder"] > 0.0);
        progress.0.contains("autoencoder")
    };
    let fit_cached = |slug: &str, seed| fit_cached_with(slug, &settings(slug), seed);
    // With running statistics, too.
    assert!(fit_cached("k-dae", 1) && !fit_cached("damic", 1));
    assert_eq!(files().len(), 1);
    files().iter().for_each(|path| std::fs::remove_file(path).unwrap());
    assert!(fit_cached("ae-k-means", 1) && !fit_cached("ae-k-means", 1));
    files().iter().for_each(|path| std::fs::remove_file(path).unwrap());
    assert!(fit_cached("snnl-5", 1) && !fit_cached("snnl-5", 1));
    // K-means is no part of a network, and neither the codes nor the history know of it.
    let mut restarted = settings("snnl-5");
    restarted["k_means"]["n_init"] = 3.into();
    assert_ne!(restarted, settings("snnl-5"));
    assert!(!fit_cached_with("snnl-5", &restarted, 1), "the network was trained again");
    assert_eq!(files().len(), 1);
    assert!(fit_cached("snnl-8", 1) && !fit_cached("snnl-8", 1));
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
