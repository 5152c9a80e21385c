//! The evidence bound: trained, and measured.

use super::VadeSettings;
use super::prior::Prior;
use crate::guard::shares_of;
use crate::names::series::{CLUSTERS, CODES, LIKELIHOOD};
use crate::noise::normal;
use crate::training::tensors;
use crate::{Error, Result};
use deepclust_losses::{CodePosterior, EvidenceBound, EvidenceTerms, Responsibilities};
use deepclust_nets::{
    Adam, Kind, Losses, Network, Objective, Optimizer, Precision, Step, Tensor, Variational, no_grad,
};
use rand::Rng;

/// The training of network and mixture.
pub(super) struct Joint<'a> {
    settings: &'a VadeSettings,
    network: &'a Variational,
    prior: &'a Prior,
    optimisers: Vec<Adam>,
}

impl<'a> Joint<'a> {
    pub(super) fn new(
        settings: &'a VadeSettings,
        network: &'a mut Variational,
        prior: &'a Prior,
    ) -> Result<Self> {
        let (precision, adam) = (settings.precision, settings.adam);
        let optimisers = match settings.adam_of_mixture {
            None => vec![network.train_part_in(precision, adam, &|_| true, prior.tensors())?],
            Some(of_mixture) => vec![
                network.train_part_in(precision, adam, &|_| true, Vec::new())?,
                Adam::new(of_mixture, prior.tensors())?,
            ],
        };
        Ok(Self { settings, network, prior, optimisers })
    }
}

impl Objective for Joint<'_> {
    type Error = Error;

    fn loss(&mut self, step: &Step) -> Result<Losses> {
        let s = self.settings;
        let mut rng = step.generator();
        let (terms, means) =
            terms(&s.bound, self.network, self.prior, &step.x, (s.precision, true), &mut rng)?;
        let clusters = no_grad(|| {
            let shares = self.prior.for_loss().responsibilities(&means, s.bound.responsibilities)?;
            Ok::<_, Error>(shares.argmax(1, false))
        })?;
        let mut parts = shares_of(&clusters, self.prior.k() as i64);
        let total = terms.total();
        parts.push((LIKELIHOOD.into(), terms.reconstruction));
        parts.push((CODES.into(), terms.codes));
        parts.push((CLUSTERS.into(), terms.clusters));
        Ok(Losses { total, parts })
    }

    fn optimisers(&mut self) -> Vec<&mut dyn Optimizer> {
        self.optimisers.iter_mut().map(|adam| adam as &mut dyn Optimizer).collect()
    }

    fn buffers(&self) -> Vec<Tensor> {
        tensors(self.network.named_buffers())
    }
}

/// The parts of the bound for a batch with codes drawn by `rng`, and the means of the codes.
fn terms(
    bound: &EvidenceBound,
    network: &Variational,
    prior: &Prior,
    x: &Tensor,
    (precision, train): (Precision, bool),
    rng: &mut impl Rng,
) -> Result<(EvidenceTerms, Tensor)> {
    let input = precision.input(x);
    let (means, log_variances) = network.posterior(&input, train);
    let noise = normal([x.size()[0] as usize, network.code_width()], network.device(), rng);
    let sample = Variational::sample(&means, &log_variances, &noise);
    let output = network.decode_t(&sample.to_kind(input.kind()), train);
    let posterior = CodePosterior { means: &means, log_variances: &log_variances, sample: &sample };
    let terms = bound.terms(&output, x, &posterior, &prior.for_loss())?;
    Ok((terms, means))
}

/// The evidence lower bound of the samples, shape (n, features), in nats a sample: the responsibilities are exact and the mixture's weights
/// on the simplex, whatever was trained.
pub(super) fn evidence(
    bound: &EvidenceBound,
    network: &Variational,
    prior: &Prior,
    data: &Tensor,
    rng: &mut impl Rng,
) -> Result<f64> {
    const BATCH: i64 = 2000;
    let exact = EvidenceBound { responsibilities: Responsibilities::Exact, ..*bound };
    let mut sum = 0.0;
    for x in data.split(BATCH, 0) {
        let of_batch = no_grad(|| terms(&exact, network, prior, &x, (Precision::Single, false), rng))?.0;
        sum -= of_batch.total().to_kind(Kind::Double).double_value(&[]) * x.size()[0] as f64;
    }
    Ok(sum / data.size()[0] as f64)
}
