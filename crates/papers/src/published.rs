use serde_json::Value;

/// A paper's printed tables.
#[derive(Clone, Debug)]
pub struct Published(Value);

impl Published {
    /// The tables from JSON text that is kept beside the sources. Text that is no JSON has no numbers.
    pub fn embedded(text: &str) -> Self {
        Self(serde_json::from_str(text).unwrap_or_default())
    }

    /// A number in the row of a table whose `method` or `layer` has that name. Parts of a column, such as its mean and
    /// best value, are named after a slash: `acc/mean`; so are parts of a table: `2/mnist`.
    pub fn printed(&self, table: &str, row: &str, column: &str) -> Option<f64> {
        let rows = self.0.pointer(&format!("/tables/{table}"))?;
        let rows = if rows.is_array() { rows } else { &rows["rows"] };
        let mut entries = rows.as_array().into_iter().flatten();
        let entry = entries.find(|entry| entry["method"] == row || entry["layer"] == row)?;
        entry.pointer(&format!("/{column}"))?.as_f64()
    }

    /// A number that stands outside the tables, by its path: `/text/mnist/acc`.
    pub fn elsewhere(&self, path: &str) -> Option<f64> {
        self.0.pointer(path)?.as_f64()
    }

    /// Words that stand somewhere, by their path.
    pub fn words(&self, path: &str) -> Option<&str> {
        self.0.pointer(path)?.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PAPERS;
    use deepclust_experiments::Scale;

    #[test]
    fn finds_numbers() {
        let text = r#"{"tables": {"text": {"rows": [{"method": "a", "sil": 0.5, "acc": {"best": 0.7}}]}, "I": [{"layer": "b", "n": 3}]}}"#;
        let published = Published::embedded(text);
        assert_eq!(published.printed("text", "a", "sil"), Some(0.5));
        assert_eq!(published.printed("I", "b", "n"), Some(3.0));
        assert_eq!(published.printed("text", "a", "acc/best"), Some(0.7));
        assert_eq!(published.printed("text", "a", "acc/mean"), None);
        assert_eq!(published.printed("text/rows", "a", "acc/best"), Some(0.7));
        assert_eq!(published.elsewhere("/tables/I/0/n"), Some(3.0));
    }

    #[test]
    fn every_row_that_names_a_published_one_finds_its_number() {
        for paper in PAPERS {
            let headline = paper.metrics[0].name;
            for row in (paper.rows)(Scale::Full).unwrap() {
                let Some(name) = row.published else { continue };
                let found = |dataset: &str| (paper.printed)(dataset, name, headline).is_some();
                let quoted = paper.datasets.iter().any(|dataset| found(dataset));
                // A row may go beyond the paper's data sets, or be made on others alone.
                let own = |dataset: &str| (paper.printed)(dataset, paper.own, headline).is_some();
                let (mut of_paper, mut measured) = (false, false);
                for planned in &row.runs {
                    of_paper |= own(&planned.dataset);
                    measured |= found(&planned.dataset);
                }
                assert!(if of_paper { measured } else { quoted }, "{}: {name}", paper.slug);
            }
        }
    }
}
