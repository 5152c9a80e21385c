//! Scalings of features: each data set's own default, and named variants.

use ndarray::{Array2, Axis, NdFloat};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::features::Slots;
use crate::{Error, Features, Result};

/// How published values become features. The text weightings need term counts, see [`crate::text`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scaling {
    /// What the data set's literature uses: images to [0, 1], UCI HAR as published, text as [`Scaling::Dec`].
    #[default]
    Default,
    /// Published values: pixels 0…255 (USPS 9,298: −1…1), term counts, features as they are.
    Raw,
    /// To [0, 1] by the published range: pixels/255, USPS (v + 1)/2. Where no range is published, each feature's own
    /// minimum and maximum among the rows loaded; a constant feature becomes 0.
    Unit,
    /// To [−1, 1]: twice [`Scaling::Unit`], less 1.
    Symmetric,
    /// Each feature to mean 0 and (population) standard deviation 1 over the rows loaded; constant features become 0.
    Standardise,
    /// Each row to Euclidean length 1; rows of zeros stay.
    L2,
    /// DEC (Xie et al. 2016): pixels × 0.02; text as tf-idf × √d.
    Dec,
    /// Text only: tf-idf with sublinear tf, smoothed idf and unit rows.
    TfIdf,
    /// Text only, Dahal 2018: as [`Scaling::Dec`], then each feature to [0, 1] over the rows loaded.
    Dahal,
    /// Text only, MIXAE 2017. The paper says "tf-idf features on the 2000 most frequent words" and no more: raw term
    /// frequency, smoothed idf, unit rows (scikit-learn's defaults).
    Mixae,
}

impl std::str::FromStr for Scaling {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let known = "default, raw, unit, symmetric, standardise, l2, dec, tf-idf, dahal, mixae";
        serde_json::from_value(serde_json::Value::String(text.to_owned()))
            .map_err(|_| Error::argument("scaling", format!("one of {known}"), format!("{text:?}")))
    }
}

/// Each feature to [0, 1] by its own minimum and maximum; constant features become 0.
///
/// Sparse matrices keep their zeros: the minimum counts absent entries, which must not be negative.
///
/// # Errors
/// If a sparse matrix holds a negative value: the scaled matrix would no longer be sparse.
pub fn min_max<T: NdFloat>(features: &mut Features<T>) -> Result<()> {
    match features {
        Features::Dense(x) => {
            for mut column in x.axis_iter_mut(Axis(1)) {
                let low = column.fold(T::infinity(), |a, &b| a.min(b));
                let high = column.fold(T::neg_infinity(), |a, &b| a.max(b));
                let span = high - low;
                if span.is_finite() {
                    column.mapv_inplace(|v| if span > T::zero() { (v - low) / span } else { T::zero() });
                } else {
                    // Half of everything: differences of the largest numbers overflow.
                    let half = T::one() / (T::one() + T::one());
                    let span = high * half - low * half;
                    column.mapv_inplace(|v| (v * half - low * half) / span);
                }
            }
        }
        Features::Sparse(x) => {
            if let Some(value) = x.data().iter().find(|&&v| v < T::zero()) {
                return Err(Error::argument("sparse features", "no negative values", value));
            }
            // A column's minimum is 0 unless every row holds a value in it.
            let (rows, slots) = (x.rows(), Slots::of(x));
            let mut range = vec![(T::infinity(), T::zero(), 0usize); slots.len()];
            for row in x.outer_iterator() {
                for (column, &v) in row.iter() {
                    let (low, high, n) = &mut range[slots.slot(column)];
                    (*low, *high, *n) = (low.min(v), high.max(v), *n + 1);
                }
            }
            let indices: Vec<u32> = x.indices().to_vec();
            for (value, column) in x.data_mut().iter_mut().zip(indices) {
                let (low, high, n) = range[slots.slot(column as usize)];
                let low = if n == rows { low } else { T::zero() };
                *value = if high > low { (*value - low) / (high - low) } else { T::zero() };
            }
        }
    }
    Ok(())
}

/// Each feature to mean 0 and population standard deviation 1; constant features become 0. Sums run in f64, in row order.
///
/// # Errors
/// If the matrix is sparse: centring would fill it.
pub fn standardise<T: NdFloat + Into<f64>>(features: &mut Features<T>) -> Result<()> {
    let Features::Dense(x) = features else {
        return Err(Error::argument("scaling", "one that keeps a sparse matrix sparse", "standardise"));
    };
    let n = x.nrows().max(1) as f64;
    let mut sums = vec![(0.0f64, 0.0f64); x.ncols()];
    for row in x.rows() {
        row.iter().zip(&mut sums).for_each(|(&v, (sum, _))| *sum += v.into());
    }
    for row in x.rows() {
        row.iter().zip(&mut sums).for_each(|(&v, (sum, squares))| *squares += (v.into() - *sum / n).powi(2));
    }
    let moments: Vec<(f64, f64)> =
        sums.iter().map(|&(sum, squares)| (sum / n, (squares / n).sqrt())).collect();
    for mut row in x.rows_mut() {
        for (value, &(mean, deviation)) in row.iter_mut().zip(&moments) {
            // Below the rounding of the mean itself a feature is constant.
            let constant = deviation <= f64::EPSILON * mean.abs().max(f64::MIN_POSITIVE) * 16.0;
            let wide: f64 = (*value).into();
            *value = if constant { T::zero() } else { narrow((wide - mean) / deviation) };
        }
    }
    Ok(())
}

