use super::{MixaeGate, MixaeSettings};
use crate::saved_model::SavedModel;
use crate::training::tensors;
use crate::{Context, ModelParts, Result};
use deepclust_nets::{Classifier, Device, MixtureOfNetworks, NetworkSpec, Tensor};
use rand::RngCore;

/// In the files of fitted models.
const AUTOENCODERS: &str = "autoencoders";
const NETWORK: &str = "network";

/// k autoencoders, and the network that assigns by their codes.
#[derive(Debug)]
pub(super) struct Networks {
    pub mixture: Box<dyn MixtureOfNetworks>,
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
        let rng = &mut context.seed.stream("weights");
        let mixture = settings.autoencoder(features).build_mixture(k, context.device, rng)?;
        let rng = &mut context.seed.stream("weights of the gate");
        let gate = gate(&settings.gate, &*mixture, context.device, rng)?;
        let networks = Self { mixture, gate, of_gate: settings.gate.clone() };
        networks.shrink_last(settings.gate.start)?;
        Ok(networks)
    }

    pub(super) fn load(saved: &SavedModel) -> Result<Self> {
        let spec = match saved.get::<Option<NetworkSpec>>(NETWORK)? {
            Some(spec) => spec,
            None => NetworkSpec::FullyConnected(saved.get(AUTOENCODERS)?),
        };
        // Every weight is overwritten: the seed does not matter.
        let rng = &mut crate::Seed(0).stream("weights");
        let mixture = spec.build_mixture(saved.get("k")?, saved.device, rng)?;
        mixture.set_state(&saved.state(AUTOENCODERS))?;
        let of_gate = saved.get("gate")?;
        let gate = gate(&of_gate, &*mixture, saved.device, rng)?;
        gate.set_state(&saved.state("gate"))?;
        Ok(Self { mixture, gate, of_gate })
    }

    pub(super) fn parts(&self, parts: ModelParts) -> Result<ModelParts> {
        let parts = match self.mixture.spec() {
            // As before there were other kinds.
            NetworkSpec::FullyConnected(settings) => parts.set(AUTOENCODERS, settings)?,
            spec => parts.set(NETWORK, spec)?,
        };
        let parts = parts.set("k", self.mixture.k())?.state(AUTOENCODERS, self.mixture.named_state());
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
        self.mixture.k() * self.mixture.code_width()
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

fn gate(
    settings: &MixaeGate,
    mixture: &dyn MixtureOfNetworks,
    device: Device,
    mut rng: &mut dyn RngCore,
) -> Result<Classifier> {
    let (k, width) = (mixture.k(), mixture.code_width());
    Ok(Classifier::new(&settings.network, k * width, k, device, &mut rng)?)
}
