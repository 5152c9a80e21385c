//! Clusters that say no more than one column of few values does.

use super::input::{Input, numbers};
use ndarray::{ArrayView1, s};
use std::collections::BTreeMap;

/// The columns of text that became columns of 0 and 1, and for every row the number of its value.
pub struct Categories {
    columns: Vec<(String, Vec<usize>)>,
    /// The same of columns of numbers with few values.
    steps: Vec<(String, Vec<usize>)>,
}

/// Different values that a column of numbers has at most to be one of steps, and columns that are looked at.
const STEPS: usize = 30;
const COLUMNS: usize = 50;
/// Share of the rows from which on clusters count as following the values, or the values as following the clusters.
const FOLLOWS: f64 = 0.95;
/// Share of the most frequent cluster or value, from which on it says nothing that others follow it.
const ONE: f64 = 0.9;
/// Rows a value or cluster has on average at least; below, it says nothing.
const FEWEST: usize = 5;

impl Categories {
    /// None where columns have no names.
    pub fn of(input: &Input) -> Option<Self> {
        let named = !input.columns.is_empty() && input.x.ncols() == input.columns.len();
        if !named || input.image.is_some() {
            return None;
        }
        let mut start = numbers(&input.columns, &input.hot);
        let mut steps = Vec::new();
        if start <= COLUMNS {
            let of = |at: usize| Some((input.columns[at].clone(), few_values(input.x.column(at))?));
            steps = (0..start).filter_map(of).collect();
        }
        let mut columns = Vec::new();
        for (name, values) in &input.hot {
            let own = input.x.slice(s![.., start..start + values]);
            // A row without a value has the number after the last.
            let value = |row: ArrayView1<'_, f32>| row.iter().position(|&v| v > 0.0).unwrap_or(*values);
            columns.push((name.clone(), own.outer_iter().map(value).collect()));
            start += values;
        }
        Some(Self { columns, steps })
    }

    /// A sentence where the values alone tell a row's cluster, or where clusters have hardly more than one value each.
    pub fn warning(&self, labels: &[i32]) -> Option<String> {
        let weigh = |names: &[&str]| {
            let names = names.join(",");
            format!(
                "columns of 0 and 1 weigh much. Compare with --drop {names} in place of --one-hot {names}."
            )
        };
        let all = |row: usize| -> Vec<usize> { self.columns.iter().map(|(_, values)| values[row]).collect() };
        let rows = if self.columns.is_empty() { 0 } else { labels.len() };
        let together: Vec<Vec<usize>> = (0..rows).map(all).collect();
        if let Some(told) = told(&together, &labels[..rows]) {
            let names: Vec<&str> = self.columns.iter().map(|(name, _)| name.as_str()).collect();
            let (list, weigh) = (names.join(", "), weigh(&names));
            return Some(format!(
                "{list} alone tell the cluster of {:.0} % of the rows: {weigh}",
                100.0 * told
            ));
        }
        let is_split = |(_, values): &&(String, Vec<usize>)| told(labels, values).is_some();
        let names: Vec<&str> = self.columns.iter().filter(is_split).map(|(name, _)| name.as_str()).collect();
        let steps: Vec<&str> = self.steps.iter().filter(is_split).map(|(name, _)| name.as_str()).collect();
        if names.is_empty() && !steps.is_empty() {
            return Some(format!(
                "Nearly every cluster has one value of {}, which has few: clusters may be its steps. Compare with --drop {}.",
                steps.join(", "),
                steps.join(",")
            ));
        }
        (!names.is_empty()).then(|| {
            format!("Nearly every cluster has one value of {} alone: {}", names.join(", "), weigh(&names))
        })
    }
}

/// The number of each row's value, where there are few different ones.
fn few_values(column: ArrayView1<'_, f32>) -> Option<Vec<usize>> {
    let mut known: Vec<f32> = Vec::new();
    for &value in column {
        if let Err(at) = known.binary_search_by(|other| other.total_cmp(&value)) {
            known.insert(at, value);
            if known.len() > STEPS {
                return None;
            }
        }
    }
    let number = |value: &f32| known.binary_search_by(|other| other.total_cmp(value)).unwrap_or(0);
    Some(column.iter().map(number).collect())
}

