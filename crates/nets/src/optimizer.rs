use crate::{Adam, AdamSettings, Result, Sgd, SgdSettings};
use serde::{Deserialize, Serialize};
use tch::Tensor;

/// Which optimiser, with its settings.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OptimizerSettings {
    /// Gradient descent with momentum.
    Sgd(SgdSettings),
    /// Adam.
    Adam(AdamSettings),
}

impl OptimizerSettings {
    /// Checks every field's range.
    ///
    /// # Errors
    /// [`Error::Setting`](crate::Error::Setting) names the first field that is out of range.
    pub fn validate(&self) -> Result<()> {
        match self {
            Self::Sgd(sgd) => sgd.validate(),
            Self::Adam(adam) => adam.validate(),
        }
    }

    /// The optimiser at rest for f32 leaves.
    ///
    /// # Errors
    /// What [`Sgd::new`] or [`Adam::new`] reports.
    pub fn build(self, parameters: Vec<Tensor>) -> Result<Box<dyn Optimizer>> {
        Ok(match self {
            Self::Sgd(sgd) => Box::new(Sgd::new(sgd, parameters)?),
            Self::Adam(adam) => Box::new(Adam::new(adam, parameters)?),
        })
    }
}

/// What changes parameters along their gradients, with a state that can be saved and restored exactly.
pub trait Optimizer {
    /// The tensors that losses are differentiated by: the parameters, or copies of them in lower precision.
    fn leaves(&self) -> &[Tensor];

    /// One step with given gradients, one for each leaf and of its shape.
    ///
    /// # Errors
    /// [`Error::Shape`](crate::Error::Shape) or [`Error::Tensor`](crate::Error::Tensor) when a gradient does not fit.
    fn apply(&mut self, gradients: &[Tensor]) -> Result<()>;

    /// Differentiates `loss` (a scalar) by every leaf and takes one step. The gradients live only inside this call; nothing
    /// accumulates between steps.
    ///
    /// # Errors
    /// [`Error::Torch`](crate::Error::Torch) when the loss does not depend on a parameter or is no scalar.
    fn minimise(&mut self, loss: &Tensor) -> Result<()> {
        let gradients = Tensor::f_run_backward(&[loss], self.leaves(), false, false)?;
        self.apply(&gradients)
    }

    /// What the learning rate of its settings is multiplied by in the steps from here on, above 0: 1 until it is called. It is no part
    /// of the state that is saved.
    fn set_learning_rate_factor(&mut self, factor: f64);

    /// Steps taken so far.
    fn steps(&self) -> u64;

    /// The parameters, in the order they were given.
    fn parameters(&self) -> &[Tensor];

    /// The tensors that it keeps between steps, one list a kind, each in the order of the parameters.
    fn moments(&self) -> Vec<(&'static str, &[Tensor])>;

    /// Takes over the number of steps; the moments are copied in place by the caller.
    fn set_steps(&mut self, steps: u64);
}
