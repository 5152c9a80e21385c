//! Adam's step on devices where each operation costs a launch, which for most layers is more than its arithmetic: all
//! parameters lie in one tensor, and a step is a handful of operations.

use crate::adam_kernel::Coefficients;
use tch::Tensor;

/// One tensor of all parameters and one of each moment.
#[derive(Debug)]
pub(crate) struct Flat {
    weights: Tensor,
    first: Tensor,
    second: Tensor,
    /// The parameters in the order in which they lie there.
    order: Vec<usize>,
    /// Where each parameter begins there, in the order of the parameters.
    starts: Vec<usize>,
}

/// The parts of [`Flat`]'s moments that belong to each parameter, in the order of the parameters.
pub(crate) struct Moments {
    pub first: Vec<Tensor>,
    pub second: Vec<Tensor>,
}

impl Flat {
    /// Moves contiguous f32 parameters of one device into one tensor, of which they are parts from now on: for all who hold
    /// them, as a parameter stays the same object. The moments start at zero.
    pub(crate) fn of(parameters: &mut [Tensor]) -> (Self, Moments) {
        // Products want matrices at multiples of 16 bytes: what has no multiple of four values comes last.
        let mut order: Vec<usize> = (0..parameters.len()).collect();
        order.sort_by_key(|&i| !parameters[i].numel().is_multiple_of(4));
        let weights = tch::no_grad(|| cat(&order, parameters));
        let (first, second) = (weights.zeros_like(), weights.zeros_like());
        let mut starts = vec![0; parameters.len()];
        let mut end = 0;
        for &i in &order {
            starts[i] = end;
            end += parameters[i].numel();
        }
        let mut moments = Moments { first: Vec::new(), second: Vec::new() };
        for (parameter, &start) in parameters.iter_mut().zip(&starts) {
            let (length, size) = (parameter.numel() as i64, parameter.size());
            let part = |all: &Tensor| all.narrow(0, start as i64, length).view(size.as_slice());
            parameter.set_data(&part(&weights));
            moments.first.push(part(&first));
            moments.second.push(part(&second));
        }
        (Self { weights, first, second, order, starts }, moments)
    }

    /// Whether a parameter is no longer a part of this tensor: an optimiser made later has moved it.
    pub(crate) fn has_lost_one_of(&self, parameters: &[Tensor]) -> bool {
        let memory = self.weights.data_ptr() as usize;
        let is_here = |(parameter, start): (&Tensor, &usize)| {
            parameter.numel() == 0 || parameter.data_ptr() as usize == memory + start * size_of::<f32>()
        };
        !parameters.iter().zip(&self.starts).all(is_here)
    }

    /// One step with a gradient for each parameter. To be called without gradients being tracked.
    ///
    /// w ← w + m / d with d = −(√v · correction + ε) / step size.
    pub(crate) fn step(&mut self, gradients: &[Tensor], c: Coefficients) {
        let gradient = cat(&self.order, gradients);
        let _ = self.first.lerp_(&gradient, f64::from(c.rest1));
        let _ = self.second.lerp_(&gradient.square(), f64::from(c.rest2));
        let scale = -1.0 / f64::from(c.step_size);
        let mut denominator = self.second.sqrt();
        let _ = denominator.g_mul_scalar_(f64::from(c.inverse_correction) * scale);
        let _ = denominator.g_add_scalar_(f64::from(c.epsilon) * scale);
        let _ = self.weights.addcdiv_(&self.first, &denominator);
    }
}

