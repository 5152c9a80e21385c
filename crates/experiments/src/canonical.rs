use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;

/// JSON text with sorted keys and no white space: equal values give equal text.
pub fn canonical_json(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let sorted: BTreeMap<&String, &Value> = map.iter().collect();
            let entries = sorted
                .iter()
                .map(|(key, value)| format!("{}:{}", Value::from(key.as_str()), canonical_json(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
        }
        Value::Array(values) => {
            format!("[{}]", values.iter().map(canonical_json).collect::<Vec<_>>().join(","))
        }
        scalar => scalar.to_string(),
    }
}

/// SHA-256 of a value's canonical JSON, in hexadecimal.
///
/// # Errors
/// When the value cannot be expressed as JSON.
pub fn digest_json(value: &impl Serialize) -> Result<String, serde_json::Error> {
    Ok(hex(canonical_json(&serde_json::to_value(value)?).as_bytes()))
}

/// SHA-256 in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}"); // a String always takes it
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn order_of_keys_does_not_matter() {
        let a: Value = serde_json::from_str(r#"{"b": [1, 2.5, null], "a": {"y": "\"", "x": true}}"#).unwrap();
        let b = json!({"a": {"x": true, "y": "\""}, "b": [1, 2.5, null]});
        assert_eq!(canonical_json(&a), r#"{"a":{"x":true,"y":"\""},"b":[1,2.5,null]}"#);
        assert_eq!(digest_json(&a).unwrap(), digest_json(&b).unwrap());
        assert_ne!(digest_json(&a).unwrap(), digest_json(&json!({})).unwrap());
    }

    #[test]
    fn hexadecimal_of_the_empty_string() {
        assert_eq!(hex(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }
}
