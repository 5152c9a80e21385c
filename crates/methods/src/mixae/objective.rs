use super::network::Networks;
use super::{Consistency, MixaeSettings, SampleChange};
use crate::batches::BATCH;
use crate::guard::shares_of;
use crate::names::series::{
    BATCH_ENTROPY, BATCH_ENTROPY_WEIGHT, CODES, CONSISTENCY, RECONSTRUCTION, SAMPLE_ENTROPY,
    SAMPLE_ENTROPY_WEIGHT,
};
use crate::noise::normal;
use crate::{Error, Result, Snapshot};
use deepclust_losses::{batch_entropy_from_logits, consistency_from_logits, sample_entropy_from_logits};
use deepclust_nets::{
    Adam, Kind, Losses, Objective, Optimizer, Step, Tensor, TrainHistory, no_grad, to_array2,
};
use rand::Rng;
use std::ops::ControlFlow;

/// R + α H(p) − β H(p̄) + c KL(p(x) ‖ p(Tx)).
pub(super) struct Joint<'a> {
    settings: &'a MixaeSettings,
    networks: &'a Networks,
    /// A unit of the reconstruction loss, in squared units of the features.
    unit: f64,
    /// α and β of this epoch.
    weights: (f64, f64),
    adam: Adam,
    /// ln σ of the codes, shape (k, 1, code width), where they are drawn.
    log_std: Option<Tensor>,
    /// The scaled samples.
    data: &'a Tensor,
    /// Concatenated codes after the epochs that are shown, shape (number of these, n, width of all codes).
    kept: Tensor,
}

impl<'a> Joint<'a> {
    /// For scaled samples, shape (n, features).
    pub(super) fn new(
        settings: &'a MixaeSettings,
        networks: &'a Networks,
        unit: f64,
        data: &'a Tensor,
    ) -> Result<Self> {
        let mixture = &networks.mixture;
        let log_std = settings.variational.map(|_| {
            let shape = [mixture.k() as i64, 1, mixture.code_width() as i64];
            Tensor::zeros(shape, (Kind::Float, data.device())).set_requires_grad(true)
        });
        let others = log_std.iter().map(Tensor::shallow_clone);
        let trained = networks.parameters(settings.reconstructs).into_iter().chain(others);
        let adam = Adam::new(settings.adam, trained.collect())?;
        let weights = settings.weights.after(&TrainHistory::default());
        let shape = [settings.shown.len() as i64, data.size()[0], networks.code_width() as i64];
        let kept = Tensor::zeros(shape, (Kind::Float, data.device()));
        Ok(Self { settings, networks, unit, weights, adam, log_std, data, kept })
    }

    /// Keeps the codes of all samples where this epoch is shown.
    fn keep(&mut self, epoch: usize) {
        for (i, _) in self.settings.shown.iter().enumerate().filter(|(_, shown)| **shown == epoch) {
            let codes = no_grad(|| {
                let parts = self.data.split(BATCH as i64, 0);
                let of_part = |x: &Tensor| self.networks.concatenate(&self.networks.codes(x, false));
                Tensor::cat(&parts.iter().map(of_part).collect::<Vec<_>>(), 0)
            });
            self.kept.get(i as i64).copy_(&codes);
        }
    }

    /// What was kept, and the codes after the last epoch.
    pub(super) fn snapshots(mut self, epochs: usize) -> Result<Vec<Snapshot>> {
        self.keep(epochs);
        let shown = self.settings.shown.iter().enumerate().filter(|(_, step)| **step <= epochs);
        let snapshot = |(i, &step): (usize, &usize)| {
            Ok(Snapshot { step, embedding: to_array2(&self.kept.get(i as i64))?, codes: None })
        };
        shown.map(snapshot).collect()
    }

