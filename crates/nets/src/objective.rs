use crate::{Error, Optimizer, TrainHistory};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::borrow::Cow;
use std::ops::ControlFlow;
use tch::Tensor;

/// One batch on its way through training.
#[derive(Debug)]
pub struct Step {
    /// The epoch, counted from 0.
    pub epoch: usize,
    /// The batch in its epoch, counted from 0.
    pub batch: usize,
    /// The step in the training, counted from 0.
    pub number: usize,
    /// Row numbers of the batch's samples, an i64 tensor of shape (batch).
    pub samples: Tensor,
    /// The samples, shape (batch, features).
    pub x: Tensor,
    pub(crate) noise: [u8; 32],
}

impl Step {
    /// A generator of this step alone: ChaCha8 keyed by the training's noise, its stream the step's number. A training that
    /// goes on after a break draws what it would have drawn without one.
    pub fn generator(&self) -> ChaCha8Rng {
        self.generator_of(0)
    }

    /// As [`generator`](Self::generator), for one of several purposes.
    pub(crate) fn generator_of(&self, purpose: u64) -> ChaCha8Rng {
        let mut rng = ChaCha8Rng::from_seed(self.noise);
        rng.set_stream(((self.number as u64) << 1) | purpose);
        rng
    }
}

/// What an objective answers for a batch.
#[derive(Debug)]
pub struct Losses {
    /// The scalar to be minimised: the mean over the batch.
    pub total: Tensor,
    /// Scalars to be averaged over the round and kept by name.
    pub parts: Vec<(Cow<'static, str>, Tensor)>,
}

impl From<Tensor> for Losses {
    fn from(total: Tensor) -> Self {
        Self { total, parts: Vec::new() }
    }
}

/// What one training minimises, and everything that belongs to that but the batches.
///
/// It keeps no state of its own between steps besides the optimisers' parameters and [`buffers`](Self::buffers), and takes noise
/// from [`Step::generator`]: then a training that goes on after a break ends as one without, bit for bit.
pub trait Objective {
    /// What can go wrong.
    type Error: From<Error>;

    /// The loss of a batch.
    ///
    /// # Errors
    /// The objective's own; the training ends with it.
    fn loss(&mut self, step: &Step) -> Result<Losses, Self::Error>;

    /// What moves the parameters: one optimiser, or several with parameters of their own. Each step differentiates the loss
    /// once, by the leaves of all of them.
    fn optimisers(&mut self) -> Vec<&mut dyn Optimizer>;

    /// Tensors that the objective changes by itself, such as running statistics: a checkpoint keeps them too.
    fn buffers(&self) -> Vec<Tensor> {
        Vec::new()
    }

    /// Called with every batch once its step is taken.
    ///
    /// # Errors
    /// The objective's own; the training ends with it.
    fn after_step(&mut self, step: &Step) -> Result<(), Self::Error> {
        let _ = step;
        Ok(())
    }

    /// Called before every round with the number of steps that were taken; it may note measurements in the history. `Break` ends
    /// the training.
    ///
    /// # Errors
    /// The objective's own; the training ends with it.
    fn before_round(
        &mut self,
        steps: usize,
        history: &mut TrainHistory,
    ) -> Result<ControlFlow<()>, Self::Error> {
        let _ = (steps, history);
        Ok(ControlFlow::Continue(()))
    }
}
