use crate::Result;
use crate::check::{batch_of, floating, positive, sized, together};
use serde::{Deserialize, Serialize};
use tch::{Kind, Tensor};

/// How far two samples' activations are from one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PairDistance {
    /// 1 − ⟨a/‖a‖, b/‖b‖⟩, in [0, 2]; norms below 1e-12 count as 1e-12, as in `torch.nn.functional.normalize`.
    Cosine,
    /// ‖a − b‖², in squared units of the activations.
    SquaredEuclidean,
}

impl PairDistance {
    /// All pairs' distances, shape (batch, batch), for activations of shape (batch, features) that are compared at a
    /// temperature.
    pub(crate) fn matrix(self, x: &Tensor, temperature: f64) -> Tensor {
        match self {
            // Mode 2: from differences, never from products.
            Self::SquaredEuclidean if self.cancels(x, temperature) => {
                Tensor::cdist(x, x, 2.0, Some(2)).square()
            }
            Self::Cosine => {
                // `norm`, not the root of a sum: its gradient at 0 is 0, not NaN, and a layer of ReLUs may well be silent.
                let norms = x.norm_scalaropt_dim(2, [1i64].as_slice(), true).clamp_min(1e-12);
                let unit = x / norms;
                1.0 - unit.matmul(&unit.tr())
            }
            Self::SquaredEuclidean => {
                let squares = x.square().sum_dim_intlist([1i64].as_slice(), true, None);
                (&squares + squares.tr() - x.matmul(&x.tr()) * 2.0).clamp_min(0.0)
            }
        }
    }

    /// Whether ‖a‖² − 2⟨a, b⟩ + ‖b‖² of activations far from zero would lose more than a hundredth of the temperature.
    pub(crate) fn cancels(self, x: &Tensor, temperature: f64) -> bool {
        let unit = match x.kind() {
            Kind::Double => f64::EPSILON,
            Kind::Float => f64::from(f32::EPSILON),
            _ => return false,
        };
        self == Self::SquaredEuclidean && {
            let squares = x.detach().square().sum_dim_intlist([1i64].as_slice(), false, Kind::Double);
            16.0 * unit * squares.max().double_value(&[]) > 1e-2 * temperature
        }
    }
}

/// Soft nearest neighbour loss (Agarap and Azcarraga 2020, eq. 2; Frosst et al. 2019) of one layer's activations.
///
/// With K_ij = exp(−d_ij / T) for i ≠ j and K_ii = 0, and ε = 1e-5,
/// s_i = Σ_j K_ij · \[y_i = y_j\] / (ε + Σ_j K_ij), and the loss is the mean of −ln(ε + s_i) over the batch, in nats.
/// It is small when samples of one class are nearer to one another than to the others.
///
/// Without labels every pair counts as alike. Then s_i is Σ_j K_ij / (ε + Σ_j K_ij): wherever Σ_j K_ij ≫ ε that is 1 but for
/// about ε / Σ_j K_ij, and the unsupervised form has hardly a gradient. Only for samples without a neighbour within some ten
/// temperatures is it more.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SoftNearestNeighbour {
    /// Between activations.
    pub distance: PairDistance,
    /// ε, above 0: keeps quotient and logarithm finite. The authors' code has 1e-5.
    pub epsilon: f64,
}

impl Default for SoftNearestNeighbour {
    fn default() -> Self {
        Self { distance: PairDistance::Cosine, epsilon: 1e-5 }
    }
}

impl SoftNearestNeighbour {
    /// The loss, a scalar, of activations of shape (batch, …), which are flattened to (batch, features).
    ///
    /// `labels`, shape (batch), are any integers; `temperature` is above 0.
    ///
    /// # Errors
    /// When ε or the temperature is out of range, activations are no floating-point numbers or a size of theirs is 0, or the
    /// number of labels is not the size of the batch.
    pub fn loss(&self, activations: &Tensor, labels: Option<&Tensor>, temperature: f64) -> Result<Tensor> {
        let batch = self.check(activations, labels, temperature)?;
        let kernel =
            (self.distance.matrix(&activations.reshape([batch, -1]), temperature) / -temperature).exp();
        let off_diagonal = 1.0 - Tensor::eye(batch, (activations.kind(), activations.device()));
        let kernel = kernel * off_diagonal;
        let row_sums = |matrix: &Tensor| matrix.sum_dim_intlist([1i64].as_slice(), false, None);
        let all = row_sums(&kernel);
        let alike = match labels {
            Some(labels) => {
                let mask = labels.unsqueeze(0).eq_tensor(&labels.unsqueeze(1)).to_kind(activations.kind());
                row_sums(&(kernel * mask))
            }
            None => all.shallow_clone(),
        };
        let share = alike / (all + self.epsilon);
        Ok(-(share + self.epsilon).log().mean(None::<Kind>))
    }

