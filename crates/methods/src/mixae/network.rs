use super::{MixaeGate, MixaeSettings};
use crate::mixture::{load_mixture, mixture_parts};
use crate::saved_model::SavedModel;
use crate::training::tensors;
use crate::{Context, ModelParts, Result};
use deepclust_nets::{Autoencoder, AutoencoderMixture, Classifier, Device, Tensor};
use rand::RngCore;

/// k autoencoders, and the network that assigns by their codes.
#[derive(Debug)]
pub(super) struct Networks {
    pub mixture: AutoencoderMixture,
    gate: Classifier,
    of_gate: MixaeGate,
}

impl Networks {
    /// With weights from the streams `weights` and `weights of the gate`.
    pub(super) fn new(
        settings: &MixaeSettings,
        features: usize,
        k: usize,
        context: &Context<'_>,
    ) -> Result<Self> {
        let form = settings.autoencoder(features);
        let rng = &mut context.seed.stream("weights");
        let parts: Vec<Autoencoder> = (0..k)
            .map(|_| Autoencoder::new(form.clone(), context.device, rng))
            .collect::<deepclust_nets::Result<_>>()?;
        let mixture = AutoencoderMixture::stack(&parts)?;
        let rng = &mut context.seed.stream("weights of the gate");
        let gate = gate(&settings.gate, &mixture, context.device, rng)?;
        let networks = Self { mixture, gate, of_gate: settings.gate.clone() };
        networks.shrink_last(settings.gate.start)?;
        Ok(networks)
    }

    pub(super) fn load(saved: &SavedModel) -> Result<Self> {
        let (mixture, of_gate) = (load_mixture(saved)?, saved.get("gate")?);
        // Every weight is overwritten: the seed does not matter.
        let rng = &mut crate::Seed(0).stream("weights of the gate");
        let gate = gate(&of_gate, &mixture, saved.device, rng)?;
        gate.set_state(&saved.state("gate"))?;
        Ok(Self { mixture, gate, of_gate })
    }

    pub(super) fn parts(&self, parts: ModelParts) -> Result<ModelParts> {
        let parts = mixture_parts(parts, &self.mixture)?;
        Ok(parts.set("gate", &self.of_gate)?.state("gate", self.gate.named_state()))
    }

    /// Weights and biases of the gate's last layer, times `factor`.
    fn shrink_last(&self, factor: f64) -> Result<()> {
        let last = format!("{}.", self.of_gate.network.widths.len());
        let shrunk = self.gate.named_state().into_iter().map(|(name, tensor)| {
            let factor = if name.starts_with(&last) { factor } else { 1.0 };
            (name, tensor.detach() * factor)
        });
        Ok(self.gate.set_state(&shrunk.collect::<Vec<_>>())?)
    }

    /// Width of all codes of a sample together.
    pub(super) fn code_width(&self) -> usize {
        concatenated(self.mixture.settings().widths.as_slice(), self.mixture.k())
    }

    /// The codes of x, shape (k, batch, code width).
    pub(super) fn codes(&self, x: &Tensor, train: bool) -> Tensor {
        self.mixture.codes(x, train)
    }

    /// The codes of each sample one after the other, shape (batch, k · code width).
    pub(super) fn concatenate(&self, codes: &Tensor) -> Tensor {
        codes.transpose(0, 1).reshape([-1, self.code_width() as i64])
    }

    /// Logits of shape (batch, k) for concatenated codes.
    pub(super) fn logits(&self, codes: &Tensor, train: bool) -> Tensor {
        self.gate.forward_t(codes, train)
    }

    /// What is trained; decoders have a gradient from reconstructions alone.
    pub(super) fn parameters(&self, decoders: bool) -> Vec<Tensor> {
        let mut of_mixture = self.mixture.named_parameters();
        of_mixture.retain(|(name, _)| decoders || name.starts_with("encoder"));
        tensors(of_mixture).into_iter().chain(tensors(self.gate.named_parameters())).collect()
    }

    /// What training changes besides.
    pub(super) fn buffers(&self) -> Vec<Tensor> {
        tensors(self.mixture.named_buffers().into_iter().chain(self.gate.named_buffers()).collect())
    }
}

fn concatenated(widths: &[usize], k: usize) -> usize {
    k * widths.last().copied().unwrap_or_default()
}

fn gate(
    settings: &MixaeGate,
    mixture: &AutoencoderMixture,
    device: Device,
    mut rng: &mut dyn RngCore,
) -> Result<Classifier> {
    let (k, widths) = (mixture.k(), &mixture.settings().widths);
    Ok(Classifier::new(&settings.network, concatenated(widths, k), k, device, &mut rng)?)
}
