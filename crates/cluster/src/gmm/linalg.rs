use ndarray::{Array2, s};

/// Lower L with L Lᵀ = `a`; none if `a` is not positive definite.
pub(crate) fn cholesky(a: &Array2<f64>) -> Option<Array2<f64>> {
    let d = a.nrows();
    let mut l = Array2::zeros((d, d));
    for i in 0..d {
        for j in 0..=i {
            let dot = l.slice(s![i, ..j]).dot(&l.slice(s![j, ..j]));
            let rest: f64 = a[[i, j]] - dot;
            if i == j {
                if !(rest.is_finite() && rest > 0.0) {
                    return None;
                }
                l[[i, i]] = rest.sqrt();
            } else {
                l[[i, j]] = rest / l[[j, j]];
            }
        }
    }
    Some(l)
}

/// L⁻¹ of a lower triangular L.
pub(crate) fn inverse_lower(l: &Array2<f64>) -> Array2<f64> {
    let d = l.nrows();
    // Row i of the inverse is (eᵢ − Σ_{j<i} Lᵢⱼ · rowⱼ) / Lᵢᵢ.
    let mut inverse: Array2<f64> = Array2::zeros((d, d));
    for i in 0..d {
        let mut row = -l.slice(s![i, ..i]).dot(&inverse.slice(s![..i, ..i]));
        row /= l[[i, i]];
        inverse.slice_mut(s![i, ..i]).assign(&row);
        inverse[[i, i]] = 1.0 / l[[i, i]];
    }
    inverse
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;
    use ndarray::array;

    #[test]
    fn factor_and_inverse() {
        let a = array![[4.0, 2.0, 0.6], [2.0, 5.0, -1.0], [0.6, -1.0, 3.0]];
        let l = cholesky(&a).unwrap();
        let product = l.dot(&l.t());
        let one = l.dot(&inverse_lower(&l));
        for i in 0..3 {
            for j in 0..3 {
                assert_relative_eq!(product[[i, j]], a[[i, j]], epsilon = 1e-14);
                assert_relative_eq!(one[[i, j]], f64::from(i == j), epsilon = 1e-14);
            }
        }
        assert!(cholesky(&array![[1.0, 2.0], [2.0, 1.0]]).is_none());
        assert!(cholesky(&array![[f64::NAN]]).is_none());
    }
}
