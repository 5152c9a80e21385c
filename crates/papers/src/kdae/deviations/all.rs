//! All deviations of a data set.

use super::baselines::{BATCH_TARGETS, DCNS, DCNS_FROM_DEC_START, DECS, DECS_FROM_DEC_START, EQUAL_WEIGHTS};
use super::joint::{
    DAMICS, DAMICS_FROM_DEC_START, FORMS, JOINTS, JOINTS_FROM_AUTHORS, JOINTS_FROM_AUTHORS_DECODER,
    JOINTS_FROM_DEC_START, JOINTS_FROM_RESPONSIBLE, JOINTS_OF_AUTHORS, RESPONSIBLE,
};
use super::names::{
    AUTHORS_CLUSTERS_DEC_START, AUTHORS_CODE, AUTHORS_CODE_DEC_START, AUTHORS_DECODER, DEC_START,
    DEC_START_EQUAL_WEIGHTS,
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

    let further = [
        (RESPONSIBLE, JOINTS_FROM_RESPONSIBLE),
        (AUTHORS_CODE_DEC_START, JOINTS_FROM_DEC_START),
        (AUTHORS_CODE, JOINTS_FROM_AUTHORS),
        (AUTHORS_DECODER, JOINTS_FROM_AUTHORS_DECODER),
    ];
    let joints = [JOINTS, JOINTS_OF_AUTHORS].concat();
    all.extend(variants_of(KDae::SLUG, &k_dae(quick), &joints, &further, Clone::clone)?);

    let further = [(AUTHORS_CLUSTERS_DEC_START, DAMICS_FROM_DEC_START)];
    all.extend(variants_of(Damic::SLUG, &damic(quick), DAMICS, &further, Clone::clone)?);
    Ok(all)
}

/// Whether it differs from its base in the form of k-DAE's joint training alone: which samples go through which autoencoder, and in
/// what numbers.
pub(in crate::kdae) fn is_form(variant: &Variant) -> bool {
    variant.method == KDae::SLUG && FORMS.contains(&variant.name)
}

/// Whether it is a deviation of what follows the start, with the paper's own network.
pub(in crate::kdae) fn has_papers_network(method: &str, name: &str) -> bool {
    let joints = [JOINTS, JOINTS_FROM_RESPONSIBLE].concat();
    let of_k_dae = method == KDae::SLUG && joints.iter().any(|(own, ..)| *own == name);
    of_k_dae || [BATCH_TARGETS, EQUAL_WEIGHTS].contains(&name)
}

#[cfg(test)]
mod tests {
    use super::super::names::AUTHORS_START;
    use super::super::variant::pretraining_of;
    use super::*;

    #[test]
    fn deviations_of_one_start_share_its_autoencoder() {
        let variants = variants("mnist", false).unwrap();
        let start = |name: &str, method: &str| {
            let found = variants.iter().find(|v| v.name == name && v.method == method).unwrap();
            pretraining_of(&found.settings)
        };
        let authors = start(AUTHORS_CODE, AeKMeans::SLUG);
        for (name, method) in
            [(AUTHORS_CODE, KDae::SLUG), (AUTHORS_START, Dec::SLUG), (AUTHORS_START, Dcn::SLUG)]
        {
            assert_eq!(start(name, method), authors, "{method}");
        }
        assert_eq!(start(AUTHORS_DECODER, KDae::SLUG)["decoder"], serde_json::json!([500, 500]));
        assert_eq!(start(DEC_START, Dcn::SLUG), start(DEC_START, AeKMeans::SLUG));
    }

    #[test]
    fn forms_are_what_differs_from_its_base_in_pass_and_precision_alone() {
        let variants = variants("mnist", false).unwrap();
        for variant in variants.iter().filter(|variant| variant.method == KDae::SLUG) {
            let of_k_dae = |name| variants.iter().find(|v| v.method == KDae::SLUG && v.name == name).unwrap();
            let mut base = match variant.base {
                Some(name) => of_k_dae(name).settings.clone(),
                None => serde_json::to_value(k_dae(false)).unwrap(),
            };
            for field in ["pass", "precision"] {
                let joint = base["joint"].as_object_mut().unwrap();
                joint.remove(field);
                joint.extend(
                    variant.settings["joint"].get(field).map(|value| (field.to_owned(), value.clone())),
                );
            }
            assert_eq!(base == variant.settings, is_form(variant), "{}", variant.name);
        }
    }

    #[test]
    fn what_a_deviation_deviates_from_is_one_of_its_method() {
        let variants = variants("mnist", false).unwrap();
        for variant in variants.iter().filter(|variant| variant.base.is_some()) {
            let base = variants.iter().find(|v| v.method == variant.method && Some(v.name) == variant.base);
            assert_ne!(base.unwrap().settings, variant.settings, "{}", variant.name);
        }
        let papers = |name| has_papers_network(KDae::SLUG, name);
        assert!(papers("soft") && papers("responsible-bf16") && has_papers_network(Dcn::SLUG, EQUAL_WEIGHTS));
        assert!(![AUTHORS_CODE, AUTHORS_CODE_DEC_START, "dec-start-soft"].into_iter().any(papers));
        assert!(!has_papers_network(AeKMeans::SLUG, "linear-code"));
    }
}
