//! Trainings that are broken off and resumed, or shared.

use crate::blobs::{balanced, device, fit, fit_with, settings};
use deepclust_methods::{Context, Progress, Seed, Silent, build};
use serde_json::Value;
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::time::Duration;

/// The stages that were announced.
#[derive(Default)]
struct Heard(BTreeSet<String>);

impl Progress for Heard {
    fn report(&mut self, stage: &str, _: usize, _: usize, _: &str) -> ControlFlow<()> {
        self.0.insert(stage.to_owned());
        ControlFlow::Continue(())
    }
}

/// Stops after that many epochs, or steps, of a stage.
struct StopIn(&'static str, usize);

impl Progress for StopIn {
    fn report(&mut self, stage: &str, done: usize, _: usize, _: &str) -> ControlFlow<()> {
        if stage == self.0 && done >= self.1 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

#[test]
fn a_listener_can_stop_the_training_and_a_checkpoint_goes_on() {
    // DEC and IDEC count steps, are stopped at an update of their targets, every ten, and have twelve steps an epoch.
    for (slug, stage, done, epoch) in [
        ("ae-k-means", "autoencoder", 2, 2),
        ("snnl/labels", "autoencoder", 2, 2),
        ("k-dae", "autoencoder", 2, 2),
        ("k-dae", "autoencoders of the clusters", 2, 2),
        ("k-dae", "joint training", 2, 2),
        ("damic", "joint training", 2, 2),
        ("dcn", "joint training", 2, 2),
        ("repnet", "joint training", 7, 7),
        ("vade", "joint training", 2, 2),
        ("mixae", "mixture of autoencoders", 2, 2),
        ("dec", "joint training", 25, 3),
        ("idec", "joint training", 25, 3),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = settings(slug);
        if slug.ends_with("dec") {
            // The blobs are found at once, which would end the training.
            settings["tolerance"] = 0.0.into();
        }
        if slug == "mixae" {
            // Its weights follow from the epochs before.
            settings["weights"] = balanced();
        }
        let method = build(crate::blobs::slug(slug), &settings).unwrap();
        let mut progress = StopIn(stage, done);
        let mut context = Context::new(Seed(1), device(), &mut progress);
        // The folder need not be there.
        let checkpoints = Some(folder.path().join("new"));
        context.checkpoints.clone_from(&checkpoints);
        let error = fit_with(slug, method.as_ref(), &mut context).unwrap_err().to_string();
        assert_eq!(error, format!("stopped on request after epoch {epoch}"), "{slug}");
        let mut progress = Silent;
        let mut context = Context::new(Seed(1), device(), &mut progress);
        context.checkpoints = checkpoints;
        let resumed = fit_with(slug, method.as_ref(), &mut context).unwrap();
        assert!(context.seconds_before() > 0.0, "{slug} {stage} began anew");
        let mut progress = Silent;
        let mut context = Context::new(Seed(1), device(), &mut progress);
        let whole = fit_with(slug, method.as_ref(), &mut context).unwrap();
        assert_eq!(resumed.history, whole.history, "{slug} {stage}");
        assert_eq!(resumed.embedding, whole.embedding, "{slug} {stage}");
        assert_eq!(resumed.snapshots, whole.snapshots, "{slug} {stage}");
    }
}

#[test]
fn waiting_for_a_shared_network_is_no_part_of_a_runs_time() {
    let folder = tempfile::tempdir().unwrap();
    let seconds_before = || {
        let mut progress = Silent;
        let mut context = Context::new(Seed(1), device(), &mut progress);
        context.cache = Some(folder.path().to_owned());
        fit_with("ae-k-means", build("ae-k-means", &settings("ae-k-means")).unwrap().as_ref(), &mut context)
            .unwrap();
        context.seconds_before()
    };
    seconds_before();
    let shared = seconds_before();
    assert!(shared > 0.0);
    let mut paths = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let lock = paths.find(|path| path.extension().is_some_and(|e| e == "lock")).unwrap();
    let held = std::fs::File::open(lock).unwrap();
    held.lock().unwrap();
    let other = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(500));
        drop(held);
    });
    let waited = seconds_before();
    other.join().unwrap();
    assert!(waited < shared - 0.3, "{waited} {shared}");
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
        let fitted =
            fit_with(slug, build(crate::blobs::slug(slug), settings).unwrap().as_ref(), &mut context)
                .unwrap();
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
    assert!(fit_cached("snnl/labels", 1) && !fit_cached("snnl/labels", 1));
    // K-means is no part of a network, and neither the codes nor the history know of it.
    let mut restarted = settings("snnl/labels");
    restarted["k_means"]["n_init"] = 3.into();
    assert_ne!(restarted, settings("snnl/labels"));
    assert!(!fit_cached_with("snnl/labels", &restarted, 1), "the network was trained again");
    assert_eq!(files().len(), 1);
    assert!(fit_cached("snnl", 1) && !fit_cached("snnl", 1));
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
