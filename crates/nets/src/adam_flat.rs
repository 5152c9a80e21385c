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
        // Products want matrices at multiples of 16 bytes: what has an odd number of values comes last.
        let mut order: Vec<usize> = (0..parameters.len()).collect();
        order.sort_by_key(|&i| !parameters[i].numel().is_multiple_of(4));
        let weights = tch::no_grad(|| cat(&order, parameters));
        let (first, second) = (weights.zeros_like(), weights.zeros_like());
        let mut moments = Moments { first: zeros(parameters), second: zeros(parameters) };
        let mut start = 0;
        for &i in &order {
            let (length, size) = (parameters[i].numel() as i64, parameters[i].size());
            let part = |all: &Tensor| all.narrow(0, start, length).view(size.as_slice());
            parameters[i].set_data(&part(&weights));
            moments.first[i] = part(&first);
            moments.second[i] = part(&second);
            start += length;
        }
        (Self { weights, first, second, order }, moments)
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

/// Places for tensors, one a parameter.
fn zeros(parameters: &[Tensor]) -> Vec<Tensor> {
    parameters.iter().map(|_| Tensor::new()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Adam, AdamSettings, Optimizer};
    use tch::Kind;

    /// Three leaves, of which the second has an odd number of values.
    fn leaves() -> Vec<Tensor> {
        let values = |n: i64, step: f64| (Tensor::arange(n, (Kind::Float, tch::Device::Cpu)) * step).sin();
        [values(8, 0.7).view([2, 4]), values(3, 1.1), values(4, 0.3)]
            .into_iter()
            .map(|tensor| tensor.set_requires_grad(true))
            .collect()
    }

    fn loss(leaves: &[Tensor]) -> Tensor {
        let product = leaves[0].matmul(&leaves[2]).square().sum(Kind::Float);
        product + (&leaves[1] - 0.5).pow_tensor_scalar(4).sum(Kind::Float)
    }

    #[test]
    fn takes_the_steps_of_each_parameter_by_itself() {
        let settings = AdamSettings { learning_rate: 0.05, ..Default::default() };
        let (apart, together) = (leaves(), leaves());
        let clones = |tensors: &[Tensor]| tensors.iter().map(Tensor::shallow_clone).collect::<Vec<_>>();
        let mut one_by_one = Adam::new(settings, clones(&apart)).unwrap();
        let mut flat = Adam::new_flat(settings, clones(&together)).unwrap();
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
    fn restored_moments_are_those_of_the_next_step() {
        let settings = AdamSettings { learning_rate: 0.05, ..Default::default() };
        let trained = leaves();
        let mut adam = Adam::new_flat(settings, trained.iter().map(Tensor::shallow_clone).collect()).unwrap();
        (0..3).for_each(|_| adam.minimise(&loss(&trained)).unwrap());
        let restored = leaves();
        let mut other =
            Adam::new_flat(settings, restored.iter().map(Tensor::shallow_clone).collect()).unwrap();
        for (to, from) in restored.iter().zip(&trained) {
            to.detach().copy_(&from.detach());
        }
        for ((_, to), (_, from)) in other.moments().into_iter().zip(adam.moments()) {
            to.iter().zip(from).for_each(|(to, from)| to.shallow_clone().copy_(from));
        }
        other.set_steps(3);
        adam.minimise(&loss(&trained)).unwrap();
        other.minimise(&loss(&restored)).unwrap();
        for (a, b) in trained.iter().zip(&restored) {
            assert!(a.equal(b), "{a} {b}");
        }
    }
}
