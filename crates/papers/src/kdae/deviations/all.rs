//! All deviations of a data set.

use super::baselines::{DCNS, DCNS_FROM_DEC_START, DECS, DECS_FROM_DEC_START};
use super::joint::{
    DAMICS, DAMICS_FROM_DEC_START, JOINTS, JOINTS_FROM_AUTHORS, JOINTS_FROM_DEC_START, JOINTS_OF_AUTHORS,
};
use super::names::{
    AUTHORS_CLUSTERS_DEC_START, AUTHORS_CODE, AUTHORS_CODE_DEC_START, DEC_START, DEC_START_EQUAL_WEIGHTS,
};
use super::start::{STARTS, STARTS_FROM_AUTHORS, STARTS_FROM_DEC_START};
use super::variant::{Variant, variants_of};
use crate::Result;
use crate::kdae::protocol::{ae_k_means, damic, dcn, dec, k_dae, pretraining};
use deepclust_methods::{AeKMeans, Damic, Dcn, Dec, KDae, Pretraining};

/// All deviations of a data set, in the order of the table.
pub(in crate::kdae) fn variants(dataset: &str, quick: bool) -> Result<Vec<Variant>> {
    let further = [(DEC_START, STARTS_FROM_DEC_START), (AUTHORS_CODE, STARTS_FROM_AUTHORS)];
    let finish = |start: &Pretraining| ae_k_means(quick, start);
    let mut all = variants_of(AeKMeans::SLUG, &pretraining(quick), STARTS, &further, finish)?;

    let (settings, further) = (dec(dataset, false, quick)?, [(DEC_START, DECS_FROM_DEC_START)]);
    all.extend(variants_of(Dec::SLUG, &settings, DECS, &further, Clone::clone)?);

    let further = [(DEC_START_EQUAL_WEIGHTS, DCNS_FROM_DEC_START)];
    all.extend(variants_of(Dcn::SLUG, &dcn(quick), DCNS, &further, Clone::clone)?);

    let further = [(AUTHORS_CODE_DEC_START, JOINTS_FROM_DEC_START), (AUTHORS_CODE, JOINTS_FROM_AUTHORS)];
    let joints = [JOINTS, JOINTS_OF_AUTHORS].concat();
    all.extend(variants_of(KDae::SLUG, &k_dae(quick), &joints, &further, Clone::clone)?);

    let further = [(AUTHORS_CLUSTERS_DEC_START, DAMICS_FROM_DEC_START)];
    all.extend(variants_of(Damic::SLUG, &damic(quick), DAMICS, &further, Clone::clone)?);
    Ok(all)
}

/// Whether it is a deviation of k-DAE with the paper's own network, whose joint training is the slowest.
pub(in crate::kdae) fn has_slowest_network(method: &str, name: &str) -> bool {
    method == KDae::SLUG && JOINTS.iter().any(|(own, ..)| *own == name)
}

#[cfg(test)]
mod tests {
    use super::super::names::{AUTHORS_DECODER, AUTHORS_START, DEC_START_SGD};
    use super::*;

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
        let with_its_decoder = start(AUTHORS_DECODER, AeKMeans::SLUG);
        assert_eq!(start(AUTHORS_DECODER, KDae::SLUG), with_its_decoder);
        assert_eq!(with_its_decoder["decoder"], serde_json::json!([500, 500]));
        let dec = start(DEC_START, AeKMeans::SLUG);
        for (name, method) in [
            (AUTHORS_CODE_DEC_START, KDae::SLUG),
            (AUTHORS_CLUSTERS_DEC_START, Damic::SLUG),
            (DEC_START, Dec::SLUG),
            (DEC_START, Dcn::SLUG),
            (DEC_START_EQUAL_WEIGHTS, Dcn::SLUG),
        ] {
            assert_eq!(start(name, method), dec, "{method}");
        }
        assert_ne!(authors, dec);
        let sgd = start(DEC_START_SGD, AeKMeans::SLUG);
        for method in [Dec::SLUG, Dcn::SLUG, KDae::SLUG, Damic::SLUG] {
            assert_eq!(start(DEC_START_SGD, method), sgd, "{method}");
        }
        assert_ne!(dec, sgd);
    }

    #[test]
    fn what_a_deviation_deviates_from_is_one_of_its_method() {
        let variants = variants("mnist", false).unwrap();
        for variant in variants.iter().filter(|variant| variant.base.is_some()) {
            let base = variants.iter().find(|v| v.method == variant.method && Some(v.name) == variant.base);
            assert_ne!(base.unwrap().settings, variant.settings, "{}", variant.name);
        }
        assert!(has_slowest_network(KDae::SLUG, "soft"));
        for name in [AUTHORS_CODE, AUTHORS_CODE_DEC_START, "dec-start-soft"] {
            assert!(!has_slowest_network(KDae::SLUG, name), "{name}");
        }
    }
}
