#[cfg(test)]
mod tests;

use crate::checks::check_values;
use crate::{Error, Result, Shape};
use deepclust_nets::Csr;
use ndarray::{Array1, Array2, ArrayView2, Axis, CowArray, Ix2};
use serde::{Deserialize, Serialize};

/// What happens to the features before a method sees them. It is fitted with the method, saved with the model, and applied to new
/// samples as it was to those of the fit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scaling {
    /// Nothing.
    #[default]
    AsGiven,
    /// By what the values are: as given where all are in [−1, 1]; by 255 where all are whole numbers from 0 to 255 in 16 columns or more, a quarter of which reach above 127, as pixels do; otherwise
    /// standardised.
    Auto,
    /// Column by column (x − min) / (max − min), into [0, 1]; a constant column becomes 0.
    Unit,
    /// (x − min) / (max − min) by the least and the largest of all values, into [0, 1]: columns keep their relation.
    Whole,
    /// 2x − 1: what lies in [0, 1] comes to lie symmetrically in [−1, 1].
    SignedUnit,
    /// Column by column (x − mean) / std; a constant column becomes 0.
    Standardise,
    /// x / 255: pixels of a byte come to lie in [0, 1].
    #[serde(rename = "by-255")]
    By255,
    /// Row by row x / ‖x‖, for rows that are compared by their direction; a row of zeros stays.
    L2,
}

/// A scaling with the numbers that it took from the samples, ready for others: x′ = (x − shift) · factor, and then x′ / ‖x′‖ where
/// rows have length 1.
#[derive(Clone, Debug)]
pub struct FittedScaling {
    shift: Array1<f32>,
    factor: Array1<f32>,
    rows_of_one: bool,
}

impl Scaling {
    /// The default for data of that shape.
    pub fn of(shape: Shape) -> Self {
        match shape {
            Shape::Images => Self::Auto,
            Shape::Text => Self::L2,
            Shape::Tables => Self::Standardise,
        }
    }

    /// What [`Auto`](Self::Auto) is for these samples: `AsGiven`, `By255` or `Standardise`.
    pub fn by_values(x: ArrayView2<'_, f32>) -> Self {
        let largest = x.iter().fold(0.0f32, |largest, v| largest.max(v.abs()));
        let whole = |v: &f32| (0.0..=255.0).contains(v) && v.fract() == 0.0;
        if largest <= 1.0 {
            Self::AsGiven
        } else if x.ncols() >= PIXELS && x.iter().all(whole) && are_bright(x) {
            Self::By255
        } else {
            Self::Standardise
        }
    }

    /// Takes what it needs from the columns of `x`, shape (n, d).
    pub fn fit(self, x: ArrayView2<'_, f32>) -> FittedScaling {
        let d = x.ncols();
        let same = |shift: f32, factor: f32| FittedScaling {
            shift: Array1::from_elem(d, shift),
            factor: Array1::from_elem(d, factor),
            rows_of_one: false,
        };
        match self {
            Self::AsGiven => same(0.0, 1.0),
            Self::Auto => Self::by_values(x).fit(x),
            Self::Unit => into_unit(x),
            Self::Whole => {
                let low_high = |(l, h): (f32, f32), &v: &f32| (l.min(v), h.max(v));
                let (low, high) = x.iter().fold((f32::INFINITY, f32::NEG_INFINITY), low_high);
                if high > low { same(low, (high - low).recip()) } else { same(low, 0.0) }
            }
            Self::SignedUnit => same(0.5, 2.0),
            Self::Standardise => standardisation(x),
            Self::By255 => same(0.0, 255.0f32.recip()),
            Self::L2 => FittedScaling { rows_of_one: true, ..same(0.0, 1.0) },
        }
    }
}

/// Columns from which on values may be those of pixels.
const PIXELS: usize = 16;

/// Whether a quarter of the columns that vary reach above 127, as those of pixels do.
fn are_bright(x: ArrayView2<'_, f32>) -> bool {
    let extremes = x.columns().into_iter().map(|column| {
        column.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), &v| (low.min(v), high.max(v)))
    });
    let (mut varying, mut bright) = (0, 0);
    for (low, high) in extremes {
        varying += usize::from(high > low);
        bright += usize::from(high > low && high > 127.0);
    }
    bright > 0 && 4 * bright >= varying
}

