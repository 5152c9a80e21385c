//! The soft nearest neighbour loss with its gradient written out: two matrix products a layer, and no graph of
//! batch × batch tensors.

use crate::{PairDistance, Result, SoftNearestNeighbour};
use tch::{Kind, Tensor};

/// What the loss's gradient needs of the forward pass.
struct Forward {
    /// (batch, features), in f32 at least.
    x: Tensor,
    /// Cosine distance only: norms (batch, 1), and x with unit rows.
    unit: Option<(Tensor, Tensor)>,
    /// K, shape (batch, batch).
    kernel: Tensor,
    /// Σ_j K_ij over pairs that count as alike, shape (batch, 1).
    alike: Tensor,
    /// The same over all other pairs; none when all count as alike.
    unlike: Option<Tensor>,
    /// 1 where labels are equal.
    mask: Option<Tensor>,
    /// Whether the activations were bf16: then the gradient, which becomes bf16 anyway, is a product of such numbers.
    half: bool,
}

impl Forward {
    /// A product that becomes part of the gradient.
    fn product(&self, a: &Tensor, b: &Tensor) -> Tensor {
        if self.half {
            a.to_kind(Kind::BFloat16).matmul(&b.to_kind(Kind::BFloat16)).to_kind(Kind::Float)
        } else {
            a.matmul(b)
        }
    }
}

impl SoftNearestNeighbour {
    /// The loss alone, a scalar without a gradient. Arguments as for [`loss`](Self::loss).
    ///
    /// # Errors
    /// As for [`loss`](Self::loss).
    pub fn value(&self, activations: &Tensor, labels: Option<&Tensor>, temperature: f64) -> Result<Tensor> {
        self.check(activations, labels, temperature)?;
        Ok(tch::no_grad(|| self.mean(&self.forward(activations, labels, temperature))))
    }

    /// [`loss`](Self::loss) in value and gradient, several times faster: the gradient is computed here, at once, and enters
    /// the graph as a constant. It cannot be differentiated twice.
    ///
    /// Where nearly all of a sample's weight lies on its own class, autograd subtracts two almost equal numbers; this form
    /// adds up the other classes' weight instead, and is the more exact one.
    ///
    /// # Errors
    /// As for [`loss`](Self::loss).
    pub fn fused(&self, activations: &Tensor, labels: Option<&Tensor>, temperature: f64) -> Result<Tensor> {
        let batch = self.check(activations, labels, temperature)?;
        let (value, gradient) = tch::no_grad(|| {
            let forward = self.forward(activations, labels, temperature);
            (self.mean(&forward), self.gradient(&forward, temperature))
        });
        let x = activations.reshape([batch, -1]).to_kind(gradient.kind());
        let carrier = (x * gradient).sum(None::<Kind>);
        Ok(&carrier + (value - carrier.detach()))
    }

    fn forward(&self, activations: &Tensor, labels: Option<&Tensor>, temperature: f64) -> Forward {
        let batch = activations.size()[0];
        let half = activations.kind() == Kind::BFloat16;
        let x = activations.detach().reshape([batch, -1]);
        let x = if x.kind() == Kind::Double { x } else { x.to_kind(Kind::Float) };
        let (mut kernel, unit) = match self.distance {
            PairDistance::Cosine => {
                let norms = x.norm_scalaropt_dim(2, [1i64].as_slice(), true).clamp_min(1e-12);
                let unit = &x / &norms;
                let mut cosines = unit.matmul(&unit.tr());
                let _ = cosines.g_sub_scalar_(1.0);
                (cosines, Some((norms, unit)))
            }
            PairDistance::SquaredEuclidean => (-self.distance.matrix(&x, temperature), None),
        };
        let _ = kernel.g_mul_scalar_(temperature.recip());
        let _ = kernel.exp_();
        let _ = kernel.fill_diagonal_(0.0, false);
        let row_sums = |matrix: &Tensor| matrix.sum_dim_intlist([1i64].as_slice(), true, None);
        match labels {
            None => Forward { alike: row_sums(&kernel), unlike: None, mask: None, x, unit, kernel, half },
            Some(labels) => {
                let mask = labels.unsqueeze(0).eq_tensor(&labels.unsqueeze(1)).to_kind(x.kind());
                let of_alike = &kernel * &mask;
                let unlike = row_sums(&(&kernel - &of_alike));
                Forward {
                    alike: row_sums(&of_alike),
                    unlike: Some(unlike),
                    mask: Some(mask),
                    x,
                    unit,
                    kernel,
                    half,
                }
            }
        }
    }

