use crate::{Error, Optimizer, Result};
use serde::{Deserialize, Serialize};
use tch::{Kind, Tensor};

/// Settings of [`Sgd`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SgdSettings {
    /// Step size, above 0.
    pub learning_rate: f64,
    /// Share of the last velocity that is kept, in [0, 1).
    pub momentum: f64,
}

impl SgdSettings {
    /// Checks every field's range.
    ///
    /// # Errors
    /// [`Error::Setting`] names the first field that is out of range.
    pub fn validate(&self) -> Result<()> {
        let check = |ok: bool, name, expected, found: f64| {
            if ok { Ok(()) } else { Err(Error::Setting { name, expected, found: found.to_string() }) }
        };
        let rate = self.learning_rate;
        check(rate > 0.0 && rate.is_finite(), "learning_rate", "a number above 0", rate)?;
        check((0.0..1.0).contains(&self.momentum), "momentum", "a number in [0, 1)", self.momentum)
    }
}

/// Stochastic gradient descent with momentum, as `torch.optim.SGD`: v ← μv + g (v = g at the first step), w ← w − lr · v.
#[derive(Debug)]
pub struct Sgd {
    settings: SgdSettings,
    parameters: Vec<Tensor>,
    velocities: Vec<Tensor>,
    steps: u64,
    rate_factor: f64,
}

impl Sgd {
    /// An optimiser at rest for f32 leaves.
    ///
    /// # Errors
    /// [`Error::Setting`] for settings out of range, [`Error::Tensor`] for a parameter that is not f32.
    pub fn new(settings: SgdSettings, parameters: Vec<Tensor>) -> Result<Self> {
        settings.validate()?;
        if let Some(i) = parameters.iter().position(|p| p.kind() != Kind::Float) {
            return Err(Error::Tensor {
                what: format!("parameter {i}"),
                expected: "a tensor of kind Float".to_owned(),
                found: format!("one of kind {:?}", parameters[i].kind()),
            });
        }
        let velocities = parameters.iter().map(|p| p.detach().zeros_like()).collect();
        Ok(Self { settings, parameters, velocities, steps: 0, rate_factor: 1.0 })
    }
}

impl Optimizer for Sgd {
    fn leaves(&self) -> &[Tensor] {
        &self.parameters
    }

    fn apply(&mut self, gradients: &[Tensor]) -> Result<()> {
        if gradients.len() != self.parameters.len() {
            return Err(Error::Tensor {
                what: "gradients".to_owned(),
                expected: format!("one for each of the {} parameters", self.parameters.len()),
                found: gradients.len().to_string(),
            });
        }
        let learning_rate = self.settings.learning_rate * self.rate_factor;
        tch::no_grad(|| {
            let states = self.parameters.iter_mut().zip(&mut self.velocities);
            for ((w, v), gradient) in states.zip(gradients) {
                let _ = v.g_mul_scalar_(self.settings.momentum);
                let _ = v.g_add_(gradient);
                let _ = w.g_sub_(&(&*v * learning_rate));
            }
        });
        self.steps += 1;
        Ok(())
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
        vec![("velocity", &self.velocities)]
    }

    fn set_steps(&mut self, steps: u64) {
        self.steps = steps;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;
    use tch::Device;

    #[test]
    fn five_steps_as_in_torch() {
        // torch 2.11:
        //   w = torch.tensor([1., -2., 3.], requires_grad=True); o = torch.optim.SGD([w], lr=0.001, momentum=0.9)
        //   for _ in range(5): o.zero_grad(); (w**4).sum().backward(); o.step()
        let w = Tensor::from_slice(&[1.0f32, -2.0, 3.0]).set_requires_grad(true);
        let settings = SgdSettings { learning_rate: 0.001, momentum: 0.9 };
        let mut sgd = Sgd::new(settings, vec![w.shallow_clone()]).unwrap();
        for _ in 0..5 {
            sgd.minimise(&w.pow_tensor_scalar(4).sum(Kind::Float)).unwrap();
        }
        let found = Vec::<f32>::try_from(&w.detach()).unwrap();
        for (found, expected) in found.iter().zip(EXPECTED) {
            assert_relative_eq!(*found, expected, max_relative = 1e-6);
        }
        assert_eq!(sgd.steps(), 5);
    }

    const EXPECTED: [f32; 3] = [0.9488662, -1.6216263, 1.8607908];

    #[test]
    fn settings_out_of_range_are_named() {
        let settings = SgdSettings { learning_rate: 0.1, momentum: 1.0 };
        let error = Sgd::new(settings, Vec::new()).unwrap_err().to_string();
        assert_eq!(error, "setting `momentum`: expected a number in [0, 1), found 1");
    }

    #[test]
    fn parameters_of_another_kind_are_named() {
        let parameters = [Kind::Float, Kind::Double].map(|kind| Tensor::ones([2], (kind, Device::Cpu)));
        let settings = SgdSettings { learning_rate: 0.1, momentum: 0.9 };
        let error = Sgd::new(settings, parameters.into()).unwrap_err().to_string();
        assert_eq!(error, "parameter 1: expected a tensor of kind Float, found one of kind Double");
    }
}
