//! All deviations of a data set.

use super::baselines::{DCNS, DCNS_FROM_DEC_START, DECS, DECS_FROM_DEC_START};
use super::joint::{
    DAMICS, DAMICS_FROM_DEC_START, JOINTS, JOINTS_FROM_AUTHORS, JOINTS_FROM_DEC_START, JOINTS_OF_AUTHORS,
};
use super::names::{
    AUTHORS_CLUSTERS_DEC_START, AUTHORS_CODE, AUTHORS_CODE_DEC_START, DEC_START, DEC_START_EQUAL_WEIGHTS,
};
use super::start::{STARTS, STARTS_FROM_AUTHORS, STARTS_FROM_DEC_START};
use super::variant::{Base, Variant};
use crate::Result;
use crate::kdae::protocol::{ae_k_means, damic, dcn, dec, k_dae, pretraining};
use deepclust_methods::{AeKMeans, Damic, Dcn, Dec, KDae, Pretraining};

/// All deviations of a data set, in the order of the table.
pub(in crate::kdae) fn variants(dataset: &str, quick: bool) -> Result<Vec<Variant>> {
    let base = Base { method: AeKMeans::SLUG, name: None };
    let start = pretraining(quick);
    let finish = |start: &Pretraining| ae_k_means(quick, start);
    let mut variants = base.variants(&start, STARTS, finish)?;
    for (name, further) in [(DEC_START, STARTS_FROM_DEC_START), (AUTHORS_CODE, STARTS_FROM_AUTHORS)] {
        let (base, start) = base.after(name, &start, STARTS);
        variants.extend(base.variants(&start, further, finish)?);
    }

    let base = Base { method: Dec::SLUG, name: None };
    let settings = dec(dataset, false, quick)?;
    variants.extend(base.variants(&settings, DECS, Clone::clone)?);
    let (base, settings) = base.after(DEC_START, &settings, DECS);
    variants.extend(base.variants(&settings, DECS_FROM_DEC_START, Clone::clone)?);

    let base = Base { method: Dcn::SLUG, name: None };
    let settings = dcn(quick);
    variants.extend(base.variants(&settings, DCNS, Clone::clone)?);
    let (base, settings) = base.after(DEC_START_EQUAL_WEIGHTS, &settings, DCNS);
    variants.extend(base.variants(&settings, DCNS_FROM_DEC_START, Clone::clone)?);

    let base = Base { method: KDae::SLUG, name: None };
    let settings = k_dae(quick);
    variants.extend(base.variants(&settings, JOINTS, Clone::clone)?);
    variants.extend(base.variants(&settings, JOINTS_OF_AUTHORS, Clone::clone)?);
    for (name, further) in
        [(AUTHORS_CODE_DEC_START, JOINTS_FROM_DEC_START), (AUTHORS_CODE, JOINTS_FROM_AUTHORS)]
    {
        let (base, settings) = base.after(name, &settings, JOINTS_OF_AUTHORS);
        variants.extend(base.variants(&settings, further, Clone::clone)?);
    }

    let base = Base { method: Damic::SLUG, name: None };
    let settings = damic(quick);
    variants.extend(base.variants(&settings, DAMICS, Clone::clone)?);
    let (base, settings) = base.after(AUTHORS_CLUSTERS_DEC_START, &settings, DAMICS);
    variants.extend(base.variants(&settings, DAMICS_FROM_DEC_START, Clone::clone)?);
    Ok(variants)
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
