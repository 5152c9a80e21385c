use super::RunRecord;

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

/// Everything in which two records of one run differ, times, machine and revision aside. The digest of the assignment
/// comes first.
pub fn compare(recorded: &RunRecord, now: &RunRecord) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut check = |what: &str, a: String, b: String| {
        if a != b {
            found.push(Difference { what: what.to_owned(), recorded: a, now: b });
        }
    };
    check("assignment digest", recorded.assignment_digest.clone(), now.assignment_digest.clone());
    check("data digest", recorded.data.digest.clone(), now.data.digest.clone());
    check("figure data digest", text(&recorded.figure_data_digest), text(&now.figure_data_digest));
    for (name, value) in recorded.metrics.iter() {
        check(
            &format!("metric {name}"),
            value.to_string(),
            now.metrics.get(name).map_or("none".into(), |v| v.to_string()),
        );
    }
    for (name, value) in &recorded.facts {
        check(name, value.to_string(), now.facts.get(name).map_or("none".into(), f64::to_string));
    }
    for (a, b) in recorded.history.iter().zip(&now.history) {
        check(&a.name, format!("{:?}", a.values), format!("{:?}", b.values));
    }
    found
}

fn text(digest: &Option<String>) -> String {
    digest.clone().unwrap_or_else(|| "none".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::record::tests::record;

    #[test]
    fn times_do_not_matter_and_metrics_do() {
        let recorded = record(1, 0.06);
        let later = RunRecord { wall_s: 99.0, revision: "other".into(), ..recorded.clone() };
        assert_eq!(compare(&recorded, &later), []);
        let found = compare(&recorded, &record(1, 0.07));
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].what.as_str(), found[0].now.as_str()), ("metric sil", "0.07"));
    }
}