    /// Whether the arguments fit; the size of the batch.
    pub(crate) fn check(
        &self,
        activations: &Tensor,
        labels: Option<&Tensor>,
        temperature: f64,
    ) -> Result<i64> {
        positive("epsilon", self.epsilon)?;
        positive("temperature", temperature)?;
        let named = ("activations", activations);
        floating(named)?;
        let batch = batch_of(named)?;
        if let Some(labels) = labels {
            sized(("labels", labels), &[batch])?;
            together(("labels", labels), named)?;
        }
        Ok(batch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradient_check::assert_gradient;
    use approx::assert_relative_eq;

    /// 6 × 4 activations, x_ij = sin(1 + 3i + 0.7j), and labels 0 0 1 1 2 0.
    fn batch() -> (Tensor, Tensor) {
        let values: Vec<f64> =
            (0..24).map(|n| (1.0 + 3.0 * f64::from(n / 4) + 0.7 * f64::from(n % 4)).sin()).collect();
        (Tensor::from_slice(&values).view([6, 4]), Tensor::from_slice(&[0i64, 0, 1, 1, 2, 0]))
    }

    fn loss(distance: PairDistance, supervised: bool, temperature: f64) -> f64 {
        let (x, y) = batch();
        let form = SoftNearestNeighbour { distance, ..Default::default() };
        form.loss(&x, supervised.then_some(&y), temperature).unwrap().double_value(&[])
    }

    #[test]
    fn values_as_in_torch() {
        // torch 2.11, float64:
        //   u = F.normalize(x); d = 1 - u @ u.T                       (or torch.cdist(x, x) ** 2)
        //   k = torch.exp(-d / T) * (1 - torch.eye(6)); p = k / (1e-5 + k.sum(1, keepdim=True))
        //   -(1e-5 + (p * (y[:, None] == y[None])).sum(1)).log().mean()          (or p.sum(1))
        let expected = [
            (PairDistance::Cosine, true, 0.05, 8.334_560_903_093_19),
            (PairDistance::Cosine, true, 1.0, 3.471_707_322_487_493_5),
            (PairDistance::Cosine, true, 1000.0, 2.913_743_071_781_509_4),
            (PairDistance::Cosine, false, 1.0, -5.667_132_296_839_341e-6),
            (PairDistance::SquaredEuclidean, true, 1.0, 6.666_331_416_440_031),
            (PairDistance::SquaredEuclidean, false, 0.05, 1.277_275_596_271_727_6e-4),
        ];
        for (distance, supervised, temperature, value) in expected {
            let found = loss(distance, supervised, temperature);
            assert_relative_eq!(found, value, max_relative = 1e-6, epsilon = 1e-12);
        }
    }

    #[test]
    fn gradients_match_central_differences() {
        let (x, y) = batch();
        for distance in [PairDistance::Cosine, PairDistance::SquaredEuclidean] {
            for temperature in [0.3, 1.0, 50.0] {
                let form = SoftNearestNeighbour { distance, ..Default::default() };
                assert_gradient(&x, |x| form.loss(x, Some(&y), temperature).unwrap());
                assert_gradient(&x, |x| form.loss(x, None, temperature).unwrap());
            }
        }
    }

    #[test]
    fn finite_at_every_temperature_and_for_zero_activations() {
        let (x, y) = batch();
        for x in [
            x.to_kind(Kind::Float),
            Tensor::zeros([6, 4], (Kind::Float, tch::Device::Cpu)),
            x.to_kind(Kind::Float) * 1e4,
        ] {
            for temperature in [0.05, 0.116, 1.0, 100.0, 1000.0] {
                for distance in [PairDistance::Cosine, PairDistance::SquaredEuclidean] {
                    let form = SoftNearestNeighbour { distance, ..Default::default() };
                    let leaf = x.copy().set_requires_grad(true);
                    let loss = form.loss(&leaf, Some(&y), temperature).unwrap();
                    let gradient = Tensor::run_backward(&[&loss], &[&leaf], false, false);
                    assert!(loss.double_value(&[]).is_finite(), "{distance:?} {temperature}");
                    assert!(
                        bool::try_from(gradient[0].isfinite().all()).unwrap(),
                        "{distance:?} {temperature}"
                    );
                }
            }
        }
    }

    #[test]
    fn activations_far_from_zero_keep_their_distances() {
        // numpy 2, float64, of the float32 values less 1e4: k = exp(-d2 / .1) * (1 - eye(4)); s = (k * alike).sum(1) / (1e-5 + k.sum(1));
        // -log(1e-5 + s).mean() = 2.2e-6 (0.01 apart twice over, and the steps of f32 at 1e4 are 0.001)
        let labels = Tensor::from_slice(&[0i64, 0, 1, 1]);
        let codes = [0.0f32, 0.1, 0.1, 0.0, 1.0, 1.1, 1.1, 1.0];
        let form = SoftNearestNeighbour { distance: PairDistance::SquaredEuclidean, ..Default::default() };
        for offset in [0.0, 1e2, 1e4] {
            let x = Tensor::from_slice(&codes.map(|v| v + offset)).view([4, 2]);
            assert_relative_eq!(
                form.loss(&x, Some(&labels), 0.1).unwrap().double_value(&[]),
                2.2e-6,
                max_relative = 0.1
            );
            assert_relative_eq!(
                form.fused(&x, Some(&labels), 0.1).unwrap().double_value(&[]),
                2.2e-6,
                max_relative = 0.1
            );
            assert_relative_eq!(
                form.value(&x, Some(&labels), 0.1).unwrap().double_value(&[]),
                2.2e-6,
                max_relative = 0.1
            );
        }
    }

    #[test]
    fn gradients_far_from_zero_are_those_near_it() {
        let (x, y) = batch();
        let form = SoftNearestNeighbour { distance: PairDistance::SquaredEuclidean, ..Default::default() };
        let gradient = |x: &Tensor, fused: bool| {
            let leaf = x.copy().set_requires_grad(true);
            let loss = if fused { form.fused(&leaf, Some(&y), 0.3) } else { form.loss(&leaf, Some(&y), 0.3) };
            Tensor::run_backward(&[&loss.unwrap()], &[&leaf], false, false).remove(0)
        };
        let near = gradient(&x, false);
        let far = &x + 1e7;
        for fused in [false, true] {
            let error =
                (gradient(&far, fused) - &near).norm().double_value(&[]) / near.norm().double_value(&[]);
            assert!(error < 1e-6, "{fused}: {error}");
        }
    }

    #[test]
    fn well_parted_classes_lose_less() {
        let labels = Tensor::from_slice(&[0i64, 0, 1, 1]);
        let parted = Tensor::from_slice(&[1.0f32, 0.0, 0.9, 0.1, 0.0, 1.0, 0.1, 0.9]).view([4, 2]);
        let mixed = parted.index_select(0, &Tensor::from_slice(&[0i64, 2, 1, 3]));
        let form = SoftNearestNeighbour::default();
        let loss = |x: &Tensor| form.loss(x, Some(&labels), 0.1).unwrap().double_value(&[]);
        assert!(loss(&parted) < 0.1 * loss(&mixed));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let (x, y) = batch();
        let form = SoftNearestNeighbour::default();
        for loss in [SoftNearestNeighbour::loss, SoftNearestNeighbour::fused, SoftNearestNeighbour::value] {
            let refused = |form: &SoftNearestNeighbour, x: &Tensor, labels: &Tensor, temperature: f64| {
                loss(form, x, Some(labels), temperature).unwrap_err().to_string()
            };
            assert_eq!(refused(&form, &x, &y.get(0), 1.0), "labels: expected shape [6], found []");
            assert_eq!(
                refused(&form, &x, &y, 0.0),
                "setting `temperature`: expected a number above 0, found 0"
            );
            let none = SoftNearestNeighbour { epsilon: 0.0, ..form };
            assert_eq!(refused(&none, &x, &y, 1.0), "setting `epsilon`: expected a number above 0, found 0");
            assert_eq!(
                refused(&form, &x.to_kind(Kind::Int64), &y, 1.0),
                "activations: expected floating-point numbers, found Int64"
            );
            // Columns of another layout are samples like others.
            let turned = x.tr().contiguous().tr();
            let found = loss(&form, &turned, Some(&y), 1.0).unwrap().double_value(&[]);
            assert_relative_eq!(
                found,
                loss(&form, &x, Some(&y), 1.0).unwrap().double_value(&[]),
                max_relative = 1e-12
            );
        }
    }
}
