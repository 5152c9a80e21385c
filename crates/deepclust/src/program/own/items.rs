//! Rows of the data as a report shows them.

use super::input::Input;
use crate::fit::{Answer, NOISE, Plan};
use deepclust_methods::Scaling;
use deepclust_report::html::{Item, Picture};
use ndarray::{Array2, ArrayView1, Axis};
use std::collections::BTreeMap;

/// Columns that are shown of rows which are no pictures.
const COLUMNS: usize = 12;

/// How rows are shown.
pub enum Look {
    /// As pictures of height, width and channels; values go from the first number (dark) to the second.
    Pictures((usize, usize, usize), (f32, f32)),
    /// By the values of some columns.
    Fields(Vec<usize>),
}

/// Rows of the data, from the data or, where these were scaled in place, back from the scaled ones.
pub fn rows(input: &Input, answer: &Answer, rows: &[usize]) -> Option<Array2<f32>> {
    if input.x.is_empty() {
        return answer.model.samples(answer.embedding.select(Axis(0), rows).view());
    }
    Some(input.x.select(Axis(0), rows))
}

/// Pictures where the data are known to be some, or their columns can be nothing else than the pixels of a square; otherwise the
/// columns that differ most between clusters. `x` are some rows, and `labels` their clusters.
pub fn look(input: &Input, plan: &Plan, x: &Array2<f32>, labels: &[i32]) -> Look {
    let shape = input.image.map(|image| (image.height, image.width, image.channels));
    let side = x.ncols().isqrt();
    let square = plan.scaling == Scaling::By255 && side >= 8 && side * side == x.ncols();
    let shape = shape.or(square.then_some((side, side, 1)));
    match shape.filter(|&(height, width, channels)| {
        matches!(channels, 1 | 3) && height * width * channels == x.ncols()
    }) {
        Some(shape) => {
            let (low, high) = x
                .iter()
                .fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), &v| (low.min(v), high.max(v)));
            let range = match (low >= 0.0, high <= 1.0, high <= 255.0) {
                (true, true, _) => (0.0, 1.0),
                (true, _, true) => (0.0, 255.0),
                _ => (low, high.max(low + f32::MIN_POSITIVE)),
            };
            Look::Pictures(shape, range)
        }
        None => Look::Fields(telling(x, labels)),
    }
}

/// The columns whose variance is most between the clusters, in the order of the data.
fn telling(x: &Array2<f32>, labels: &[i32]) -> Vec<usize> {
    if x.ncols() <= COLUMNS {
        return (0..x.ncols()).collect();
    }
    let share = |column: ArrayView1<'_, f32>| {
        let mut sums: BTreeMap<i32, (f64, f64)> = BTreeMap::new();
        let (mut sum, mut squares, mut count) = (0.0, 0.0, 0.0);
        for (&value, &label) in column.iter().zip(labels).filter(|(_, label)| **label != NOISE) {
            let value = f64::from(value);
            let own = sums.entry(label).or_default();
            *own = (own.0 + value, own.1 + 1.0);
            (sum, squares, count) = (sum + value, squares + value * value, count + 1.0);
        }
        let total = squares - sum * sum / count;
        let between: f64 =
            sums.values().map(|(sum, count)| sum * sum / count).sum::<f64>() - sum * sum / count;
        if total > 0.0 { between / total } else { 0.0 }
    };
    let shares: Vec<f64> = x.columns().into_iter().map(share).collect();
    let mut columns: Vec<usize> = (0..x.ncols()).collect();
    columns.sort_by(|&a, &b| shares[b].total_cmp(&shares[a]));
    columns.truncate(COLUMNS);
    columns.sort_unstable();
    columns
}

impl Look {
    /// What the shown columns are called.
    pub fn columns(&self, input: &Input) -> Vec<String> {
        match self {
            Self::Pictures(..) => Vec::new(),
            Self::Fields(columns) => {
                let name = |&column: &usize| {
                    input.columns.get(column).cloned().unwrap_or_else(|| format!("column {column}"))
                };
                columns.iter().map(name).collect()
            }
        }
    }

    /// A row, whose values these are.
    pub fn item(&self, row: usize, values: ArrayView1<'_, f32>) -> Item {
        match self {
            Self::Pictures((height, width, _), (low, high)) => {
                let byte = |v: &f32| (255.0 * (v - low) / (high - low)).round().clamp(0.0, 255.0) as u8;
                let pixels = values.iter().map(byte).collect();
                let picture = Picture { width: *width, height: *height, pixels };
                Item { row, picture: Some(picture), fields: Vec::new() }
            }
            Self::Fields(columns) => {
                let fields = columns.iter().map(|&column| number(values[column])).collect();
                Item { row, picture: None, fields }
            }
        }
    }
}

/// Six digits.
pub fn number(value: f32) -> String {
    if value != 0.0 && !(1e-4..1e9).contains(&value.abs()) {
        return format!("{value:.3e}");
    }
    let digits = 5 - (f64::from(value.abs()).max(1e-9).log10().floor() as i32).clamp(-4, 5);
    let text = format!("{value:.*}", digits as usize);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    #[test]
    fn numbers_have_six_digits() {
        let found = [5.1, 0.0, -2.0, 123_456.7, 0.001_234_567, 1e-7, 3e12].map(number);
        assert_eq!(found, ["5.1", "0", "-2", "123457", "0.00123457", "1.000e-7", "3.000e12"]);
    }

    #[test]
    fn columns_that_tell_clusters_apart_are_shown() {
        let labels = [0, 1].repeat(20);
        let x = Array2::from_shape_fn((40, 30), |(i, j)| {
            if j % 3 == 1 { (i % 2) as f32 } else { ((7 * i + j) % 11) as f32 }
        });
        let columns = telling(&x, &labels);
        assert_eq!(columns.len(), 12);
        assert!((1..30).step_by(3).all(|column| columns.contains(&column)));
    }
}
