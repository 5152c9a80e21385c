use crate::check::{beside, filled, positive, real, sized};
use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use tch::{Kind, Tensor};

/// What the similarities of a batch's pairs are divided by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PairNormalisation {
    /// The paper's eq. 2 and 3: by the sum over all pairs. Σ_ij p_ij = 1.
    Batch,
    /// The released code: by the sum over a point's pairs. Σ_j p_ij = 1, and the loss is about the batch's size times larger.
    #[default]
    Point,
}

/// The t-distribution cross-entropy of a batch's similarities in two spaces (Dahal 2018, eq. 2 to 4): −Σ_{i≠j} p_ij ln q_ij, in
/// nats, summed over the batch.
///
/// p_ij ∝ (1 + ‖z_i − z_j‖² / ν)^(−(ν + 1)/2) is of an autoencoder's codes z, and q_ij of the same form, with a ν of its own, of
/// the embeddings e that a representation network makes of them. No pair of a point with itself counts. p is not held fixed: the
/// gradient reaches codes and embeddings. For an embedding alone, give `codes.detach()`.
///
/// The released code also cuts p and q at 1e-10, and keeps the pairs of points with themselves at that. Where half of all pairs are
/// cut, loss and gradient differ by one part in 10⁸. Here similarities are logarithms, which need no cut.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TCrossEntropy {
    /// ν of p, above 0; `None`: twice the width of the codes, as in the paper.
    pub code_degrees: Option<f64>,
    /// ν of q, above 0. The paper has 1.
    pub embedding_degrees: f64,
    /// What p and q are divided by.
    pub normalisation: PairNormalisation,
}

impl Default for TCrossEntropy {
    fn default() -> Self {
        Self { code_degrees: None, embedding_degrees: 1.0, normalisation: PairNormalisation::Point }
    }
}

impl TCrossEntropy {
    /// Checks the settings.
    ///
    /// # Errors
    /// When a field is outside the range that it states.
    pub fn validate(&self) -> Result<()> {
        positive("embedding_degrees", self.embedding_degrees)?;
        self.code_degrees.map_or(Ok(()), |nu| positive("code_degrees", nu))
    }

    /// The loss, a scalar, of codes (batch, d) and embeddings (batch, d′) of at least two points, both f32 or both f64.
    ///
    /// The gradient is computed here, at once, and enters the graph as a constant: several times faster than autograd's, but it
    /// cannot be differentiated twice.
    ///
    /// # Errors
    /// When a setting is out of range; when shapes, kinds or devices do not fit, or there are fewer than two points.
    pub fn loss(&self, codes: &Tensor, embeddings: &Tensor) -> Result<Tensor> {
        self.validate()?;
        let (named, other) = (("codes", codes), ("embeddings", embeddings));
        real(named)?;
        let [batch, d] = filled(named, ["batch", "d"])?;
        let [_, width] = filled(other, ["batch", "d"])?;
        sized(other, &[batch, width])?;
        beside(other, named)?;
        if batch < 2 {
            let expected = "(batch, d), batch at least 2".to_owned();
            return Err(Error::Shape { what: "codes", expected, found: codes.size() });
        }
        let (value, of_codes, of_embeddings) = tch::no_grad(|| {
            let p = Similarities::of(codes, self.code_degrees.unwrap_or(2.0 * d as f64));
            let q = Similarities::of(embeddings, self.embedding_degrees);
            self.differentiate(&p, &q)
        });
        let carrier = (codes * of_codes).sum(None::<Kind>) + (embeddings * of_embeddings).sum(None::<Kind>);
        Ok(&carrier + (value - carrier.detach()))
    }

    /// The loss, and its gradient by codes and by embeddings.
    ///
    /// With w_ij = 1 + d_ij / ν and a_ij = −(ν + 1)/2 ln w_ij the logarithm of a similarity, ∂L/∂a_ij of q is q_ij − p_ij, and that
    /// of p is −p_ij (ln q_ij − Σ p ln q), the sum over what p is normalised over.
    fn differentiate(&self, p: &Similarities, q: &Similarities) -> (Tensor, Tensor, Tensor) {
        let by_point = self.normalisation == PairNormalisation::Point;
        let shares = |s: &Similarities| {
            let mut logarithms = s.spread.log();
            let _ = logarithms.g_mul_scalar_(s.power);
            let _ = logarithms.fill_diagonal_(f64::NEG_INFINITY, false);
            if by_point { logarithms } else { logarithms.view([-1]) }
        };
        let form = p.spread.size();
        let p_shares = shares(p).softmax(-1, None::<Kind>).view(form.as_slice());
        let mut logarithms = shares(q).log_softmax(-1, None::<Kind>).view(form.as_slice());
        let mut of_q = logarithms.exp();
        let _ = logarithms.fill_diagonal_(0.0, false);
        let terms = &p_shares * &logarithms;
        let (value, mean) = if by_point {
            let of_points = terms.sum_dim_intlist([1i64].as_slice(), true, None);
            (of_points.sum(None::<Kind>), of_points)
        } else {
            let sum = terms.sum(None::<Kind>);
            (sum.shallow_clone(), sum)
        };
        let _ = of_q.g_sub_(&p_shares);
        let mut of_p = logarithms;
        let _ = of_p.g_sub_(&mean);
        let _ = of_p.g_mul_(&p_shares);
        (-value, -p.gradient(of_p, by_point), q.gradient(of_q, by_point))
    }
}

