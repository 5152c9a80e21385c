//! The rows of Table 2. The paper's text and its authors' code describe different networks, and figures in print are of a third: a row
//! for each, with the same published figure.

use super::networks::{authors, authors_clusters, authors_joint, dec as dec_network, dec_by_descent};
use super::settings::{ae_k_means, damic, dcn, dec, k_dae, raw};
use crate::{Result, Row};
use deepclust_experiments::measures::{Reconstructions, Samples};
use deepclust_experiments::{MeasureSpec, RunSpec, Scale};
use deepclust_methods::{
    AeKMeans, AeKMeansSettings, Damic, DamicSettings, Dcn, DcnSettings, Dec, DecSettings, Idec, KDae,
    KDaeCost, KDaeSettings, RawKMeans, ReconstructionDistance,
};
use deepclust_nets::MixturePass;
use serde::Serialize;

/// In the order of the paper's table; USPS in the version of its code (9,298) and of its text (11,000).
pub(super) const DATASETS: [&str; 4] = ["mnist", "fashion-mnist", "usps-9298", "usps-11000"];

const SEEDS: u64 = 5;
const MNIST: &[(&str, u64)] = &[("mnist", SEEDS)];
const FASHION: &[(&str, u64)] = &[("fashion-mnist", SEEDS)];
const USPS: &[(&str, u64)] = &[("usps-9298", SEEDS)];
const THREE: &[(&str, u64)] = &[("mnist", SEEDS), ("fashion-mnist", SEEDS), ("usps-9298", SEEDS)];

const AUTHORS: &str = "as in the authors' code";
const DEC_NETWORK: &str = "network of DEC and DCN";
const DESCENT: &str = "network of DEC and DCN by gradient descent";

/// Rows of k-DAE, which are drawn at their first seed.
pub(super) const K_DAE: &str = "k-dae";
pub(super) const BY_DESCENT: &str = "k-dae/descent";
pub(super) const PICTURED: [&str; 3] = [K_DAE, "k-dae/dec", BY_DESCENT];

/// The ablation of batch statistics on Fashion-MNIST, and what it differs from.
pub(super) const RESPONSIBLE: (&str, &str) = ("k-dae/authors", "k-dae/authors-winners-only");

/// The same on USPS.
pub(super) const RESPONSIBLE_USPS: (&str, &str) = ("k-dae/dec", "k-dae/dec-winners-only");

const WINNERS: &str =
    "batch statistics of an autoencoder's own samples: only those it wins go through it in training";

fn run(dataset: &str, method: &str, settings: impl Serialize, scale: Scale) -> Result<RunSpec> {
    crate::row::run(dataset, method, settings, 600, scale)
}