impl Scaling {
    /// As [`fit`](Self::fit), for sparse rows.
    ///
    /// # Errors
    /// [`Error::Samples`] for a scaling under which zeros would be other numbers.
    pub(crate) fn fit_sparse(self, x: &Csr) -> Result<FittedScaling> {
        let none = Array2::zeros((0, x.cols()));
        let small = || x.data().iter().all(|value| value.abs() <= 1.0);
        let wrong = |found: String| Error::Samples {
            expected: "a scaling under which the zeros of sparse samples stay, such as `l2` or `unit`"
                .to_owned(),
            found,
        };
        match self {
            Self::AsGiven | Self::By255 | Self::L2 => Ok(self.fit(none.view())),
            Self::Auto if small() => Ok(Self::AsGiven.fit(none.view())),
            Self::Unit => {
                let fitted = into_unit_sparse(x);
                match fitted.shift.iter().position(|&shift| shift < 0.0) {
                    None => Ok(fitted),
                    Some(column) => Err(wrong(format!("Unit, with values below 0 in column {column}"))),
                }
            }
            _ => Err(wrong(format!("{self:?}"))),
        }
    }
}

/// Columns with a zero that is not kept have 0 as their least value, unless they have values below it.
fn into_unit_sparse(x: &Csr) -> FittedScaling {
    let mut columns = vec![(f32::INFINITY, f32::NEG_INFINITY, 0usize); x.cols()];
    for (&column, &value) in x.indices().iter().zip(x.data()) {
        let (least, most, count) = &mut columns[column as usize];
        (*least, *most, *count) = (least.min(value), most.max(value), *count + 1);
    }
    let whole = columns.into_iter().map(|(least, most, count)| match count == x.rows() {
        true => (least, most),
        false => (least.min(0.0), most.max(0.0)),
    });
    unit_of(whole)
}

/// From the least and the largest value of every column.
fn unit_of(extremes: impl Iterator<Item = (f32, f32)>) -> FittedScaling {
    let (shift, factor): (Vec<f32>, Vec<f32>) = extremes
        .map(|(least, most)| (least, if most > least { (most - least).recip() } else { 0.0 }))
        .unzip();
    FittedScaling { shift: shift.into(), factor: factor.into(), rows_of_one: false }
}

fn into_unit(x: ArrayView2<'_, f32>) -> FittedScaling {
    let extremes = x.columns().into_iter().map(|column| {
        column
            .iter()
            .fold((f32::INFINITY, f32::NEG_INFINITY), |(least, most), &v| (least.min(v), most.max(v)))
    });
    unit_of(extremes)
}

fn standardisation(x: ArrayView2<'_, f32>) -> FittedScaling {
    let n = x.nrows().max(1) as f64;
    let mut mean = Array1::<f64>::zeros(x.ncols());
    for row in x.rows() {
        mean.zip_mut_with(&row, |m, &v| *m += f64::from(v));
    }
    mean /= n;
    let mut variance = Array1::<f64>::zeros(x.ncols());
    for row in x.rows() {
        for ((s, &v), m) in variance.iter_mut().zip(row).zip(&mean) {
            *s += (f64::from(v) - m).powi(2);
        }
    }
    let factor = variance.mapv(|s| if s > 0.0 { (s / n).sqrt().recip() as f32 } else { 0.0 });
    FittedScaling { shift: mean.mapv(|m| m as f32), factor, rows_of_one: false }
}

/// x′ = (x − mean) / r with the mean of every column and one r for all of them, the root of the mean squared distance to the mean:
/// distances keep their relation.
pub(crate) fn common_standardisation(x: ArrayView2<'_, f32>) -> FittedScaling {
    let n = x.nrows().max(1) as f64;
    let mean = x.columns().into_iter().map(|column| column.iter().map(|&v| f64::from(v)).sum::<f64>() / n);
    let mean: Array1<f64> = mean.collect();
    let square = |(&v, m): (&f32, &f64)| (f64::from(v) - m).powi(2);
    let squares: f64 = x.rows().into_iter().flat_map(|row| row.into_iter().zip(&mean)).map(square).sum();
    let factor = if squares > 0.0 { (squares / n).sqrt().recip() as f32 } else { 1.0 };
    FittedScaling {
        shift: mean.mapv(|m| m as f32),
        factor: Array1::from_elem(x.ncols(), factor),
        rows_of_one: false,
    }
}

