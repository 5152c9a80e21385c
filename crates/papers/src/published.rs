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

    /// A number in the row of a table whose `method` or `layer` has that name.
    ///
    /// # Errors
    /// [`Error::Published`] when there is no such number.
    pub fn number(&self, table: &str, row: &str, column: &str) -> Result<f64> {
        let rows = &self.tables["tables"][table];
        let rows = if rows.is_array() { rows } else { &rows["rows"] };
        rows.as_array()
            .into_iter()
            .flatten()
            .find(|entry| entry["method"] == row || entry["layer"] == row)
            .and_then(|entry| entry[column].as_f64())
            .ok_or_else(|| Error::Published {
                paper: self.paper.to_owned(),
                entry: format!("{table} / {row} / {column}"),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_numbers_and_names_what_is_missing() {
        let text =
            r#"{"tables": {"text": {"rows": [{"method": "a", "sil": 0.5}]}, "I": [{"layer": "b", "n": 3}]}}"#;
        let published = Published::parse("p", text).unwrap();
        assert_eq!(published.number("text", "a", "sil").unwrap(), 0.5);
        assert_eq!(published.number("I", "b", "n").unwrap(), 3.0);
        let error = published.number("text", "a", "acc").unwrap_err().to_string();
        assert_eq!(error, "published tables of p: expected an entry text / a / acc, found none");
    }
}
