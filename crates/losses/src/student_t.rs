use crate::Result;
use crate::check::{filled, floating, positive, sized, together};
use tch::{Kind, Tensor};

/// Student-t soft assignment of embedded samples to centres (Xie et al. 2016, eq. 1; van der Maaten and Hinton 2008):
/// q_ij ∝ (1 + ‖z_i − μ_j‖² / ν)^(−(ν + 1)/2), normalised over j.
///
/// Shapes: z (batch, d), centres (k, d); the result (batch, k), every row with sum 1. ν is the degrees of freedom, above 0;
/// DEC takes 1.
///
/// # Errors
/// When `nu` is out of range, the tensors are no matrices of one width and of floating-point numbers, or a size is 0.
pub fn student_t_assignment(z: &Tensor, centres: &Tensor, nu: f64) -> Result<Tensor> {
    positive("nu", nu)?;
    let (codes, named) = (("z", z), ("centres", centres));
    floating(codes)?;
    floating(named)?;
    let [_, d] = filled(codes, ["batch", "d"])?;
    let [k, _] = filled(named, ["k", "d"])?;
    sized(named, &[k, d])?;
    together(named, codes)?;
    let differences = z.unsqueeze(1) - centres.unsqueeze(0);
    let squares = differences.square().sum_dim_intlist([2i64].as_slice(), false, None);
    let power = -(nu + 1.0) / 2.0;
    if nu > 1.0 {
        // Far from all centres every weight would be 0, and 0/0 no assignment: a softmax of the logarithms.
        return Ok(((squares / nu).log1p() * power).softmax(1, None::<Kind>));
    }
    let weights = (squares / nu + 1.0).pow_tensor_scalar(power);
    Ok(&weights / weights.sum_dim_intlist([1i64].as_slice(), true, None))
}

/// DEC's target distribution (Xie et al. 2016, eq. 3): p_ij ∝ q_ij² / f_j with the soft cluster frequency f_j = Σ_i q_ij,
/// normalised over j.
///
/// Shape: (n, k) in and out, every row with sum 1. Confident assignments are raised, large clusters held back. No gradient
/// passes through it. A cluster without any weight gets none.
///
/// # Errors
/// When `q` is no matrix of floating-point numbers or is empty.
pub fn target_distribution(q: &Tensor) -> Result<Tensor> {
    floating(("q", q))?;
    filled(("q", q), ["n", "k"])?;
    Ok(tch::no_grad(|| {
        let frequency =
            q.sum_dim_intlist([0i64].as_slice(), true, None).clamp_min(f64::from(f32::MIN_POSITIVE));
        let weights = q.square() / frequency;
        &weights / weights.sum_dim_intlist([1i64].as_slice(), true, None)
    }))
}