    /// Σ_j K_ij + ε, shape (batch, 1).
    fn total(&self, forward: &Forward) -> Tensor {
        match &forward.unlike {
            Some(unlike) => &forward.alike + unlike + self.epsilon,
            None => &forward.alike + self.epsilon,
        }
    }

    fn mean(&self, forward: &Forward) -> Tensor {
        let share = &forward.alike / self.total(forward);
        -(share + self.epsilon).log().mean(None::<Kind>)
    }

    /// With R the row's total and s the share of the alike, ∂ℓ_i/∂K_ij is −(ε + R − A)/((s + ε)(R + ε)²) for alike j and
    /// s/((s + ε)(R + ε)) for the others.
    fn gradient(&self, forward: &Forward, temperature: f64) -> Tensor {
        let total = self.total(forward);
        let share = &forward.alike / &total;
        let scale = (&share + self.epsilon) * &total;
        let rest = match &forward.unlike {
            Some(unlike) => unlike + self.epsilon,
            None => total.zeros_like() + self.epsilon,
        };
        let of_alike = -rest / (&scale * &total);
        let factors = match &forward.mask {
            Some(mask) => {
                let of_unlike = share / &scale;
                mask * (of_alike - &of_unlike) + of_unlike
            }
            None => of_alike,
        };
        // ∂L/∂(−d_ij), for both places where a pair stands.
        let batch = forward.x.size()[0] as f64;
        let weights = &forward.kernel * factors * (temperature * batch).recip();
        let weights = &weights + weights.tr();
        match &forward.unit {
            Some((norms, unit)) => {
                let along = forward.product(&weights, unit);
                let radial = (&along * unit).sum_dim_intlist([1i64].as_slice(), true, None);
                // A row shorter than 1e-12 is divided by a constant, so nothing is projected out.
                let radial = radial * norms.gt(1e-12).to_kind(unit.kind());
                (along - radial * unit) / norms
            }
            None if self.distance.cancels(&forward.x, temperature) => {
                // Sample by sample, from differences: sums of what lies far from zero would cancel.
                let row = |i: i64| {
                    let differences = &forward.x - forward.x.get(i);
                    weights.get(i).unsqueeze(0).matmul(&differences) * 2.0
                };
                Tensor::cat(&(0..forward.x.size()[0]).map(row).collect::<Vec<_>>(), 0)
            }
            None => {
                let degrees = weights.sum_dim_intlist([1i64].as_slice(), true, None);
                (forward.product(&weights, &forward.x) - degrees * &forward.x) * 2.0
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LayerReduction, composite_loss};
    use approx::{assert_abs_diff_eq, assert_relative_eq};

    fn batch(kind: Kind) -> (Tensor, Tensor) {
        let values: Vec<f64> = (0..60).map(|n| (1.0 + 0.9 * f64::from(n)).sin() + 0.3).collect();
        let labels = Tensor::from_slice(&[0i64, 0, 1, 1, 2, 0, 2, 2, 1, 3]);
        (Tensor::from_slice(&values).view([10, 2, 3]).to_kind(kind), labels)
    }

    #[test]
    fn value_and_gradient_are_those_of_autograd() {
        let (x, y) = batch(Kind::Double);
        for distance in [PairDistance::Cosine, PairDistance::SquaredEuclidean] {
            for labels in [Some(&y), None] {
                for temperature in [0.05, 0.3, 1.0, 100.0, 1000.0] {
                    let form = SoftNearestNeighbour { distance, ..Default::default() };
                    let (plain, quick) = (x.copy().set_requires_grad(true), x.copy().set_requires_grad(true));
                    let (expected, found) = (
                        form.loss(&plain, labels, temperature).unwrap(),
                        form.fused(&quick, labels, temperature).unwrap(),
                    );
                    let case = format!("{distance:?} {} {temperature}", labels.is_some());
                    let value = expected.double_value(&[]);
                    assert_relative_eq!(found.double_value(&[]), value, max_relative = 1e-9, epsilon = 1e-13);
                    assert_relative_eq!(
                        form.value(&x, labels, temperature).unwrap().double_value(&[]),
                        value,
                        max_relative = 1e-9,
                        epsilon = 1e-13
                    );
                    expected.backward();
                    found.backward();
                    // Autograd's own cancellation costs some digits of the tiny unsupervised gradient.
                    let (a, b) = (quick.grad(), plain.grad());
                    assert!(a.allclose(&b, 1e-6, 1e-15, false), "{case}: {a} {b}");
                }
            }
        }
    }

    #[test]
    fn single_precision_keeps_six_digits() {
        let (x, y) = batch(Kind::Float);
        let wide = x.to_kind(Kind::Double);
        for (labels, digits) in [(Some(&y), 2e-5), (None, 2e-5)] {
            let form = SoftNearestNeighbour::default();
            let (single, double) = (x.copy().set_requires_grad(true), wide.copy().set_requires_grad(true));
            form.fused(&single, labels, 0.2).unwrap().backward();
            form.loss(&double, labels, 0.2).unwrap().backward();
            let (a, b) = (single.grad().to_kind(Kind::Double), double.grad());
            let error = (&a - &b).norm().double_value(&[]) / b.norm().double_value(&[]);
            assert!(error < digits, "{error}");
        }
    }

    #[test]
    fn bf16_activations_get_a_gradient_of_two_digits() {
        let (x, y) = batch(Kind::Float);
        let form = SoftNearestNeighbour::default();
        let half = x.to_kind(Kind::BFloat16).set_requires_grad(true);
        let single = half.detach().to_kind(Kind::Float).set_requires_grad(true);
        let fused = |x: &Tensor| form.fused(x, Some(&y), 0.2).unwrap();
        let (a, b) = (fused(&half), fused(&single));
        assert_relative_eq!(a.double_value(&[]), b.double_value(&[]), max_relative = 1e-6);
        a.backward();
        b.backward();
        let (a, b) = (half.grad().to_kind(Kind::Float), single.grad());
        let error = (&a - &b).norm().double_value(&[]) / b.norm().double_value(&[]);
        assert!(error < 0.02, "{error}");
    }

    /// 64 × 20 values in (−1, 1) from u ← 16807 u mod (2³¹ − 1), and labels 7i mod 10.
    fn random_batch(seed: u64) -> (Tensor, Tensor) {
        let mut u = seed;
        let values: Vec<f64> = (0..64 * 20)
            .map(|_| {
                u = 16_807 * u % 2_147_483_647;
                2.0 * u as f64 / 2_147_483_647.0 - 1.0
            })
            .collect();
        let labels: Vec<i64> = (0..64).map(|i| i * 7 % 10).collect();
        (Tensor::from_slice(&values).view([64, 20]), Tensor::from_slice(&labels))
    }

    #[test]
    fn random_batches_as_in_torch() {
        // torch 2.11, float64; a = random_batch(1), b = random_batch(2), y = torch.arange(64) * 7 % 10:
        //   u = F.normalize(x); k = torch.exp(-(1 - u @ u.T) / T) * (1 - torch.eye(64)); p = k / (1e-5 + k.sum(1, keepdim=True))
        //   -(1e-5 + (p * (y[:, None] == y[None])).sum(1)).log().mean()          (or p.sum(1))
        let (a, y) = random_batch(1);
        let (b, _) = random_batch(2);
        let form = SoftNearestNeighbour::default();
        for (temperature, of_a, of_b, unsupervised) in [
            (0.05, 5.168_647_194_331_1, 5.850_489_066_838_877, 0.158_996_155_994_994_84),
            (0.5, 2.464_180_360_694_464_8, 2.507_756_825_332_495_8, -8.930_214_415_743_631e-6),
            (1000.0, 2.453_809_805_312_087_4, 2.453_830_612_335_968_6, -9.841_062_109_661_726e-6),
        ] {
            let fused = |x: &Tensor, labels| form.fused(x, labels, temperature).unwrap().double_value(&[]);
            assert_relative_eq!(fused(&a, Some(&y)), of_a, max_relative = 1e-10);
            assert_relative_eq!(fused(&b, Some(&y)), of_b, max_relative = 1e-10);
            assert_relative_eq!(fused(&a, None), unsupervised, max_relative = 1e-6);
            let single = a.to_kind(Kind::Float);
            assert_relative_eq!(fused(&single, Some(&y)), of_a, max_relative = 1e-6);
            // Near −ε its digits are those of 1 + ε, which f32 spaces at 1.2e-7.
            assert_abs_diff_eq!(fused(&single, None), unsupervised, epsilon = 1e-6);
            let layers = [a.shallow_clone(), b.shallow_clone()];
            let reduced = |reduction: LayerReduction| {
                let neighbours =
                    reduction.soft_nearest_neighbour(&form, &layers, Some(&y), temperature).unwrap();
                composite_loss(&Tensor::from(0.25), &neighbours, 100.0).unwrap().double_value(&[])
            };
            assert_relative_eq!(
                reduced(LayerReduction::Sum),
                0.25 + 100.0 * (of_a + of_b),
                max_relative = 1e-10
            );
            assert_relative_eq!(reduced(LayerReduction::Minimum), 0.25 + 100.0 * of_a, max_relative = 1e-10);
        }
        // torch.autograd.grad at T = 0.5: its norm, and the first three entries
        let leaf = a.copy().set_requires_grad(true);
        form.fused(&leaf, Some(&y), 0.5).unwrap().backward();
        let gradient = leaf.grad();
        assert_relative_eq!(gradient.norm().double_value(&[]), 0.084_589_345_904_605_84, max_relative = 1e-9);
        for (i, expected) in
            [-0.000_448_691_972_925_147_2, 0.001_542_319_470_821_459_4, -0.002_473_948_924_719_973_5]
                .into_iter()
                .enumerate()
        {
            assert_relative_eq!(gradient.double_value(&[0, i as i64]), expected, max_relative = 1e-8);
        }
    }

    #[test]
    fn single_precision_is_finite_at_every_temperature() {
        let (x, y) = random_batch(3);
        let x = x.to_kind(Kind::Float);
        // One silent sample among others: its own gradient is huge, as torch's is, and finite.
        let _ = x.get(5).zero_();
        for scale in [1e-3, 1.0, 1e4] {
            for temperature in [0.05, 0.116, 1.0, 100.0, 1000.0] {
                for distance in [PairDistance::Cosine, PairDistance::SquaredEuclidean] {
                    for labels in [Some(&y), None] {
                        let form = SoftNearestNeighbour { distance, ..Default::default() };
                        let leaf = (&x * scale).set_requires_grad(true);
                        let loss = form.fused(&leaf, labels, temperature).unwrap();
                        loss.backward();
                        let case = format!("{distance:?} {scale} {temperature}");
                        assert!(loss.double_value(&[]).is_finite(), "{case}");
                        assert!(bool::try_from(leaf.grad().isfinite().all()).unwrap(), "{case}");
                    }
                }
            }
        }
    }

    #[test]
    fn rows_of_zeros_are_harmless() {
        let x = Tensor::zeros([4, 3], (Kind::Float, tch::Device::Cpu)).set_requires_grad(true);
        let y = Tensor::from_slice(&[0i64, 1, 0, 1]);
        let loss = SoftNearestNeighbour::default().fused(&x, Some(&y), 0.1).unwrap();
        loss.backward();
        assert!(loss.double_value(&[]).is_finite());
        assert!(bool::try_from(x.grad().isfinite().all()).unwrap());
    }
}
