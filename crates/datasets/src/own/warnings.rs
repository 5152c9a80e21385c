//! What to look at before data are used, in sentences.

use super::facts::{count as counted, some};
use super::{Facts, Far};

/// Columns with far values that have a sentence of their own.
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
        for column in &self.numbering {
            warnings.push(format!(
                "Column {} has a different whole number in every row. If these name the rows, leave it out with `drop`.",
                called(column)
            ));
        }
        let columns: Vec<&[Far]> = self.far.chunk_by(|a, b| a.column == b.column).collect();
        let (shown, others) = columns.split_at(columns.len().min(SHOWN));
        for values in shown {
            let Far { column, others: (low, high), .. } = &values[0];
            let values: Vec<String> = values
                .iter()
                .map(|far| format!("{} in {}", far.value, counted(far.count, "row", "rows")))
                .collect();
            warnings.push(format!(
                "Column {}: {}, far from the others, {low} to {high}. What stands for a missing number should be one (an empty field, or NaN), for \
                 `impute`.",
                called(column),
                values.join(", ")
            ));
        }
        let names: Vec<String> = others.iter().map(|values| values[0].column.clone()).collect();
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
            numbering: vec!["customer".into()],
            far: vec![
                far("age", -999.0, 1400),
                far("age", -998.0, 1),
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
        assert!(warnings[2].starts_with("Column customer has a different whole number in every row."));
        let expected = "Column age: -999 in 1,400 rows, -998 in 1 row, far from the others, 0 to 97.5. What stands for a missing number should be one \
                        (an empty field, or NaN), for `impute`.";
        assert_eq!(warnings[3], expected);
        assert!(warnings[4].starts_with("Column a: 99 in 1 row,"));
        assert!(warnings[6].starts_with("Column c: 99 in 1 row, -99 in 1 row,"));
        assert_eq!(warnings[7], "Such values are in d too.");
        assert!(warnings[8].contains("three decimals: price."));
        assert_eq!(warnings[9], "Several columns have one name: a.");
        assert_eq!((warnings.len(), Facts::default().warnings().len()), (10, 0));
    }
}
