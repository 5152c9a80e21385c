use crate::adam_flat::{Flat, Moments};
use crate::adam_kernel::{Coefficients, step, step_bf16};
use crate::convert::shape_error;
use crate::slices::{bits, bits_mut, values, values_mut};
use crate::{Error, Optimizer, Result};
use serde::{Deserialize, Serialize};
use tch::{Device, Kind, Tensor};

/// Settings of [`Adam`]; the defaults are those of `torch.optim.Adam`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AdamSettings {
    /// Step size, above 0. Default 1e-3.
    pub learning_rate: f64,
    /// Decay of the first moment, in [0, 1). Default 0.9.
    pub beta1: f64,
    /// Decay of the second moment, in [0, 1). Default 0.999.
    pub beta2: f64,
    /// Added to the denominator, above 0. Default 1e-8.
    pub epsilon: f64,
}

impl Default for AdamSettings {
    fn default() -> Self {
        Self { learning_rate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }
    }
}

impl AdamSettings {
    /// Checks every field's range.
    ///
    /// # Errors
    /// [`Error::Setting`] names the first field that is out of range.
    pub fn validate(&self) -> Result<()> {
        let check = |ok: bool, name, expected, found: f64| {
            if ok { Ok(()) } else { Err(Error::Setting { name, expected, found: found.to_string() }) }
        };
        let positive = |x: f64| x > 0.0 && x.is_finite();
        check(positive(self.learning_rate), "learning_rate", "a number above 0", self.learning_rate)?;
        check((0.0..1.0).contains(&self.beta1), "beta1", "a number in [0, 1)", self.beta1)?;
        check((0.0..1.0).contains(&self.beta2), "beta2", "a number in [0, 1)", self.beta2)?;
        check(positive(self.epsilon), "epsilon", "a number above 0", self.epsilon)
    }
}

/// Adam (Kingma and Ba 2015, algorithm 1) over a fixed list of parameters, with a state that can be saved.
///
/// With gradient g of step t: m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g²,
/// w ← w − lr/(1−β₁ᵗ) · m / (√v/√(1−β₂ᵗ) + ε).
#[derive(Debug)]
pub struct Adam {
    settings: AdamSettings,
    parameters: Vec<Tensor>,
    /// What losses are differentiated by: each parameter, or its bf16 copy.
    leaves: Vec<Tensor>,
    first: Vec<Tensor>,
    second: Vec<Tensor>,
    /// Where they all lie, on devices whose memory the processor cannot see.
    flat: Option<Flat>,
    steps: u64,
    rate_factor: f64,
}

impl Adam {
    /// An optimiser with zero moments for f32 leaves, each given once, all on one device.
    ///
    /// On a GPU it moves the parameters into memory of its own, where a step takes few operations. Whoever holds a parameter
    /// or a shallow clone of it sees no difference, but views of parameters and tensors that were detached from them before are left
    /// behind, and an older optimiser of the same parameters can step no more.
    ///
    /// # Errors
    /// [`Error::Setting`] for settings out of range, [`Error::Tensor`] for a parameter that is not contiguous f32, not on the
    /// device of the first, or given twice.
    pub fn new(settings: AdamSettings, parameters: Vec<Tensor>) -> Result<Self> {
        let on_gpu = parameters.first().is_some_and(|parameter| parameter.device() != Device::Cpu);
        Self::placed(settings, parameters, on_gpu)
    }

    /// As [`new`](Self::new), with all parameters in one tensor or each where it is.
    pub(crate) fn placed(settings: AdamSettings, mut parameters: Vec<Tensor>, flat: bool) -> Result<Self> {
        check(settings, &parameters)?;
        let zeros = |parameters: &[Tensor]| parameters.iter().map(|p| p.detach().zeros_like()).collect();
        let (flat, first, second) = if flat {
            let (flat, Moments { first, second }) = Flat::of(&mut parameters);
            (Some(flat), first, second)
        } else {
            (None, zeros(&parameters), zeros(&parameters))
        };
        let leaves = parameters.iter().map(Tensor::shallow_clone).collect();
        Ok(Self { settings, first, second, parameters, leaves, flat, steps: 0, rate_factor: 1.0 })
    }

    /// An optimiser of f32 parameters whose losses depend on bf16 copies of some of them: each step changes the parameters,
    /// and writes them to the copies. `copies` has pairs of a parameter and its copy.
    ///
    /// # Errors
    /// As [`new`](Self::new), and [`Error::Tensor`] when a copy belongs to none of the parameters or is not a contiguous bf16
    /// tensor of its parameter's shape and device.
    pub fn mixed(
        settings: AdamSettings,
        parameters: Vec<Tensor>,
        copies: &[(Tensor, Tensor)],
    ) -> Result<Self> {
        Self::new(settings, parameters)?.with_copies(copies)
    }