impl FittedScaling {
    /// Shift and factor of every column, and whether rows have length 1.
    pub(crate) fn parts(&self) -> (&Array1<f32>, &Array1<f32>, bool) {
        (&self.shift, &self.factor, self.rows_of_one)
    }

    pub(crate) fn from_parts(shift: Array1<f32>, factor: Array1<f32>, rows_of_one: bool) -> Result<Self> {
        if shift.len() == factor.len() {
            return Ok(Self { shift, factor, rows_of_one });
        }
        Err(Error::Samples {
            expected: format!("{} factors for as many shifts", shift.len()),
            found: format!("{} factors", factor.len()),
        })
    }

    /// The scaled copy of `x`, of the same shape (m, d).
    ///
    /// # Errors
    /// [`Error::Samples`] when d is not the width that was fitted, or a value is not finite.
    pub fn apply(&self, x: ArrayView2<'_, f32>) -> Result<Array2<f32>> {
        self.check(x)?;
        let mut scaled = x.as_standard_layout().into_owned();
        self.scale(&mut scaled);
        Ok(scaled)
    }

    /// The same without a copy where none is needed: samples that are owned are scaled in place, and lent ones that stay as they are
    /// stay lent.
    ///
    /// # Errors
    /// As [`apply`](Self::apply).
    pub(crate) fn apply_to<'x>(&self, x: CowArray<'x, f32, Ix2>) -> Result<CowArray<'x, f32, Ix2>> {
        self.check(x.view())?;
        let same = |value: f32, numbers: &Array1<f32>| numbers.iter().all(|&v| v == value);
        if !self.rows_of_one && same(0.0, &self.shift) && same(1.0, &self.factor) && x.is_standard_layout() {
            return Ok(x);
        }
        let mut scaled =
            if x.is_standard_layout() { x.into_owned() } else { x.as_standard_layout().into_owned() };
        self.scale(&mut scaled);
        Ok(scaled.into())
    }

    /// The samples that [`apply`](Self::apply) made these of, up to rounding; a constant column has its value. None where rows were
    /// brought to length 1, which cannot be undone.
    pub(crate) fn undo(&self, scaled: ArrayView2<'_, f32>) -> Option<Array2<f32>> {
        if self.rows_of_one || scaled.ncols() != self.shift.len() {
            return None;
        }
        let mut x = scaled.to_owned();
        for mut row in x.axis_iter_mut(Axis(0)) {
            for ((v, s), f) in row.iter_mut().zip(&self.shift).zip(&self.factor) {
                *v = if *f == 0.0 { *s } else { *v / f + s };
            }
        }
        Some(x)
    }

    /// Scales sparse rows in place, by a scaling of [`Scaling::fit_sparse`].
    pub(crate) fn scale_sparse(&self, x: &mut Csr) {
        for mut row in x.outer_iterator_mut() {
            row.iter_mut().for_each(|(j, value)| *value = (*value - self.shift[j]) * self.factor[j]);
            if self.rows_of_one {
                to_length_one(row.iter_mut().map(|(_, value)| value));
            }
        }
    }

    fn check(&self, x: ArrayView2<'_, f32>) -> Result<()> {
        if x.ncols() != self.shift.len() {
            return Err(Error::Samples {
                expected: format!("{} columns", self.shift.len()),
                found: format!("{} columns", x.ncols()),
            });
        }
        if let Some(column) = self.factor.iter().position(|factor| !factor.is_finite()) {
            return Err(Error::Samples {
                expected: "columns whose standard deviation has a reciprocal in f32".to_owned(),
                found: format!("one that is too small in column {column}; scale the column first"),
            });
        }
        check_values(x)
    }

    fn scale(&self, x: &mut Array2<f32>) {
        for mut row in x.axis_iter_mut(Axis(0)) {
            for ((v, s), f) in row.iter_mut().zip(&self.shift).zip(&self.factor) {
                *v = (*v - s) * f;
            }
            if self.rows_of_one {
                to_length_one(&mut row);
            }
        }
    }
}

/// x / ‖x‖; zeros stay.
fn to_length_one<'v>(values: impl IntoIterator<Item = &'v mut f32>) {
    let values: Vec<&mut f32> = values.into_iter().collect();
    let norm = values.iter().map(|v| f64::from(**v).powi(2)).sum::<f64>().sqrt();
    if norm > 0.0 {
        values.into_iter().for_each(|v| *v = (f64::from(*v) / norm) as f32);
    }
}