/// Each row to Euclidean length 1; rows of zeros stay.
pub fn l2_rows<T: NdFloat + Into<f64>>(features: &mut Features<T>) {
    let normalise = |row: &mut [T]| {
        let norm = row.iter().map(|&v| v.into().powi(2)).sum::<f64>().sqrt();
        if (1e-140..1e140).contains(&norm) {
            row.iter_mut().for_each(|v| *v = narrow((*v).into() / norm));
            return;
        }
        // Squares over- or underflow, which those of f32 never do: by the largest value first.
        let most = row.iter().fold(0.0, |most: f64, &v| most.max(v.into().abs()));
        let norm = row.iter().map(|&v| (v.into() / most).powi(2)).sum::<f64>().sqrt();
        if most > 0.0 {
            row.iter_mut().for_each(|v| *v = narrow((*v).into() / most / norm));
        }
    };
    match features {
        Features::Dense(x) => {
            let cols = x.ncols().max(1);
            as_standard(x).chunks_mut(cols).for_each(normalise);
        }
        Features::Sparse(x) => {
            let pointers = x.indptr().to_proper().to_vec();
            let data = x.data_mut();
            pointers.windows(2).for_each(|w| normalise(&mut data[w[0]..w[1]]));
        }
    }
}

/// Every value times `factor`.
pub(crate) fn multiply<T: NdFloat>(features: &mut Features<T>, factor: T) {
    match features {
        Features::Dense(x) => x.mapv_inplace(|v| v * factor),
        Features::Sparse(x) => x.data_mut().par_iter_mut().for_each(|v| *v *= factor),
    }
}

/// A number in the features' own precision.
fn narrow<T: NdFloat>(value: f64) -> T {
    T::from(value).unwrap_or_else(T::nan)
}

/// The values row-major, re-laid first where they are not.
fn as_standard<T: NdFloat>(x: &mut Array2<T>) -> &mut [T] {
    if !x.is_standard_layout() {
        *x = x.as_standard_layout().into_owned();
    }
    x.as_slice_mut().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::array;

    use super::*;
    use crate::Csr;

    #[test]
    fn dense_scalings() {
        // sklearn 1.9: MinMaxScaler, StandardScaler, normalize on [[1,2,5],[3,2,1],[5,2,3]]
        let x = Features::Dense(array![[1.0f32, 2.0, 5.0], [3.0, 2.0, 1.0], [5.0, 2.0, 3.0]]);
        let mut unit = x.clone();
        min_max(&mut unit).unwrap();
        assert_eq!(unit.to_dense(), array![[0.0, 0.0, 1.0], [0.5, 0.0, 0.0], [1.0, 0.0, 0.5]]);
        let mut standard = x.clone();
        standardise(&mut standard).unwrap();
        let s = 1.224_744_9;
        let expected = array![[-s, 0.0, s], [0.0, 0.0, -s], [s, 0.0, 0.0]];
        assert!((standard.to_dense() - expected).iter().all(|d: &f32| d.abs() < 1e-6));
        let mut rows = x;
        l2_rows(&mut rows);
        assert_abs_diff_eq!(rows.to_dense()[(0, 2)], 5.0 / 30f32.sqrt(), epsilon = 1e-6);
    }

    #[test]
    fn sparse_equals_dense() {
        let sparse =
            Features::Sparse(Csr::new((2, 3), vec![0, 2, 4], vec![0, 2, 0, 1], vec![1.0, 4.0, 3.0, 2.0]));
        for scale in [|f: &mut Features| min_max(f).unwrap(), l2_rows] {
            let (mut a, mut b) = (sparse.clone(), Features::Dense(sparse.to_dense()));
            scale(&mut a);
            scale(&mut b);
            assert_eq!(a.to_dense(), b.to_dense());
        }
        assert!(standardise(&mut sparse.clone()).is_err());
    }

    #[test]
    fn names_parse() {
        assert_eq!("tf-idf".parse::<Scaling>().unwrap(), Scaling::TfIdf);
        assert!("foo".parse::<Scaling>().unwrap_err().to_string().contains("dahal"));
    }

    #[test]
    fn scalings_at_the_ends_of_f32() {
        let column = |values: [f32; 3]| Features::Dense(ndarray::arr2(&values.map(|v| [v])));
        let mut unit = column([-3e38, 0.0, 3e38]);
        min_max(&mut unit).unwrap();
        assert_eq!(unit.to_dense(), array![[0.0], [0.5], [1.0]]);
        for scale in [1e-40, 1e-20, 1e38] {
            let mut standard = column([0.0, scale, 2.0 * scale]);
            standardise(&mut standard).unwrap();
            let expected = array![[-1.224_744_9], [0.0], [1.224_744_9]];
            assert!((standard.to_dense() - expected).iter().all(|d: &f32| d.abs() < 1e-4));
            let mut rows = column([-scale, 0.0, 2.0 * scale]);
            l2_rows(&mut rows);
            assert_eq!(rows.to_dense(), array![[-1.0], [0.0], [1.0]]);
        }
    }
}