    /// The loss of a batch, shape (batch, features), and of what becomes of it where it is changed; `rng` draws codes where they are drawn.
    pub(super) fn loss_of(&self, x: &Tensor, changed: Option<&Tensor>, rng: &mut impl Rng) -> Result<Losses> {
        let networks = self.networks;
        let codes = networks.codes(x, true);
        let logits = networks.logits(&networks.concatenate(&codes), true);
        let (of_samples, of_batch) =
            (sample_entropy_from_logits(&logits)?, batch_entropy_from_logits(&logits)?);
        let asked = match self.settings.entropy_cap {
            Some(cap) => of_batch.clamp_max(cap * (logits.size()[1] as f64).ln()),
            None => of_batch.shallow_clone(),
        };
        let mut total = &of_samples * self.weights.0 - asked * self.weights.1;
        let mut parts = shares_of(&logits.detach().argmax(1, false), logits.size()[1]);
        parts.extend([(SAMPLE_ENTROPY.into(), of_samples), (BATCH_ENTROPY.into(), of_batch)]);
        if self.settings.reconstructs {
            let probabilities = logits.softmax(1, Kind::Float);
            let drawn = self.log_std.as_ref().map(|log_std| &codes + log_std.exp() * noise(&codes, rng));
            let seen = drawn.as_ref().unwrap_or(&codes);
            let error = networks.mixture.weighted_error(seen, x, &probabilities) / self.unit;
            total += &error;
            if let (Some(log_std), Some(weight)) = (&self.log_std, self.settings.variational) {
                let divergence = divergence(&codes, log_std, &probabilities);
                total += &divergence * weight;
                parts.push((CODES.into(), divergence));
            }
            parts.push((RECONSTRUCTION.into(), error));
        }
        if let (Some(Consistency { weight, .. }), Some(changed)) = (&self.settings.consistency, changed) {
            let moved = networks.concatenate(&networks.codes(changed, true));
            let divergence = consistency_from_logits(&logits, &networks.logits(&moved, true))?;
            total += &divergence * *weight;
            parts.push((CONSISTENCY.into(), divergence));
        }
        Ok(Losses { total, parts })
    }
}

/// ε from N(0, 1), of the shape of the codes (k, batch, code width).
fn noise(codes: &Tensor, rng: &mut impl Rng) -> Tensor {
    let size = codes.size();
    let [rows, columns] = [(size[0] * size[1]) as usize, size[2] as usize];
    normal([rows, columns], codes.device(), rng).view(size.as_slice())
}

/// The mean over the batch of Σ_i p_i ½ Σ_j (μ_j² + σ_j² − 1 − ln σ_j²), for means of shape (k, batch, code width), ln σ of
/// (k, 1, code width) and p of (batch, k).
fn divergence(means: &Tensor, log_std: &Tensor, p: &Tensor) -> Tensor {
    let terms = means.square() + (log_std * 2.0).exp() - 1.0 - log_std * 2.0;
    let of_each = terms.sum_dim_intlist([-1i64].as_slice(), false, Kind::Float) * 0.5;
    (of_each.transpose(0, 1) * p).sum(Kind::Float) / p.size()[0]
}

/// T x.
fn changed(x: &Tensor, change: &SampleChange, rng: &mut impl Rng) -> Tensor {
    match change {
        SampleChange::Images(augmentation) => augmentation.apply(x, rng),
        SampleChange::Noise(std) => {
            let shape = [x.size()[0] as usize, x.size()[1] as usize];
            x + normal(shape, x.device(), rng) * *std
        }
    }
}

impl Objective for Joint<'_> {
    type Error = Error;

    fn loss(&mut self, step: &Step) -> Result<Losses> {
        let change = self.settings.consistency.as_ref().map(|consistency| &consistency.change);
        let mut rng = step.generator();
        let changed = change.map(|change| changed(&step.x, change, &mut rng));
        self.loss_of(&step.x, changed.as_ref(), &mut rng)
    }

    fn optimisers(&mut self) -> Vec<&mut dyn Optimizer> {
        vec![&mut self.adam]
    }

    fn buffers(&self) -> Vec<Tensor> {
        self.networks.buffers().into_iter().chain([self.kept.shallow_clone()]).collect()
    }

    fn before_round(&mut self, _: usize, history: &mut TrainHistory) -> Result<ControlFlow<()>> {
        self.keep(history.loss.len());
        self.weights = self.settings.weights.after(history);
        for (name, weight) in
            [(SAMPLE_ENTROPY_WEIGHT, self.weights.0), (BATCH_ENTROPY_WEIGHT, self.weights.1)]
        {
            history.parts.entry(name.to_owned()).or_default().push(weight);
        }
        Ok(ControlFlow::Continue(()))
    }
}