/// Kullback–Leibler divergence of soft assignments from their targets: the mean over the batch of Σ_j p_ij ln(p_ij / q_ij), in
/// nats. Terms with p_ij = 0 are 0, as in `torch.nn.functional.kl_div`.
///
/// Shapes: both (batch, k); the result is a scalar.
///
/// # Errors
/// When the tensors are no matrices of one shape and of floating-point numbers, or are empty.
pub fn assignment_divergence(q: &Tensor, p: &Tensor) -> Result<Tensor> {
    floating(("q", q))?;
    floating(("p", p))?;
    filled(("q", q), ["batch", "k"])?;
    sized(("p", p), &q.size())?;
    together(("p", p), ("q", q))?;
    let terms = p.xlogy(p) - p * q.clamp_min(f64::from(f32::MIN_POSITIVE)).log();
    Ok(terms.sum_dim_intlist([1i64].as_slice(), false, None).mean(None::<Kind>))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradient_check::assert_gradient;
    use approx::assert_relative_eq;

    fn points() -> (Tensor, Tensor) {
        let values = |n: i32, step: f64| (0..n).map(|i| (step * f64::from(i)).sin()).collect::<Vec<_>>();
        (Tensor::from_slice(&values(10, 0.7)).view([5, 2]), Tensor::from_slice(&values(6, 1.9)).view([3, 2]))
    }

    fn assert_values(found: &Tensor, expected: &[f64]) {
        let found = Vec::<f64>::try_from(found.contiguous().view([-1])).unwrap();
        for (found, expected) in found.iter().zip(expected) {
            assert_relative_eq!(*found, *expected, max_relative = 1e-9);
        }
    }

    // torch 2.11, float64: z = torch.sin(.7 * torch.arange(10.)).view(5, 2); c = torch.sin(1.9 * torch.arange(6.)).view(3, 2)
    //   w = (1 + torch.cdist(z, c) ** 2 / nu) ** (-(nu + 1) / 2); q = w / w.sum(1, keepdim=True)
    //   p = q ** 2 / q.sum(0); p = p / p.sum(1, keepdim=True); F.kl_div(q.log(), p, reduction="batchmean")

    #[test]
    fn values_as_in_torch() {
        let (z, centres) = points();
        let q = student_t_assignment(&z, &centres, 1.0).unwrap();
        assert_values(&q.get(0), &Q_FIRST);
        assert_values(&student_t_assignment(&z, &centres, 3.0).unwrap().get(4), &Q3_LAST);
        let p = target_distribution(&q).unwrap();
        assert_values(&p.get(0), &P_FIRST);
        assert_relative_eq!(
            assignment_divergence(&q, &p).unwrap().double_value(&[]),
            KL,
            max_relative = 1e-9
        );
    }

    #[test]
    fn far_samples_have_assignments_at_any_degree_of_freedom() {
        let z = Tensor::from_slice(&[100.0f32, 0.0, -3e4, 1.0]).view([2, 2]);
        let centres = Tensor::from_slice(&[0.0f32, 0.0, 1.0, 0.0]).view([2, 2]);
        for nu in [0.5, 1.0, 200.0] {
            let q = student_t_assignment(&z, &centres, nu).unwrap();
            let apart = q.sum_dim_intlist([1i64].as_slice(), false, Kind::Double) - 1.0;
            assert!(apart.abs().max().double_value(&[]) < 1e-6, "{nu}: {q}");
        }
        // python: w = lambda s: -201 / 2 * math.log1p(s / 200); 1 / (1 + math.exp(w(10000) - w(9801)))
        let q =
            student_t_assignment(&z.to_kind(Kind::Double), &centres.to_kind(Kind::Double), 200.0).unwrap();
        assert_relative_eq!(q.double_value(&[0, 1]), FAR, max_relative = 1e-9);
    }

    #[test]
    fn gradients_match_central_differences() {
        let (z, centres) = points();
        let q = |z: &Tensor, centres: &Tensor, nu| student_t_assignment(z, centres, nu).unwrap();
        let p = target_distribution(&q(&z, &centres, 1.0)).unwrap();
        for nu in [1.0, 2.5] {
            assert_gradient(&z, |z| assignment_divergence(&q(z, &centres, nu), &p).unwrap());
            assert_gradient(&centres, |c| assignment_divergence(&q(&z, c, nu), &p).unwrap());
        }
    }

    #[test]
    fn rows_add_up_and_an_empty_cluster_stays_empty() {
        let q = Tensor::from_slice(&[1.0f32, 0.0, 0.0, 0.5, 0.5, 0.0]).view([2, 3]);
        let p = target_distribution(&q).unwrap();
        assert_values(&p.sum_dim_intlist([1i64].as_slice(), false, Kind::Double), &[1.0, 1.0]);
        assert_eq!(p.select(1, 2).sum(Kind::Double).double_value(&[]), 0.0);
        assert!(assignment_divergence(&q, &p).unwrap().double_value(&[]).is_finite());
    }

    #[test]
    fn tensors_that_do_not_fit_are_refused() {
        let (z, centres) = points();
        let error = student_t_assignment(&z, &centres, 0.0).unwrap_err();
        assert_eq!(error.to_string(), "setting `nu`: expected a number above 0, found 0");
        let error = student_t_assignment(&z, &centres.tr(), 1.0).unwrap_err();
        assert_eq!(error.to_string(), "centres: expected shape [2, 2], found [2, 3]");
        assert!(student_t_assignment(&z.to_kind(Kind::Int64), &centres, 1.0).is_err());
        assert!(target_distribution(&z.get(0)).is_err());
        let error = assignment_divergence(&z, &z.tr()).unwrap_err();
        assert_eq!(error.to_string(), "p: expected shape [5, 2], found [2, 5]");
    }

    const Q_FIRST: [f64; 3] = [0.5452411044816966, 0.2123346297206963, 0.24242426579760706];
    const Q3_LAST: [f64; 3] = [0.3093690953141453, 0.5091920751741555, 0.18143882951169923];
    const P_FIRST: [f64; 3] = [0.7386311353049243, 0.09780180054482306, 0.16356706415025274];
    const FAR: f64 = 0.8786933722198543;
    const KL: f64 = 0.06729792800686299;
}