    pub(crate) fn with_copies(mut self, copies: &[(Tensor, Tensor)]) -> Result<Self> {
        for (number, (parameter, copy)) in copies.iter().enumerate() {
            let unfit = |expected: &str, found: &str| {
                Err(Error::Tensor {
                    what: format!("copy {number}"),
                    expected: expected.into(),
                    found: found.into(),
                })
            };
            let of = self.parameters.iter().position(|p| p.data_ptr() == parameter.data_ptr());
            let Some(i) = of else {
                return unfit("a copy of one of the optimiser's parameters", "one of another tensor");
            };
            let expected = form(&parameter.size(), Kind::BFloat16, true, parameter.device());
            let found = form(&copy.size(), copy.kind(), copy.is_contiguous(), copy.device());
            if found != expected {
                return unfit(&expected, &found);
            }
            self.leaves[i] = copy.shallow_clone();
        }
        Ok(self)
    }

    /// Writes the parameters to their bf16 copies.
    fn refresh_copies(&self) {
        for (parameter, leaf) in self.parameters.iter().zip(&self.leaves) {
            if leaf.kind() == Kind::BFloat16 {
                leaf.detach().copy_(&parameter.detach());
            }
        }
    }
}

impl Optimizer for Adam {
    /// The tensors that losses are differentiated by: the parameters, or their bf16 copies.
    fn leaves(&self) -> &[Tensor] {
        &self.leaves
    }

    /// One step with given gradients, one for each parameter and of its shape.
    ///
    /// # Errors
    /// [`Error::Shape`] when a gradient is of another shape, [`Error::Tensor`] when one is missing or on another device, or
    /// when on a GPU another optimiser of these parameters was made since this one.
    fn apply(&mut self, gradients: &[Tensor]) -> Result<()> {
        let unfit = |what: &str, expected: String, found: String| {
            Err(Error::Tensor { what: what.to_owned(), expected, found })
        };
        if gradients.len() != self.parameters.len() {
            let expected = format!("one for each of the {} parameters", self.parameters.len());
            return unfit("gradients", expected, gradients.len().to_string());
        }
        for (i, (parameter, gradient)) in self.parameters.iter().zip(gradients).enumerate() {
            if gradient.size() != parameter.size() {
                return Err(shape_error("gradient", format!("{:?}", parameter.size()), gradient));
            }
            let (expected, found) = (parameter.device(), gradient.device());
            if found != expected {
                let expected = format!("a tensor on {expected:?}, as the parameter");
                return unfit(&format!("gradient {i}"), expected, format!("one on {found:?}"));
            }
        }
        if self.flat.as_ref().is_some_and(|flat| flat.has_lost_one_of(&self.parameters)) {
            let found = "one in that of an optimiser made later".to_owned();
            return unfit("parameters", "all of them in this optimiser's memory".to_owned(), found);
        }
        self.steps += 1;
        let t = i32::try_from(self.steps).unwrap_or(i32::MAX);
        let (beta1, beta2) = (self.settings.beta1, self.settings.beta2);
        let step_size = self.settings.learning_rate * self.rate_factor / (1.0 - beta1.powi(t));
        let inverse_correction = (1.0 - beta2.powi(t)).sqrt().recip();
        let coefficients = Coefficients {
            beta1: beta1 as f32,
            beta2: beta2 as f32,
            rest1: (1.0 - beta1) as f32,
            rest2: (1.0 - beta2) as f32,
            step_size: step_size as f32,
            inverse_correction: inverse_correction as f32,
            epsilon: self.settings.epsilon as f32,
        };
        tch::no_grad(|| {
            if let Some(flat) = &mut self.flat {
                flat.step(gradients, coefficients);
                self.refresh_copies();
                return;
            }
            let moments = self.first.iter_mut().zip(&mut self.second);
            for (i, ((w, gradient), (m, v))) in
                self.parameters.iter_mut().zip(gradients).zip(moments).enumerate()
            {
                let mut copy = Some(self.leaves[i].detach()).filter(|leaf| leaf.kind() == Kind::BFloat16);
                match &mut copy {
                    Some(copy) if gradient.kind() == Kind::BFloat16 => {
                        let gradient = gradient.contiguous();
                        let (copy, gradient) = (bits_mut(copy), bits(&gradient));
                        step_bf16(values_mut(w), copy, gradient, values_mut(m), values_mut(v), coefficients);
                        continue;
                    }
                    _ => {
                        let gradient = gradient.to_kind(Kind::Float).contiguous();
                        step(values_mut(w), values(&gradient), values_mut(m), values_mut(v), coefficients);
                    }
                }
                if let Some(copy) = &mut copy {
                    copy.copy_(w);
                }
            }
        });
        Ok(())
    }

    fn set_steps(&mut self, steps: u64) {
        self.steps = steps;
        self.refresh_copies(); // no file keeps them
    }

    fn set_learning_rate_factor(&mut self, factor: f64) {
        self.rate_factor = factor;
    }

    fn steps(&self) -> u64 {
        self.steps
    }

    fn parameters(&self) -> &[Tensor] {
        &self.parameters
    }