/// The pairs of one space.
struct Similarities {
    /// Centred points over √ν, shape (batch, d).
    points: Tensor,
    /// w = 1 + ‖y_i − y_j‖² of those, shape (batch, batch).
    spread: Tensor,
    /// −(ν + 1)/2.
    power: f64,
    /// 1/√ν.
    scale: f64,
}

impl Similarities {
    fn of(x: &Tensor, nu: f64) -> Self {
        let x = x.detach();
        let scale = nu.sqrt().recip();
        let points = (&x - x.mean_dim([0i64].as_slice(), true, None::<Kind>)) * scale;
        // Squared distances by one product, in f64: in f32 those of near points in groups 100 apart would be wrong in the third digit.
        // From differences they cost up to five times as much.
        let wide = points.to_kind(Kind::Double);
        let squares = wide.square().sum_dim_intlist([1i64].as_slice(), true, None) + 0.5;
        let ones = squares.ones_like();
        let left = Tensor::cat(&[&wide * -2.0, squares.shallow_clone(), ones.shallow_clone()], 1);
        let right = Tensor::cat(&[&wide, &ones, &squares], 1);
        let mut spread = left.matmul(&right.tr()).to_kind(x.kind());
        let _ = spread.clamp_min_(1.0);
        Self { points, spread, power: -(nu + 1.0) / 2.0, scale }
    }

