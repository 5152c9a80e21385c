//! What moves the silhouette: one deviation from the protocol at a time.

use super::protocol::{METHODS, autoencoder, k_means, pca, raw, run};
use crate::run::RunSpec;
use crate::{Request, Result};
use deepclust_cluster::KMeansSettings;
use deepclust_methods::{AeKMeansSettings, PcaKMeansSettings, RawKMeansSettings, Scaling};
use deepclust_nets::Activation;
use serde_json::Value;

/// Seeds of each deviation.
const SEEDS: usize = 3;

/// A deviation: the method, its name, what it changes in words, and the settings.
pub(super) struct Variant {
    pub method: &'static str,
    pub name: &'static str,
    pub words: String,
    pub settings: Value,
}

/// All deviations, in the order of the table.
pub(super) fn variants(quick: bool) -> Result<Vec<Variant>> {
    let [raw_slug, pca_slug, ae_slug] = METHODS;
    let standardised = Scaling::Standardise;
    let mut variants = Vec::new();
    let mut add = |method, name, words: &str, settings: serde_json::Result<Value>| -> Result<()> {
        variants.push(Variant { method, name, words: words.to_owned(), settings: settings? });
        Ok(())
    };
    let n_init = |n| KMeansSettings { n_init: n, ..k_means() };
    let on_pixels = |s: RawKMeansSettings| serde_json::to_value(s);
    add(
        raw_slug,
        "one-restart",
        "one k-means start, not ten",
        on_pixels(RawKMeansSettings { k_means: n_init(1), ..raw() }),
    )?;
    add(
        raw_slug,
        "standardised",
        "pixels standardised",
        on_pixels(RawKMeansSettings { scaling: standardised, ..raw() }),
    )?;

    let on_components = |s: PcaKMeansSettings| serde_json::to_value(s);
    let base = pca();
    let whitened = deepclust_manifold::PcaSettings { whiten: true, ..base.pca };
    add(
        pca_slug,
        "one-restart",
        "one k-means start, not ten",
        on_components(PcaKMeansSettings { k_means: n_init(1), ..base.clone() }),
    )?;
    add(
        pca_slug,
        "whitened",
        "components whitened",
        on_components(PcaKMeansSettings { pca: whitened, ..base.clone() }),
    )?;
    add(
        pca_slug,
        "standardised",
        "pixels standardised first",
        on_components(PcaKMeansSettings { scaling: standardised, ..base }),
    )?;

    let base = autoencoder(quick);
    let on_codes = |s: AeKMeansSettings| serde_json::to_value(s);
    let train = |epochs| deepclust_nets::TrainSettings { epochs, ..base.pretraining.train };
    let with = |change: &dyn Fn(&mut AeKMeansSettings)| {
        let mut settings = base.clone();
        change(&mut settings);
        on_codes(settings)
    };
    add(ae_slug, "one-restart", "one k-means start, not ten", with(&|s| s.k_means = n_init(1)))?;
    add(
        ae_slug,
        "signed-input",
        "pixels in [−1, 1], the range of tanh",
        with(&|s| s.scaling = Scaling::SignedUnit),
    )?;
    add(
        ae_slug,
        "sigmoid-output",
        "sigmoid at the end, not tanh",
        with(&|s| s.pretraining.output = Activation::Sigmoid),
    )?;
    add(
        ae_slug,
        "linear-output",
        "nothing at the end, not tanh",
        with(&|s| s.pretraining.output = Activation::Identity),
    )?;
    add(
        ae_slug,
        "standardised",
        "pixels standardised, nothing at the end",
        with(&|s| {
            s.scaling = standardised;
            s.pretraining.output = Activation::Identity;
        }),
    )?;
    add(ae_slug, "relu-code", "ReLU after the code layer", with(&|s| s.pretraining.code = Activation::Relu))?;
    let many = if quick { 6 } else { 50 };
    for (name, epochs) in [("one-epoch", 1), ("two-epochs", 2), ("five-epochs", 5), ("fifty-epochs", many)] {
        let words = format!("epochs: {epochs}, not {}", base.pretraining.train.epochs);
        add(ae_slug, name, &words, with(&|s| s.pretraining.train = train(epochs)))?;
    }
    add(ae_slug, "code-32", "32-dimensional code", with(&|s| s.pretraining.widths = vec![128, 32]))?;
    add(ae_slug, "code-128", "128-dimensional code", with(&|s| s.pretraining.widths = vec![128, 128]))?;
    add(ae_slug, "code-10", "10-dimensional code", with(&|s| s.pretraining.widths = vec![128, 10]))?;
    Ok(variants)
}

pub(super) fn runs(request: &Request) -> Result<Vec<RunSpec>> {
    let variants = variants(request.quick)?;
    let seeds = request.deviation_seeds(SEEDS);
    let specs = seeds.flat_map(|seed| {
        variants.iter().map(move |variant| RunSpec {
            variant: Some(variant.name.to_owned()),
            ..run(variant.method, variant.settings.clone(), seed, request.quick)
        })
    });
    Ok(specs.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_deviation_builds_and_differs_from_the_protocol() {
        let request = Request { runs: Some(1), ..Request::default() };
        let protocol: HashSet<_> = super::super::protocol::runs(&request)
            .unwrap()
            .iter()
            .map(|run| run.settings.to_string())
            .collect();
        let runs = runs(&request).unwrap();
        let distinct: HashSet<_> =
            runs.iter().map(|run| (run.method.clone(), run.settings.to_string())).collect();
        assert_eq!(distinct.len(), runs.len());
        for run in runs {
            assert!(!protocol.contains(&run.settings.to_string()), "{}", run.title());
            deepclust_methods::build(&run.method, &run.settings).unwrap();
        }
    }
}
