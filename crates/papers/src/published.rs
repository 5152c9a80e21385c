use crate::{Error, Result};
use serde_json::Value;

/// A paper's printed tables.
#[derive(Debug)]
pub struct Published {
    paper: &'static str,
    tables: Value,
}

impl Published {
    /// The tables from the JSON text that is kept beside this crate's sources.
    ///
    /// # Errors
    /// When the text is no JSON.
    pub fn parse(paper: &'static str, text: &str) -> Result<Self> {
        Ok(Self { paper, tables: serde_json::from_str(text)? })
    }

    /// A number in the row of a table whose `method` or `layer` has that name. Parts of a column, such as its mean and
    /// best value, are named after a slash: `acc/mean`; so are parts of a table: `2/mnist`.
    ///
    /// # Errors
    /// [`Error::Published`] when there is no such number.
    pub fn number(&self, table: &str, row: &str, column: &str) -> Result<f64> {
        self.printed(table, row, column).ok_or_else(|| Error::Published {
            paper: self.paper.to_owned(),
            entry: format!("{table} / {row} / {column}"),
        })
    }

    /// As [`number`](Self::number), and none where nothing is printed.
    pub fn printed(&self, table: &str, row: &str, column: &str) -> Option<f64> {
        let rows = self.tables.pointer(&format!("/tables/{table}"))?;
        let rows = if rows.is_array() { rows } else { &rows["rows"] };
        let mut entries = rows.as_array().into_iter().flatten();
        let entry = entries.find(|entry| entry["method"] == row || entry["layer"] == row)?;
        entry.pointer(&format!("/{column}"))?.as_f64()
    }

    /// A number that stands outside the tables, by its path: `/text/mnist/acc`.
    pub fn elsewhere(&self, path: &str) -> Option<f64> {
        self.tables.pointer(path)?.as_f64()
    }

    /// Words that stand outside the tables, by their path: `/notes/0`.
    pub fn elsewhere_text(&self, path: &str) -> Option<&str> {
        self.tables.pointer(path)?.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_numbers_and_names_what_is_missing() {
        let text = r#"{"tables": {"text": {"rows": [{"method": "a", "sil": 0.5, "acc": {"best": 0.7}}]}, "I": [{"layer": "b", "n": 3}]}}"#;
        let published = Published::parse("p", text).unwrap();
        assert_eq!(published.number("text", "a", "sil").unwrap(), 0.5);
        assert_eq!(published.number("I", "b", "n").unwrap(), 3.0);
        assert_eq!(published.printed("text", "a", "acc/best"), Some(0.7));
        assert_eq!(published.printed("text", "a", "acc/mean"), None);
        assert_eq!(published.printed("text/rows", "a", "acc/best"), Some(0.7));
        assert_eq!(published.elsewhere("/tables/I/0/n"), Some(3.0));
        assert_eq!(published.elsewhere_text("/tables/I/0/layer"), Some("b"));
        let error = published.number("text", "a", "acc").unwrap_err().to_string();
        assert_eq!(error, "published tables of p: expected an entry text / a / acc, found none");
    }
}
