//! What to look at before data are used, in sentences.

use super::facts::{grouped, some};
use super::{Facts, Far};

/// Far values that have a sentence of their own.
const SHOWN: usize = 4;

impl Facts {
    /// What to look at before these data are used, a sentence each: columns that are probably no features, and values that are probably no
    /// numbers.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        for column in &self.counting {
            warnings.push(format!(
                "Column {} counts the rows. It is probably an index; leave it out with `drop`.",
                called(column)
            ));
        }
        let (shown, others) = self.far.split_at(self.far.len().min(SHOWN));
        for Far { column, value, count, others: (low, high) } in shown {
            let are = if *count == 1 { "value is" } else { "values are" };
            warnings.push(format!(
                "Column {}: {} {are} {value}, far from the others, {low} to {high}. If it stands for a missing number, make it one (an empty \
                 field, or NaN) and use `impute`.",
                called(column),
                grouped(*count)
            ));
        }
        let is_shown = |column: &String| shown.iter().any(|far| far.column == *column);
        let mut names: Vec<String> = others.iter().map(|far| far.column.clone()).collect();
        names.retain(|column| !is_shown(column));
        names.dedup();
        if !names.is_empty() {
            warnings.push(format!("Such values are in {} too.", some(&names)));
        }
        if !self.thousands.is_empty() {
            warnings.push(format!(
                "Whole numbers below 1,000 stand beside numbers with three decimals: {}. If points stand between thousands there, use `decimal` = comma.",
                some(&self.thousands)
            ));
        }
        let mut names = self.names.clone();
        names.sort_unstable();
        let mut twice: Vec<String> = names
            .windows(2)
            .filter(|pair| pair[0] == pair[1])
            .map(|pair| called(&pair[0]).to_owned())
            .collect();
        twice.dedup();
        if !twice.is_empty() {
            warnings.push(format!("Several columns have one name: {}.", some(&twice)));
        }
        warnings
    }
}

/// A name, or words where it is empty.
fn called(column: &str) -> &str {
    if column.is_empty() { "without a name" } else { column }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_needs_a_look_is_said() {
        let far =
            |column: &str, value, count| Far { column: column.into(), value, count, others: (0.0, 97.5) };
        let facts = Facts {
            counting: vec!["id".into(), String::new()],
            far: vec![
                far("age", -999.0, 1400),
                far("a", 99.0, 1),
                far("b", 99.0, 1),
                far("c", 99.0, 1),
                far("c", -99.0, 1),
                far("d", 99.0, 1),
            ],
            thousands: vec!["price".into()],
            names: ["age", "a", "b", "a"].map(str::to_owned).to_vec(),
            ..Facts::default()
        };
        let warnings = facts.warnings();
        assert_eq!(
            warnings[0],
            "Column id counts the rows. It is probably an index; leave it out with `drop`."
        );
        assert!(warnings[1].starts_with("Column without a name counts the rows."));
        let expected = "Column age: 1,400 values are -999, far from the others, 0 to 97.5. If it stands for a missing number, make it one (an \
                        empty field, or NaN) and use `impute`.";
        assert_eq!(warnings[2], expected);
        assert!(warnings[3].starts_with("Column a: 1 value is 99,"));
        assert_eq!(warnings[6], "Such values are in d too.");
        assert!(warnings[7].contains("three decimals: price."));
        assert_eq!(warnings[8], "Several columns have one name: a.");
        assert_eq!((warnings.len(), Facts::default().warnings().len()), (9, 0));
    }
}
