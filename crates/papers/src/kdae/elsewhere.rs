//! DEC and DCN from the network of their authors, on data that the paper does not have: for other papers' tables.

use super::networks::dec as dec_network;
use super::settings::{dcn, dec};
use crate::Result;
use crate::row::run;
use deepclust_experiments::{RunSpec, Scale};
use deepclust_methods::{Dcn, Dec, Scaling};

/// Samples of the small version.
const FEW: usize = 600;

/// Sensors are standardised; words are brought into [0, 1] column by column.
fn scaling(dataset: &str) -> Scaling {
    if dataset == "uci-har" { Scaling::Standardise } else { Scaling::Unit }
}

/// DEC on documents or sensors.
pub(crate) fn dec_elsewhere(dataset: &str, scale: Scale) -> Result<RunSpec> {
    let mut settings = dec(dataset, false, scale)?;
    dec_network(&mut settings);
    settings.scaling = scaling(dataset);
    run(dataset, Dec::SLUG, settings, FEW, scale)
}

/// DCN on documents or sensors.
pub(crate) fn dcn_elsewhere(dataset: &str, scale: Scale) -> Result<RunSpec> {
    let mut settings = dcn(scale);
    dec_network(&mut settings);
    settings.scaling = scaling(dataset);
    // Nothing keeps the size of these codes: as by its authors, both parts of the loss are weighed alike.
    settings.clustering_weight = 1.0;
    run(dataset, Dcn::SLUG, settings, FEW, scale)
}
