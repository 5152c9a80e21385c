use crate::check::sized;
use crate::{Result, SoftNearestNeighbour};
use serde::{Deserialize, Serialize};
use tch::{Kind, Tensor};

/// How the losses of several layers become one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LayerReduction {
    /// All layers' losses added.
    Sum,
    /// The smallest one, what the paper calls arg min; of equal ones the first. Only that layer has a gradient.
    Minimum,
}

impl LayerReduction {
    /// The reduced loss, a scalar, of scalars; 0 for no layers.
    ///
    /// # Errors
    /// When a loss is no scalar, or losses are of several kinds or devices.
    pub fn apply(self, losses: &[Tensor]) -> Result<Tensor> {
        if losses.is_empty() {
            return Ok(Tensor::from(0.0f32));
        }
        for loss in losses {
            sized(("a layer's loss", loss), &[])?;
        }
        let all = Tensor::f_stack(losses, 0)?;
        Ok(match self {
            Self::Sum => all.sum(None::<Kind>),
            Self::Minimum => all.select(0, all.argmin(None, false).int64_value(&[])),
        })
    }

    /// [`apply`](Self::apply) to the soft nearest neighbour losses of several layers' activations, in value and
    /// gradient, by [`SoftNearestNeighbour::fused`]. Under [`Minimum`](Self::Minimum) only one layer is differentiated.
    ///
    /// # Errors
    /// As for [`SoftNearestNeighbour::fused`].
    pub fn soft_nearest_neighbour(
        self,
        form: &SoftNearestNeighbour,
        layers: &[Tensor],
        labels: Option<&Tensor>,
        temperature: f64,
    ) -> Result<Tensor> {
        let fused = |layer: &Tensor| form.fused(layer, labels, temperature);
        match self {
            Self::Sum => self.apply(&layers.iter().map(fused).collect::<Result<Vec<_>>>()?),
            Self::Minimum if layers.is_empty() => self.apply(&[]),
            Self::Minimum => {
                let value = |layer: &Tensor| form.value(layer, labels, temperature);
                let values = layers.iter().map(value).collect::<Result<Vec<_>>>()?;
                // Of equal losses the first counts; a loss that is no number is taken, and so noticed.
                let least = Tensor::f_stack(&values, 0)?.argmin(None, false).int64_value(&[]);
                fused(&layers[least as usize])
            }
        }
    }
}

/// ℓ_rec + α ℓ_sn (Agarap and Azcarraga 2020, eq. 5): a scalar of two scalars, with α any number.
///
/// # Errors
/// When a loss is no scalar.
pub fn composite_loss(reconstruction: &Tensor, neighbours: &Tensor, alpha: f64) -> Result<Tensor> {
    sized(("reconstruction", reconstruction), &[])?;
    sized(("neighbours", neighbours), &[])?;
    Ok(reconstruction + neighbours * alpha)
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn layers_are_added_or_the_least_is_taken() {
        let losses = [0.5f64, 0.2, 0.9].map(Tensor::from);
        assert_relative_eq!(LayerReduction::Sum.apply(&losses).unwrap().double_value(&[]), 1.6);
        assert_relative_eq!(LayerReduction::Minimum.apply(&losses).unwrap().double_value(&[]), 0.2);
        assert_eq!(LayerReduction::Sum.apply(&[]).unwrap().double_value(&[]), 0.0);
    }

    #[test]
    fn the_fused_reduction_is_the_plain_one() {
        let form = SoftNearestNeighbour::default();
        let labels = Tensor::from_slice(&[0i64, 1, 0, 1, 2]);
        let values = |step: f64| (0..15).map(move |i| (f64::from(i) * step).sin()).collect::<Vec<_>>();
        for reduction in [LayerReduction::Sum, LayerReduction::Minimum] {
            let layers = || {
                [0.7, 1.3, 2.9]
                    .map(|step| Tensor::from_slice(&values(step)).view([5, 3]).set_requires_grad(true))
            };
            let (plain, fused) = (layers(), layers());
            let losses: Vec<_> = plain.iter().map(|x| form.loss(x, Some(&labels), 0.4).unwrap()).collect();
            let expected = reduction.apply(&losses).unwrap();
            let found = reduction.soft_nearest_neighbour(&form, &fused, Some(&labels), 0.4).unwrap();
            assert_relative_eq!(found.double_value(&[]), expected.double_value(&[]), max_relative = 1e-12);
            expected.backward();
            found.backward();
            for (plain, fused) in plain.iter().zip(&fused) {
                let (plain, fused) = (plain.grad(), fused.grad());
                let fused = if fused.defined() { fused } else { plain.zeros_like() };
                assert!(fused.allclose(&plain, 1e-9, 1e-12, false), "{reduction:?}: {fused} {plain}");
            }
        }
    }

    #[test]
    fn what_is_no_scalar_is_refused() {
        let (row, scalar) = (Tensor::from_slice(&[0.5f64, 0.2]), Tensor::from(0.5f64));
        for reduction in [LayerReduction::Sum, LayerReduction::Minimum] {
            let error = reduction.apply(&[scalar.shallow_clone(), row.shallow_clone()]).unwrap_err();
            assert_eq!(error.to_string(), "a layer's loss: expected shape [], found [2]");
        }
        assert!(composite_loss(&row, &scalar, 1.0).is_err());
        assert!(composite_loss(&scalar, &row, 1.0).is_err());
    }
}