    fn moments(&self) -> Vec<(&'static str, &[Tensor])> {
        vec![("first", &self.first), ("second", &self.second)]
    }
}

/// Settings in range, parameters contiguous f32 on one device, each once.
fn check(settings: AdamSettings, parameters: &[Tensor]) -> Result<()> {
    settings.validate()?;
    for (i, parameter) in parameters.iter().enumerate() {
        let unfit = |expected: String, found: String| {
            Err(Error::Tensor { what: format!("parameter {i}"), expected, found })
        };
        // The first one's device is that of all.
        let expected = form(&parameter.size(), Kind::Float, true, parameters[0].device());
        let found = form(&parameter.size(), parameter.kind(), parameter.is_contiguous(), parameter.device());
        if found != expected {
            return unfit(expected, found);
        }
        let same = |p: &Tensor| p.numel() > 0 && p.data_ptr() == parameter.data_ptr();
        if let Some(before) = parameters[..i].iter().position(same) {
            return unfit("each parameter once".to_owned(), format!("parameter {before} again"));
        }
    }
    Ok(())
}

/// What a tensor is, in words that name all that has to fit.
fn form(size: &[i64], kind: Kind, contiguous: bool, device: Device) -> String {
    let layout = if contiguous { "contiguous" } else { "strided" };
    format!("a {layout} tensor of shape {size:?}, kind {kind:?}, on {device:?}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    fn leaf(values: &[f32]) -> Tensor {
        Tensor::from_slice(values).set_requires_grad(true)
    }

    #[test]
    fn five_steps_as_in_torch() {
        // torch 2.11:
        //   w = torch.tensor([1., -2., 3.], requires_grad=True); o = torch.optim.Adam([w], lr=0.1)
        //   for _ in range(5): o.zero_grad(); (w**4).sum().backward(); o.step()
        let w = leaf(&[1.0, -2.0, 3.0]);
        let settings = AdamSettings { learning_rate: 0.1, ..Default::default() };
        let mut adam = Adam::new(settings, vec![w.shallow_clone()]).unwrap();
        for _ in 0..5 {
            let loss = w.pow_tensor_scalar(4).sum(Kind::Float);
            adam.minimise(&loss).unwrap();
        }
        let found = Vec::<f32>::try_from(&w.detach()).unwrap();
        let expected = [0.533_922_4_f32, -1.511_966_3, 2.506_742];
        for (found, expected) in found.iter().zip(expected) {
            assert_relative_eq!(*found, expected, max_relative = 1e-6);
        }
        assert_eq!(adam.steps(), 5);
    }

    #[test]
    fn bad_settings_and_gradients_are_named() {
        let settings = AdamSettings { learning_rate: 0.0, ..Default::default() };
        let error = Adam::new(settings, vec![]).unwrap_err().to_string();
        assert_eq!(error, "setting `learning_rate`: expected a number above 0, found 0");
        let mut adam = Adam::new(AdamSettings::default(), vec![leaf(&[1.0, 2.0])]).unwrap();
        let error = adam.apply(&[Tensor::from_slice(&[1.0f32])]).unwrap_err().to_string();
        assert_eq!(error, "gradient: expected shape [2], found [1]");
        let error = adam.apply(&[]).unwrap_err().to_string();
        assert_eq!(error, "gradients: expected one for each of the 1 parameters, found 0");
    }

    #[test]
    fn bad_parameters_and_copies_are_named() {
        let refused =
            |parameters: Vec<Tensor>| Adam::new(AdamSettings::default(), parameters).unwrap_err().to_string();
        let w = leaf(&[1.0, 2.0]);
        assert_eq!(
            refused(vec![leaf(&[0.0]), w.shallow_clone(), w.shallow_clone()]),
            "parameter 2: expected each parameter once, found parameter 1 again"
        );
        assert_eq!(
            refused(vec![w.to_kind(Kind::Double)]),
            "parameter 0: expected a contiguous tensor of shape [2], kind Float, on Cpu, \
             found a contiguous tensor of shape [2], kind Double, on Cpu"
        );
        assert_eq!(
            refused(vec![leaf(&[0.0; 6]).view([2, 3]).tr()]),
            "parameter 0: expected a contiguous tensor of shape [3, 2], kind Float, on Cpu, \
             found a strided tensor of shape [3, 2], kind Float, on Cpu"
        );
        let copied = |parameter: Tensor, copy: Tensor| {
            let copies = [(parameter, copy)];
            Adam::mixed(AdamSettings::default(), vec![w.shallow_clone()], &copies).unwrap_err().to_string()
        };
        assert_eq!(
            copied(w.shallow_clone(), w.shallow_clone()),
            "copy 0: expected a contiguous tensor of shape [2], kind BFloat16, on Cpu, \
             found a contiguous tensor of shape [2], kind Float, on Cpu"
        );
        assert_eq!(
            copied(leaf(&[1.0, 2.0]), w.to_kind(Kind::BFloat16)),
            "copy 0: expected a copy of one of the optimiser's parameters, found one of another tensor"
        );
    }
}