/// All values in that order, in single precision.
fn cat(order: &[usize], tensors: &[Tensor]) -> Tensor {
    let flat: Vec<Tensor> =
        order.iter().map(|&i| tensors[i].to_kind(tch::Kind::Float).reshape([-1])).collect();
    Tensor::cat(&flat, 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Adam, AdamSettings, Optimizer, TrainCheckpoint, TrainHistory};
    use std::time::Duration;
    use tch::Kind;

    /// Three leaves, of which the second has no multiple of four values.
    fn leaves() -> Vec<Tensor> {
        let values = |n: i64, step: f64| (Tensor::arange(n, (Kind::Float, tch::Device::Cpu)) * step).sin();
        [values(8, 0.7).view([2, 4]), values(3, 1.1), values(4, 0.3)]
            .into_iter()
            .map(|tensor| tensor.set_requires_grad(true))
            .collect()
    }

    fn loss(leaves: &[Tensor]) -> Tensor {
        let product = leaves[0].matmul(&leaves[2]).to_kind(Kind::Float).square().sum(Kind::Float);
        product + (&leaves[1] - 0.5).pow_tensor_scalar(4).sum(Kind::Float)
    }

    fn adam(parameters: &[Tensor], flat: bool) -> Adam {
        let settings = AdamSettings { learning_rate: 0.05, ..Default::default() };
        Adam::placed(settings, parameters.iter().map(Tensor::shallow_clone).collect(), flat).unwrap()
    }

    #[test]
    fn takes_the_steps_of_each_parameter_by_itself() {
        let (apart, together) = (leaves(), leaves());
        let (mut one_by_one, mut flat) = (adam(&apart, false), adam(&together, true));
        for _ in 0..20 {
            one_by_one.minimise(&loss(&apart)).unwrap();
            flat.minimise(&loss(&together)).unwrap();
        }
        // Who held the parameters before sees the steps.
        for (a, b) in apart.iter().zip(&together) {
            assert!(b.requires_grad() && b.is_contiguous());
            assert!(a.allclose(b, 1e-5, 1e-6, false), "{a} {b}");
        }
        for ((name, a), (_, b)) in one_by_one.moments().into_iter().zip(flat.moments()) {
            for (a, b) in a.iter().zip(b) {
                assert_eq!(a.size(), b.size());
                assert!(a.allclose(b, 1e-4, 1e-7, false), "{name}: {a} {b}");
            }
        }
    }

    #[test]
    fn bf16_copies_follow_their_parameters() {
        let run = |flat: bool| {
            let parameters = leaves();
            let copy = |i: usize| parameters[i].detach().to_kind(Kind::BFloat16).set_requires_grad(true);
            let copies = [0, 2].map(|i| (parameters[i].shallow_clone(), copy(i)));
            let mut adam = adam(&parameters, flat).with_copies(&copies).unwrap();
            for _ in 0..5 {
                let leaves: Vec<Tensor> = adam.leaves().iter().map(Tensor::shallow_clone).collect();
                adam.minimise(&loss(&leaves)).unwrap();
            }
            for (parameter, copy) in &copies {
                assert!(copy.equal(&parameter.to_kind(Kind::BFloat16)), "{copy} {parameter}");
            }
            parameters
        };
        for (a, b) in run(false).iter().zip(&run(true)) {
            assert!(a.allclose(b, 1e-4, 1e-5, false), "{a} {b}");
        }
    }

    #[test]
    fn a_checkpoint_restores_parameters_and_moments() {
        let folder = tempfile::tempdir().unwrap();
        let checkpoint = || TrainCheckpoint::new(folder.path().join("state"), Duration::ZERO);
        let (trained, restored) = (leaves(), leaves());
        let (mut first, mut second) = (adam(&trained, true), adam(&restored, true));
        (0..3).for_each(|_| first.minimise(&loss(&trained)).unwrap());
        checkpoint().save_if_due(true, &[&mut first], &[], &TrainHistory::default()).unwrap();
        checkpoint().restore(&mut [&mut second], &[]).unwrap();
        first.minimise(&loss(&trained)).unwrap();
        second.minimise(&loss(&restored)).unwrap();
        for (a, b) in trained.iter().zip(&restored) {
            assert!(a.equal(b), "{a} {b}");
        }
    }

    #[test]
    fn of_two_optimisers_the_later_one_steps() {
        let parameters = leaves();
        let (mut earlier, mut later) = (adam(&parameters, true), adam(&parameters, true));
        let error = earlier.minimise(&loss(&parameters)).unwrap_err().to_string();
        assert!(error.contains("in this optimiser's memory"), "{error}");
        later.minimise(&loss(&parameters)).unwrap();
        assert!(!parameters[1].equal(&leaves()[1]));
    }
}
