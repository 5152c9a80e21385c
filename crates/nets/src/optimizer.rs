use crate::Result;
use tch::Tensor;

/// What changes parameters along their gradients, with a state that can be saved and restored exactly.
pub trait Optimizer {
    /// Differentiates `loss` (a scalar) by every parameter and takes one step.
    ///
    /// # Errors
    /// [`Error::Torch`](crate::Error::Torch) when the loss does not depend on a parameter or is no scalar.
    fn minimise(&mut self, loss: &Tensor) -> Result<()>;

    /// Steps taken so far.
    fn steps(&self) -> u64;

    /// The parameters, in the order they were given.
    fn parameters(&self) -> &[Tensor];

    /// The tensors that it keeps between steps, one list a kind, each in the order of the parameters.
    fn moments(&self) -> Vec<(&'static str, &[Tensor])>;

    /// Takes over the number of steps; the moments are copied in place by the caller.
    fn set_steps(&mut self, steps: u64);
}
