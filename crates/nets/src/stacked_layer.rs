//! One layer of k networks at once.

use crate::autoencoder_settings::Place;
use crate::{Activation, BatchNorm, Precision};
use tch::{Device, Kind, Tensor};

/// k linear layers of one shape with what follows them.
#[derive(Debug)]
pub(crate) struct StackedLayer {
    /// Shape (k, fan_out, fan_in).
    weight: Tensor,
    /// Shape (k, fan_out).
    bias: Tensor,
    /// Of k · fan_out features.
    norm: Option<BatchNorm>,
    activation: Activation,
    /// bf16 copies of weight and bias.
    working: Option<(Tensor, Tensor)>,
    k: i64,
    fan_out: i64,
}

impl StackedLayer {
    pub(crate) fn zeros(k: i64, fan_in: i64, fan_out: i64, place: &Place, device: Device) -> Self {
        let zeros = |size: &[i64]| Tensor::zeros(size, (Kind::Float, device)).set_requires_grad(true);
        let norm = place.batch_norm.map(|norm| BatchNorm::new((k * fan_out) as usize, norm, device));
        Self {
            weight: zeros(&[k, fan_out, fan_in]),
            bias: zeros(&[k, fan_out]),
            norm,
            activation: place.activation,
            working: None,
            k,
            fan_out,
        }
    }

    /// Weight and bias for products with x.
    fn operands(&self, x: &Tensor) -> (&Tensor, &Tensor) {
        match &self.working {
            Some((weight, bias)) if x.kind() == Kind::BFloat16 => (weight, bias),
            _ => (&self.weight, &self.bias),
        }
    }

    /// Shape (k, rows, fan_out) for x of shape (rows, fan_in), which goes through each of the k, or (k, rows, fan_in).
    pub(crate) fn linear(&self, x: &Tensor) -> Tensor {
        let (weight, bias) = self.operands(x);
        if x.dim() == 2 {
            let all = weight.view([self.k * self.fan_out, -1]);
            let y = x.linear(&all, Some(&bias.view([-1])));
            y.view([-1, self.k, self.fan_out]).transpose(0, 1)
        } else {
            bias.unsqueeze(1).baddbmm(x, &weight.transpose(1, 2), 1.0, 1.0)
        }
    }

    /// Layer i for the rows of `parts[i]`, shape (rows of i, fan_in) in and (rows of i, fan_out) out.
    pub(crate) fn linear_parts(&self, parts: &[Tensor]) -> Vec<Tensor> {
        let (weight, bias) = self.operands(&parts[0]);
        let operands = weight.unbind(0).into_iter().zip(bias.unbind(0));
        parts.iter().zip(operands).map(|(x, (weight, bias))| x.linear(&weight, Some(&bias))).collect()
    }

    pub(crate) fn activate(&self, x: &Tensor) -> Tensor {
        self.activation.apply(x)
    }

    /// The whole layer on the same rows for each of the k.
    pub(crate) fn forward_t(&self, x: &Tensor, train: bool) -> Tensor {
        let y = self.linear(x);
        let Some(norm) = &self.norm else { return self.activate(&y) };
        let flat = y.transpose(0, 1).reshape([-1, self.k * self.fan_out]);
        let normalised = self.activate(&norm.forward_t(&flat, train));
        normalised.view([-1, self.k, self.fan_out]).transpose(0, 1)
    }

    /// The whole layer in training, on rows of each one's own; the running statistics move by `momentum` where it is given.
    pub(crate) fn forward_parts(&self, parts: &[Tensor], momentum: Option<f64>) -> Vec<Tensor> {
        let outputs = self.linear_parts(parts);
        let normalised = match &self.norm {
            Some(norm) => norm.forward_parts(&outputs, momentum),
            None => outputs,
        };
        normalised.iter().map(|y| self.activate(y)).collect()
    }

    /// Makes or drops the bf16 copies.
    pub(crate) fn prepare(&mut self, precision: Precision) {
        let copy = |tensor: &Tensor| tensor.detach().to_kind(Kind::BFloat16).set_requires_grad(true);
        self.working = (precision == Precision::Bf16).then(|| (copy(&self.weight), copy(&self.bias)));
    }

    /// Brings the bf16 copies up to date.
    pub(crate) fn refresh_working(&self) {
        for (parameter, copy) in self.working_tensors() {
            copy.detach().copy_(&parameter.detach());
        }
    }

    /// Each parameter that has a bf16 copy, with it.
    pub(crate) fn working_tensors(&self) -> Vec<(Tensor, Tensor)> {
        let pairs =
            self.working.iter().flat_map(|(weight, bias)| [(&self.weight, weight), (&self.bias, bias)]);
        pairs.map(|(parameter, copy)| (parameter.shallow_clone(), copy.shallow_clone())).collect()
    }

    pub(crate) fn parameters(&self) -> Vec<(String, Tensor)> {
        let own = [
            ("weight".to_owned(), self.weight.shallow_clone()),
            ("bias".to_owned(), self.bias.shallow_clone()),
        ];
        own.into_iter().chain(self.of_norm(self.norm.iter().flat_map(BatchNorm::parameters))).collect()
    }

    pub(crate) fn buffers(&self) -> Vec<(String, Tensor)> {
        self.of_norm(self.norm.iter().flat_map(BatchNorm::buffers)).collect()
    }

    /// Tensors of the normalisation, those of the k one after the other.
    fn of_norm<'a>(
        &self,
        tensors: impl Iterator<Item = (&'static str, &'a Tensor)>,
    ) -> impl Iterator<Item = (String, Tensor)> {
        tensors.map(|(name, tensor)| (format!("norm.{name}"), tensor.shallow_clone()))
    }
}
