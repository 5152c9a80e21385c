use crate::{Result, RunRecord};
use serde_json::Value;
use std::collections::BTreeSet;

/// A number or digest that a second run gave differently.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// What differs.
    pub what: String,
    /// The recorded value.
    pub recorded: String,
    /// The value now.
    pub now: String,
}

/// Everything in which two records of one run differ, times, threads, machine, arithmetic and revision aside. A series or a fact that
/// the code did not keep yet when the run was recorded is no difference: all that is recorded is compared.
///
/// # Errors
/// When a record cannot be expressed as JSON.
pub fn compare(recorded: &RunRecord, now: &RunRecord) -> Result<Vec<Difference>> {
    let mut now = now.clone();
    now.history.retain(|series| recorded.history.iter().any(|kept| kept.name == series.name));
    now.facts.retain(|name, _| recorded.facts.contains_key(name));
    let found = differences(&serde_json::to_value(recorded)?, &serde_json::to_value(now)?);
    let may_differ = ["wall_s", "stages_s", "threads", "machine", "revision", "arithmetic"];
    let matters = |d: &Difference| !may_differ.contains(&d.what.split('.').next().unwrap_or_default());
    Ok(found.into_iter().filter(matters).collect())
}

/// The keys of two JSON values, joined by points, under which they differ. Arrays are compared as a whole.
fn differences(a: &Value, b: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    collect("", a, b, &mut found);
    found
}

fn collect(path: &str, a: &Value, b: &Value, found: &mut Vec<Difference>) {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            let keys: BTreeSet<_> = a.keys().chain(b.keys()).collect();
            for key in keys {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                collect(&path, a.get(key).unwrap_or(&Value::Null), b.get(key).unwrap_or(&Value::Null), found);
            }
        }
        _ if a != b => {
            found.push(Difference { what: path.to_owned(), recorded: a.to_string(), now: b.to_string() });
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::tests::record;

    #[test]
    fn times_do_not_matter_and_metrics_do() {
        let recorded = record(1, 0.06);
        let later = RunRecord { wall_s: 99.0, revision: "other".into(), ..recorded.clone() };
        assert_eq!(compare(&recorded, &later).unwrap(), []);
        let found = compare(&recorded, &record(1, 0.07)).unwrap();
        assert_eq!(found.len(), 1);
        let shorter = RunRecord { history: Vec::new(), ..recorded.clone() };
        assert_eq!(compare(&recorded, &shorter).unwrap()[0].what, "history");
        assert_eq!(compare(&shorter, &recorded).unwrap(), []);
        assert_eq!((found[0].what.as_str(), found[0].now.as_str()), ("metrics.sil", "0.07"));
    }
}