/// All rows and ablations.
pub(super) fn rows(scale: Scale) -> Result<Vec<Row>> {
    let on_all = |row: Row, spec: &dyn Fn(&str) -> Result<RunSpec>| {
        DATASETS.iter().try_fold(row, |row, dataset| Ok::<_, crate::Error>(row.on(spec(dataset)?, SEEDS)))
    };
    let drawn = [
        MeasureSpec::Samples(Samples { per_cluster: 10 }),
        MeasureSpec::Reconstructions(Reconstructions { classes: 10 }),
    ];
    let named = |name: &str, words: &str| format!("{name}, {words}");

    let pixels = Row::new("k-means", "k-means").published("k-means");
    let pixels = on_all(pixels, &|dataset| run(dataset, RawKMeans::SLUG, raw(scale), scale))?;

    let ae = Row::new("ae-k-means", "AE + k-means").published("AE+k-means");
    let ae = on_all(ae, &|dataset| run(dataset, AeKMeans::SLUG, ae_k_means(scale), scale))?;
    let ae_but = |id, words, on, change: fn(&mut AeKMeansSettings)| {
        ae.derive(id, named("AE + k-means", words), on, change)
    };
    let starts = vec![
        ae_but("ae-k-means/authors", AUTHORS, THREE, authors)?,
        ae_but("ae-k-means/dec", DEC_NETWORK, THREE, dec_network)?,
        ae_but("ae-k-means/descent", DESCENT, MNIST, dec_by_descent)?,
    ];

    let dec_row = Row::new("dec", "DEC").published("DEC").start("ae-k-means");
    let dec_row = on_all(dec_row, &|dataset| run(dataset, Dec::SLUG, dec(dataset, false, scale)?, scale))?;
    let dec_but =
        |id, words, on, change: fn(&mut DecSettings)| dec_row.derive(id, named("DEC", words), on, change);
    let decs = vec![
        dec_but("dec/dec", DEC_NETWORK, THREE, dec_network)?.start("ae-k-means/dec"),
        dec_but("dec/descent", DESCENT, MNIST, dec_by_descent)?.start("ae-k-means/descent"),
    ];

    let idec = Row::new("idec", "IDEC (not in the paper)").start("ae-k-means");
    let idec = on_all(idec, &|dataset| run(dataset, Idec::SLUG, dec(dataset, true, scale)?, scale))?;

    let dcn_row = Row::new("dcn", "DCN").published("DCN").start("ae-k-means");
    let dcn_row = on_all(dcn_row, &|dataset| run(dataset, Dcn::SLUG, dcn(scale), scale))?;
    // Nothing keeps the size of these codes: as by its authors, both parts of the loss are weighed alike.
    let dcns = vec![
        dcn_row
            .derive("dcn/dec", named("DCN", DEC_NETWORK) + ", λ = 1", THREE, |s: &mut DcnSettings| {
                dec_network(s);
                s.clustering_weight = 1.0;
            })?
            .start("ae-k-means/dec"),
        dcn_row
            .derive("dcn/descent", named("DCN", DESCENT) + ", λ = 1", MNIST, |s: &mut DcnSettings| {
                dec_by_descent(s);
                s.clustering_weight = 1.0;
            })?
            .start("ae-k-means/descent"),
    ];

    let k_dae_row = Row::new(K_DAE, "k-DAE").published("k-DAE").start("ae-k-means");
    let k_dae_row =
        on_all(k_dae_row, &|dataset| run(dataset, KDae::SLUG, k_dae(scale), scale))?.pictured(&drawn);
    let k_dae_but = |id, words: &str, on, change: fn(&mut KDaeSettings)| {
        k_dae_row.derive(id, named("k-DAE", words), on, change)
    };
    let of_code = |words: &str| format!("{AUTHORS}, from the {words}");
    let k_daes = vec![
        k_dae_but("k-dae/authors", AUTHORS, THREE, |s| {
            authors(s);
            authors_joint(s);
        })?
        .start("ae-k-means/authors"),
        k_dae_but("k-dae/dec", &of_code(DEC_NETWORK), THREE, |s| {
            dec_network(s);
            authors_joint(s);
        })?
        .start("ae-k-means/dec")
        .pictured(&drawn),
        k_dae_but(BY_DESCENT, &of_code(DESCENT), MNIST, |s| {
            dec_by_descent(s);
            authors_joint(s);
        })?
        .start("ae-k-means/descent")
        .pictured(&drawn),
    ];

    let damic_row = Row::new("damic", "DAMIC").published("DAMIC").start("ae-k-means");
    let damic_row = on_all(damic_row, &|dataset| run(dataset, Damic::SLUG, damic(scale), scale))?;
    let damic_but = |id, words: &str, on, change: fn(&mut DamicSettings)| {
        damic_row.derive(id, named("DAMIC", words), on, change)
    };
    let damics = vec![
        damic_but("damic/authors", "networks of the authors' code of k-DAE", FASHION, |s| {
            authors(s);
            authors_clusters(&mut s.start);
        })?
        .start("ae-k-means/authors"),
        damic_but("damic/dec", &of_code(DEC_NETWORK), THREE, |s| {
            dec_network(s);
            authors_clusters(&mut s.start);
        })?
        .start("ae-k-means/dec"),
        damic_but("damic/descent", &of_code(DESCENT), MNIST, |s| {
            dec_by_descent(s);
            authors_clusters(&mut s.start);
        })?
        .start("ae-k-means/descent"),
    ];

    let ablations = ablations(&k_dae_row, &k_daes)?;
    let groups =
        [vec![pixels, ae], starts, vec![dec_row], decs, vec![idec, dcn_row], dcns, vec![k_dae_row], k_daes];
    Ok([groups.concat(), vec![damic_row], damics, ablations].concat())
}

/// Batch statistics, the norm and the cost of k-DAE, by its text and from the networks that explain its figures.
fn ablations(text: &Row, others: &[Row]) -> Result<Vec<Row>> {
    let winners = |s: &mut KDaeSettings| s.joint.pass = MixturePass::Responsible;
    let soft = |s: &mut KDaeSettings| s.cost = KDaeCost::Soft;
    let norm = |s: &mut KDaeSettings| s.joint.distance = ReconstructionDistance::Norm;
    let squared = |s: &mut KDaeSettings| s.joint.distance = ReconstructionDistance::SquaredNorm;
    let mut ablations = vec![
        text.vary("k-dae/winners-only", WINNERS, USPS, winners)?,
        text.vary("k-dae/norm", "‖x − x̂‖, not squared", USPS, norm)?,
        text.vary("k-dae/soft", "the soft cost (eq. 4)", USPS, soft)?,
    ];
    for row in others {
        match row.id {
            "k-dae/authors" => ablations.push(row.vary(RESPONSIBLE.1, WINNERS, FASHION, winners)?),
            "k-dae/dec" => ablations.extend([
                row.vary(RESPONSIBLE_USPS.1, WINNERS, USPS, winners)?,
                row.vary("k-dae/dec-squared-norm", "‖x − x̂‖², not its root", USPS, squared)?,
                row.vary("k-dae/dec-soft", "the soft cost (eq. 4)", USPS, soft)?,
            ]),
            _ => {}
        }
    }
    Ok(ablations)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    /// The first training in a method's settings.
    fn pretraining_of(settings: &Value) -> Value {
        if let Some(found) = settings.pointer("/pretraining").or(settings.pointer("/start/pretraining")) {
            return found.clone();
        }
        let mut own = settings.clone();
        for other in ["scaling", "k_means"] {
            own.as_object_mut().unwrap().remove(other);
        }
        own
    }

    #[test]
    fn a_row_has_the_network_of_its_start_and_no_row_knows_labels() {
        let rows = rows(Scale::Full).unwrap();
        let mut compared = 0;
        for row in &rows {
            for planned in &row.runs {
                assert!(planned.spec.fit.is_none());
                let Some(start) = row.start else { continue };
                let start = rows.iter().find(|row| row.id == start).unwrap();
                let start = start.runs.iter().find(|of| of.dataset == planned.dataset).unwrap();
                let [own, of_start] = [planned, start].map(|p| pretraining_of(&p.spec.method.settings));
                assert_eq!(own, of_start, "{}", row.id);
                compared += 1;
            }
        }
        assert!(compared > 20);
    }
}
