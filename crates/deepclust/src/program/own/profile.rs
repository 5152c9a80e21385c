//! In which columns each cluster differs from all rows.

use super::input::Input;
use super::items::{number, rows};
use crate::fit::Answer;
use deepclust_report::html::Trait;
use ndarray::Array2;
use std::collections::BTreeMap;

/// Columns that a cluster shows.
const SHOWN: usize = 6;
/// Standard deviations of all rows by which a mean has to be off.
const APART: f64 = 0.4;
/// Columns without names, above which none is shown: they would say nothing to anybody.
const UNNAMED: usize = 50;
/// Rows at once.
const PART: usize = 4096;

/// For each cluster the columns in which its mean is farthest from that of all rows.
pub fn profiles(input: &Input, answer: &Answer) -> BTreeMap<i32, Vec<Trait>> {
    let labels = &answer.chosen().labels;
    let mut sums = Sums::default();
    for start in (0..labels.len()).step_by(PART) {
        let part: Vec<usize> = (start..labels.len().min(start + PART)).collect();
        let Some(x) = rows(input, answer, &part) else { return BTreeMap::new() };
        if input.columns.is_empty() && x.ncols() > UNNAMED {
            return BTreeMap::new();
        }
        sums.add(&x, &labels[start..]);
    }
    let words = |column: usize, mean: f64| {
        if input.is_category(column) { format!("{:.0} %", 100.0 * mean) } else { number(mean as f32) }
    };
    let called =
        |column: usize| input.columns.get(column).cloned().unwrap_or_else(|| format!("column {column}"));
    let traits = |(&cluster, own): (&i32, &Vec<(usize, f64)>)| {
        let all = own.iter().map(|&(column, apart)| {
            let (here, all) = (sums.mean_of(cluster, column), sums.mean(column));
            Trait { column: called(column), here: words(column, here), all: words(column, all), apart }
        });
        (cluster, all.collect())
    };
    sums.telling().iter().map(traits).collect()
}

/// Sums over rows, for means and variances; values are counted from those of the first row, so that large ones lose nothing.
#[derive(Default)]
struct Sums {
    first: Vec<f64>,
    n: f64,
    all: Vec<f64>,
    squares: Vec<f64>,
    clusters: BTreeMap<i32, (f64, Vec<f64>)>,
}

impl Sums {
    fn add(&mut self, x: &Array2<f32>, labels: &[i32]) {
        let columns = x.ncols();
        if self.first.is_empty() {
            self.first = x.row(0).iter().map(|&v| f64::from(v)).collect();
            (self.all, self.squares) = (vec![0.0; columns], vec![0.0; columns]);
        }
        for (row, label) in x.rows().into_iter().zip(labels) {
            self.n += 1.0;
            let (count, own) = self.clusters.entry(*label).or_insert_with(|| (0.0, vec![0.0; columns]));
            *count += 1.0;
            for (column, &value) in row.iter().enumerate() {
                let value = f64::from(value) - self.first[column];
                self.all[column] += value;
                self.squares[column] += value * value;
                own[column] += value;
            }
        }
    }

    fn mean(&self, column: usize) -> f64 {
        self.first[column] + self.all[column] / self.n
    }

    fn mean_of(&self, cluster: i32, column: usize) -> f64 {
        let (count, own) = &self.clusters[&cluster];
        self.first[column] + own[column] / count
    }

    /// The columns of each cluster, the farthest first, and how far they are.
    fn telling(&self) -> BTreeMap<i32, Vec<(usize, f64)>> {
        let deviation = |column: usize| {
            let mean = self.all[column] / self.n;
            (self.squares[column] / self.n - mean * mean).max(0.0).sqrt()
        };
        let deviations: Vec<f64> = (0..self.all.len()).map(deviation).collect();
        let of = |&cluster: &i32| {
            let apart =
                |column: usize| (self.mean_of(cluster, column) - self.mean(column)) / deviations[column];
            let all = (0..self.all.len()).map(|column| (column, apart(column)));
            let mut all: Vec<(usize, f64)> =
                all.filter(|(_, apart)| apart.is_finite() && apart.abs() >= APART).collect();
            all.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
            all.truncate(SHOWN);
            (cluster, all)
        };
        self.clusters.keys().filter(|cluster| **cluster >= 0).map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn columns_that_set_a_cluster_apart_come_first() {
        // Of column 1 mean 1e6 + 2 and deviation 2; of column 2 mean 5 and deviation 1.
        let x = array![[7.0f32, 1e6, 4.0], [7.0, 1e6, 6.0], [7.0, 1e6 + 4.0, 6.0], [7.0, 1e6 + 4.0, 4.0]];
        let mut sums = Sums::default();
        sums.add(&x, &[0, 0, 1, -1]);
        let found = sums.telling();
        assert_eq!(found[&0], [(1, -1.0)]);
        assert_eq!(found[&1], [(1, 1.0), (2, 1.0)]);
        assert_eq!(found.len(), 2);
        assert_eq!((sums.mean(1), sums.mean_of(1, 1)), (1e6 + 2.0, 1e6 + 4.0));
        let mut parts = Sums::default();
        parts.add(&x.slice(ndarray::s![..3, ..]).to_owned(), &[0, 0, 1, -1]);
        parts.add(&x.slice(ndarray::s![3.., ..]).to_owned(), &[-1]);
        assert_eq!(parts.telling(), found);
    }
}
