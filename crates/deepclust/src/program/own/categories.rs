//! Clusters that say no more than a column of text does.

use super::input::Input;
use std::collections::BTreeMap;

/// The columns of text that became columns of 0 and 1, and for every row their values together.
pub struct Categories {
    names: Vec<String>,
    values: Vec<usize>,
}

/// Share of the rows from which on clusters count as following the values.
const FOLLOWS: f64 = 0.95;
/// Rows a combination of values has on average at least; below, it says nothing.
const FEWEST: usize = 5;

impl Categories {
    /// None where no column of text became columns of 0 and 1.
    pub fn of(input: &Input) -> Option<Self> {
        let of = |name: &String| input.options.one_hot.iter().position(|column| starts(name, column));
        let columns: Vec<usize> =
            (0..input.columns.len()).filter(|&at| of(&input.columns[at]).is_some()).collect();
        if columns.is_empty() || input.x.ncols() != input.columns.len() {
            return None;
        }
        let mut known: BTreeMap<Vec<bool>, usize> = BTreeMap::new();
        let values = input
            .x
            .outer_iter()
            .map(|row| {
                let next = known.len();
                *known.entry(columns.iter().map(|&at| row[at] > 0.0).collect()).or_insert(next)
            })
            .collect();
        Some(Self { names: input.options.one_hot.clone(), values })
    }

    /// A sentence where the values alone tell a row's cluster.
    pub fn warning(&self, labels: &[i32]) -> Option<String> {
        let mut together: BTreeMap<(usize, i32), usize> = BTreeMap::new();
        let mut sizes: BTreeMap<i32, usize> = BTreeMap::new();
        for (&value, &label) in self.values.iter().zip(labels) {
            *together.entry((value, label)).or_default() += 1;
            *sizes.entry(label).or_default() += 1;
        }
        let mut most: BTreeMap<usize, usize> = BTreeMap::new();
        for (&(value, _), &count) in &together {
            let most = most.entry(value).or_default();
            *most = count.max(*most);
        }
        let n = labels.len();
        let told = most.values().sum::<usize>() as f64 / n as f64;
        let guessed = sizes.values().max().map_or(0.0, |&largest| largest as f64 / n as f64);
        // Of one large cluster, or of values that are nearly all different, it says nothing.
        (told >= FOLLOWS && guessed < 0.9 && FEWEST * most.len() <= n).then(|| {
            let names = self.names.join(", ");
            format!(
                "{names} alone tell the cluster of {:.0} % of the rows: columns of 0 and 1 weigh much. Compare with --drop {}.",
                100.0 * told,
                self.names.join(",")
            )
        })
    }
}

fn starts(name: &str, column: &str) -> bool {
    name.strip_prefix(column).is_some_and(|rest| rest.starts_with('='))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: Vec<usize>, labels: &[i32]) -> Option<String> {
        Categories { names: vec!["country".to_owned(), "kind".to_owned()], values }.warning(labels)
    }

    #[test]
    fn clusters_that_are_the_values_are_told() {
        let values: Vec<usize> = (0..90).map(|i| i % 3).collect();
        let said = of(values.clone(), &[2, 0, 1].repeat(30)).unwrap();
        assert!(said.starts_with("country, kind alone tell the cluster of 100 %"), "{said}");
        assert!(said.ends_with("--drop country,kind."), "{said}");
        // Others, one large one, and values of few rows each.
        assert_eq!(of(values.clone(), &[0, 0, 0, 1, 1, 1].repeat(15)), None);
        assert_eq!(of(values, &[vec![0; 85], vec![1; 5]].concat()), None);
        assert_eq!(of((0..90).map(|i| i / 3).collect(), &[0, 0, 0, 1, 1, 1].repeat(15)), None);
    }
}