/// The share of rows whose answer is the most frequent one among the rows of their question; none where that is little, where the questions have
/// few rows each, or where nearly all rows have one answer.
fn told<Q: Ord, A: Ord + Copy>(questions: &[Q], answers: &[A]) -> Option<f64> {
    let mut counts: BTreeMap<&Q, BTreeMap<A, usize>> = BTreeMap::new();
    let mut sizes: BTreeMap<A, usize> = BTreeMap::new();
    for (question, &answer) in questions.iter().zip(answers) {
        *counts.entry(question).or_default().entry(answer).or_default() += 1;
        *sizes.entry(answer).or_default() += 1;
    }
    let n = answers.len() as f64;
    let most = |counts: &BTreeMap<A, usize>| counts.values().copied().max().unwrap_or(0);
    let share = counts.values().map(most).sum::<usize>() as f64 / n;
    (share >= FOLLOWS && (most(&sizes) as f64) < ONE * n && FEWEST * counts.len() <= answers.len())
        .then_some(share)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(columns: &[(&str, Vec<usize>)], labels: &[i32]) -> Option<String> {
        let named = columns.iter().map(|(name, values)| ((*name).to_owned(), values.clone()));
        Categories { columns: named.collect(), steps: Vec::new() }.warning(labels)
    }

    #[test]
    fn clusters_that_are_the_values_are_told() {
        let values: Vec<usize> = (0..90).map(|i| i % 3).collect();
        let both = [("country", values.clone()), ("kind", vec![0; 90])];
        let said = of(&both, &[2, 0, 1].repeat(30)).unwrap();
        assert!(said.starts_with("country, kind alone tell the cluster of 100 %"), "{said}");
        assert!(said.ends_with("--drop country,kind in place of --one-hot country,kind."), "{said}");
        // Others, one large one, and values of few rows each.
        let of = |values: Vec<usize>, labels: &[i32]| of(&[("country", values)], labels);
        assert_eq!(of(values.clone(), &[0, 0, 0, 1, 1, 1].repeat(15)), None);
        assert_eq!(of(values, &[vec![0; 85], vec![1; 5]].concat()), None);
        assert_eq!(of((0..90).map(|i| i / 3).collect(), &[0, 0, 0, 1, 1, 1].repeat(15)), None);
    }

    #[test]
    fn clusters_that_values_part_are_told() {
        // Of each of two groups the rows of either colour are a cluster of their own.
        let labels: Vec<i32> = (0..80).map(|i| i % 4).collect();
        let colours = labels.iter().map(|label| (label % 2) as usize).collect();
        let shapes = (0..80).map(|i| (i / 4) % 2).collect();
        let said = of(&[("shape", shapes), ("colour", colours)], &labels).unwrap();
        assert!(said.starts_with("Nearly every cluster has one value of colour alone"), "{said}");
        assert!(said.ends_with("--drop colour in place of --one-hot colour."), "{said}");
    }

    #[test]
    fn clusters_that_are_steps_are_told() {
        let visits: Vec<f32> = (0..80).map(|i| (i % 4) as f32).collect();
        let steps = few_values(ArrayView1::from(&visits)).unwrap();
        assert_eq!(steps[..5], [0, 1, 2, 3, 0]);
        let with = |labels: &[i32]| {
            Categories { columns: Vec::new(), steps: vec![("visits".to_owned(), steps.clone())] }
                .warning(labels)
        };
        let said = with(&(0..80).map(|i| i % 8).collect::<Vec<_>>()).unwrap();
        assert!(
            said.contains("one value of visits, which has few") && said.ends_with("--drop visits."),
            "{said}"
        );
        assert_eq!(with(&(0..80).map(|i| i / 40).collect::<Vec<_>>()), None);
        assert_eq!(few_values((0..80).map(|i| i as f32).collect::<ndarray::Array1<_>>().view()), None);
    }
}