    /// The gradient by the points before they were centred and scaled, from that by the logarithms a.
    fn gradient(&self, of_logarithms: Tensor, by_point: bool) -> Tensor {
        let mut weights = of_logarithms;
        let _ = weights.g_div_(&self.spread);
        let pull = |weights: &Tensor| {
            let degrees = weights.sum_dim_intlist([1i64].as_slice(), true, None);
            degrees * &self.points - weights.matmul(&self.points)
        };
        // Both halves count; of a batch's shares they are the same.
        let both = if by_point { pull(&weights) + pull(&weights.tr()) } else { pull(&weights) * 2.0 };
        both * (2.0 * self.power * self.scale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradient_check::assert_gradient;
    use crate::reference::{Reference, finite_gradient, sines, with_gradient};
    use approx::assert_relative_eq;

    /// Codes (6, 3) and embeddings (6, 2).
    fn batch() -> (Tensor, Tensor) {
        (sines(0.7, &[6, 3]) * 2.0, sines(1.3, &[6, 2]) * 3.0)
    }

    const BATCH: TCrossEntropy = TCrossEntropy {
        code_degrees: Some(20.0),
        embedding_degrees: 1.0,
        normalisation: PairNormalisation::Batch,
    };
    const HALF: TCrossEntropy = TCrossEntropy {
        code_degrees: Some(2.5),
        embedding_degrees: 0.5,
        normalisation: PairNormalisation::Point,
    };

    /// The formula, left to autograd.
    fn plain(form: TCrossEntropy, codes: &Tensor, embeddings: &Tensor) -> Tensor {
        let logarithms = |x: &Tensor, nu: f64| {
            let squares =
                (x.unsqueeze(1) - x.unsqueeze(0)).square().sum_dim_intlist([2i64].as_slice(), false, None);
            let kernel = (squares / nu).log1p() * (-(nu + 1.0) / 2.0);
            let own = Tensor::eye(x.size()[0], (x.kind(), x.device())) * 1e30;
            let pairs = kernel - own;
            match form.normalisation {
                PairNormalisation::Point => pairs.log_softmax(1, None::<Kind>),
                PairNormalisation::Batch => pairs.view([-1]).log_softmax(0, None::<Kind>).view_as(&pairs),
            }
        };
        let p = logarithms(codes, form.code_degrees.unwrap_or(2.0 * codes.size()[1] as f64)).exp();
        -(p * logarithms(embeddings, form.embedding_degrees)).sum(None::<Kind>)
    }

    #[test]
    fn values_and_gradients_as_in_torch() {
        // torch 2.11, float64: z = 2 * s(.7, 6, 3); e = 3 * s(1.3, 6, 2); I = torch.eye(6)            s as in sample_entropy
        //   k = lambda x, nu: (1 + ((x[:, None] - x[None]) ** 2).sum(2) / nu) ** (-(nu + 1) / 2) * (1 - I)
        //   p, q = k(z, 6), k(e, 1); p, q = p / p.sum(0), q / q.sum(0)         (20 and 1, p.sum() and q.sum(); 2.5 and .5, as first)
        //   -(p * (q + I).log()).sum()
        let (z, e) = batch();
        for (form, by_codes, by_embeddings) in [
            (TCrossEntropy::default(), POINT_BY_CODES, POINT_BY_EMBEDDINGS),
            (BATCH, BATCH_BY_CODES, BATCH_BY_EMBEDDINGS),
            (HALF, HALF_BY_CODES, HALF_BY_EMBEDDINGS),
        ] {
            by_codes.assert(&z, |z| form.loss(z, &e).unwrap());
            by_embeddings.assert(&e, |e| form.loss(&z, e).unwrap());
        }
    }

    #[test]
    fn the_cut_of_the_released_code_makes_no_difference() {
        // torch 2.11: as above for z = 4 * s(1.7, 50, 10), e = 4 * s(2.9, 50, 10), nu 20 and 1, with the shares of both cut by
        //   clamp(1e-10, 1), and no + I. p is below the cut for 1,294 of the 2,450 pairs.
        let (z, e) = (sines(1.7, &[50, 10]) * 4.0, sines(2.9, &[50, 10]) * 4.0);
        let form = TCrossEntropy::default();
        RELEASED_BY_CODES.assert_to(1e-8, with_gradient(&z, |z| form.loss(z, &e).unwrap()));
        RELEASED_BY_EMBEDDINGS.assert_to(1e-8, with_gradient(&e, |e| form.loss(&z, e).unwrap()));
    }

    #[test]
    fn gradients_match_central_differences() {
        let (z, e) = batch();
        for form in [TCrossEntropy::default(), BATCH, HALF] {
            assert_gradient(&z, |z| form.loss(z, &e).unwrap());
            assert_gradient(&e, |e| form.loss(&z, e).unwrap());
            // A representation network: both arguments depend on the codes.
            assert_gradient(&z, |z| form.loss(z, &z.sin()).unwrap());
        }
    }

    #[test]
    fn the_gradient_is_that_of_autograd_on_a_batch() {
        let (z, e) = (sines(1.7, &[50, 10]) * 3.0, sines(2.9, &[50, 10]) * 4.0);
        for form in [TCrossEntropy::default(), BATCH, HALF] {
            for by_codes in [true, false] {
                let x = if by_codes { &z } else { &e };
                let of = |loss: &dyn Fn(&Tensor, &Tensor) -> Tensor| {
                    with_gradient(x, |x| if by_codes { loss(x, &e) } else { loss(&z, x) })
                };
                let (value, gradient) = of(&|z, e| form.loss(z, e).unwrap());
                let (expected, by_autograd) = of(&|z, e| plain(form, z, e));
                assert_relative_eq!(value, expected, max_relative = 1e-10);
                let error = (gradient - &by_autograd).norm() / by_autograd.norm();
                assert!(error.double_value(&[]) < 1e-9, "{form:?}: {error}");
            }
        }
    }

    /// The error of f32's gradients, as a share of their norm, against autograd's in f64 of the same points.
    fn single_precision_error(form: TCrossEntropy, codes: &Tensor, embeddings: &Tensor) -> f64 {
        let single = [codes, embeddings].map(|x| x.to_kind(Kind::Float));
        let double = single.each_ref().map(|x| x.to_kind(Kind::Double));
        let errors = [0, 1].map(|i| {
            let of = |points: &[Tensor; 2], fused: bool| {
                let (value, gradient) = with_gradient(&points[i], |x| {
                    let (z, e) = if i == 0 { (x, &points[1]) } else { (&points[0], x) };
                    if fused { form.loss(z, e).unwrap() } else { plain(form, z, e) }
                });
                (value, gradient.to_kind(Kind::Double))
            };
            let ((value, gradient), (expected, by_autograd)) = (of(&single, true), of(&double, false));
            assert_relative_eq!(value, expected, max_relative = 1e-5);
            ((gradient - &by_autograd).norm() / by_autograd.norm()).double_value(&[])
        });
        errors[0].max(errors[1])
    }

    #[test]
    fn single_precision_keeps_its_digits_near_zero_and_far_from_it() {
        let (z, e) = (sines(1.7, &[50, 10]) * 3.0, sines(2.9, &[50, 10]) * 4.0);
        for form in [TCrossEntropy::default(), BATCH, HALF] {
            for (offset, digits) in [(0.0, 2e-5), (1e2, 2e-5), (1e4, 2e-5)] {
                let error = single_precision_error(form, &(&z + offset), &(&e + offset));
                assert!(error < digits, "{form:?} {offset}: {error}");
            }
            // Two groups far apart, of points near one another.
            let side = Tensor::from_slice(&[-1.0f64, 1.0]).repeat([25]).unsqueeze(1);
            for (apart, digits) in [(1e1, 2e-5), (1e2, 2e-4), (1e3, 2e-3)] {
                let error = single_precision_error(form, &(&z + &side * apart), &(&e + &side * apart));
                assert!(error < digits, "{form:?} {apart}: {error}");
            }
        }
    }

    #[test]
    fn coinciding_and_far_points_have_finite_gradients() {
        let (z, e) = batch();
        for kind in [Kind::Float, Kind::Double] {
            for form in [TCrossEntropy::default(), BATCH, HALF] {
                for scale in [0.0, 1e-6, 1.0, 1e6, 1e12] {
                    let (z, e) = ((&z * scale).to_kind(kind), (&e * scale).to_kind(kind));
                    for gradient in [
                        finite_gradient(&z, |z| form.loss(z, &e).unwrap()),
                        finite_gradient(&e, |e| form.loss(&z, e).unwrap()),
                    ] {
                        assert!(scale > 0.0 || gradient.abs().max().double_value(&[]) == 0.0, "{gradient}");
                    }
                }
            }
        }
    }

    #[test]
    fn alike_points_pull_and_others_push() {
        // Codes in two pairs; embeddings that do not know of them learn them by gradient descent.
        let z = Tensor::from_slice(&[0.0f64, 0.1, 5.0, 5.1]).view([4, 1]);
        let mut e = Tensor::from_slice(&[0.0f64, 1.0, 0.5, 1.5]).view([4, 1]);
        let distances = |e: &Tensor| {
            let at = |i, j| (e.get(i) - e.get(j)).abs().double_value(&[0]);
            (at(0, 1) + at(2, 3), at(0, 2) + at(1, 3))
        };
        let (near, far) = distances(&e);
        assert!(near > far);
        for _ in 0..200 {
            let (_, gradient) = with_gradient(&e, |e| TCrossEntropy::default().loss(&z, e).unwrap());
            e -= gradient * 0.05;
        }
        let (near, far) = distances(&e);
        assert!(near < 0.2 * far, "{near} {far}");
    }

    #[test]
    fn wrong_settings_and_tensors_are_refused() {
        let (z, e) = batch();
        let form = TCrossEntropy::default();
        let refused = |form: TCrossEntropy, z: &Tensor, e: &Tensor| form.loss(z, e).unwrap_err().to_string();
        assert_eq!(
            refused(TCrossEntropy { code_degrees: Some(0.0), ..form }, &z, &e),
            "setting `code_degrees`: expected a number above 0, found 0"
        );
        assert_eq!(
            refused(TCrossEntropy { embedding_degrees: f64::NAN, ..form }, &z, &e),
            "setting `embedding_degrees`: expected a number above 0, found NaN"
        );
        assert_eq!(refused(form, &z, &e.tr()), "embeddings: expected shape [6, 6], found [2, 6]");
        assert_eq!(
            refused(form, &z.slice(0, 0, 1, 1), &e.slice(0, 0, 1, 1)),
            "codes: expected shape (batch, d), batch at least 2, found [1, 3]"
        );
        assert!(refused(form, &z, &e.to_kind(Kind::Float)).starts_with("embeddings: expected Double on Cpu"));
    }

    const POINT_BY_CODES: Reference =
        Reference([11.075103275815836, 0.1633927499913416, 0.05509389810679745, -0.01217939675426742]);
    const POINT_BY_EMBEDDINGS: Reference =
        Reference([11.075103275815836, 1.6077872444049637, 0.3964148034528437, -0.08855389983375835]);
    const BATCH_BY_CODES: Reference =
        Reference([3.7037319789824363, 0.017434713218022462, 0.0025345410068550725, -0.002232791956531542]);
    const BATCH_BY_EMBEDDINGS: Reference =
        Reference([3.7037319789824363, 0.35134459266483, 0.17780805697281482, -0.026438858113342643]);
    const HALF_BY_CODES: Reference =
        Reference([10.642360935325396, 0.13741782564069585, 0.05246904426540508, -0.025173820913882212]);
    const HALF_BY_EMBEDDINGS: Reference =
        Reference([10.642360935325396, 1.1645345543317656, 0.38781757180176324, -0.0849869134100148]);
    const RELEASED_BY_CODES: Reference =
        Reference([305.02760106368714, 2.8908267295662133, 0.2338390332960355, -0.1589906097381952]);
    const RELEASED_BY_EMBEDDINGS: Reference =
        Reference([305.02760106368714, 4.802629083427261, 0.4222321544457551, 0.219297182497047]);
}
