//! Settings by path: `graph.neighbours=30`.

use super::{Error, Result};
use serde_json::{Map, Value};

/// Splits `path=value`. The value is JSON where it can be read as that, such as `30`, `null` or `[64,10]`, and text otherwise.
///
/// # Errors
/// [`Error::Option`] for a text without `=` or with nothing before it.
pub fn parse_setting(text: &str) -> Result<(String, Value)> {
    match text.split_once('=') {
        Some((path, value)) if !path.trim().is_empty() => {
            let value = value.trim();
            let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
            Ok((path.trim().to_owned(), value))
        }
        _ => Err(Error::option("set", "key=value, such as graph.neighbours=30", format!("`{text}`"))),
    }
}

/// Puts a value where a path leads, making objects on the way.
///
/// # Errors
/// [`Error::Option`] where the path goes through something that has no fields.
pub(super) fn put(settings: &mut Value, path: &str, value: Value) -> Result<()> {
    let mut place = settings;
    for name in path.split('.') {
        if place.is_null() {
            *place = Value::Object(Map::new());
        }
        let Value::Object(fields) = place else {
            let expected = format!("a setting with fields before `{name}`");
            return Err(Error::option("set", expected, format!("`{path}`")));
        };
        place = fields.entry(name).or_insert(Value::Null);
    }
    *place = value;
    Ok(())
}

/// The value at a path.
pub(super) fn at<'a>(settings: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(settings, |place, name| place.get(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_json_or_text() {
        let parsed = |text| parse_setting(text).unwrap();
        assert_eq!(parsed("graph.neighbours=30"), ("graph.neighbours".to_owned(), json!(30)));
        assert_eq!(parsed("pretraining.widths=[64, 10]").1, json!([64, 10]));
        assert_eq!(parsed("scaling = unit"), ("scaling".to_owned(), json!("unit")));
        assert_eq!(parsed("note=a=b").1, json!("a=b"));
        assert_eq!(
            parse_setting("neighbours").unwrap_err().to_string(),
            "set: expected key=value, such as graph.neighbours=30, found `neighbours`"
        );
    }

    #[test]
    fn paths_lead_into_objects() {
        let mut settings = json!({"graph": {"neighbours": 15}, "scaling": "auto"});
        put(&mut settings, "graph.neighbours", json!(30)).unwrap();
        put(&mut settings, "umap.n_epochs", json!(5)).unwrap();
        assert_eq!(
            settings,
            json!({"graph": {"neighbours": 30}, "scaling": "auto", "umap": {"n_epochs": 5}})
        );
        assert_eq!(at(&settings, "umap.n_epochs"), Some(&json!(5)));
        assert_eq!(at(&settings, "umap.start"), None);
        assert!(put(&mut settings, "scaling.by", json!(1)).unwrap_err().to_string().contains("`scaling.by`"));
    }
}
