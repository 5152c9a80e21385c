//! Do the numbers of a report fit together?

use super::{ClusteringReport, Item};
use crate::{Error, Result};

fn expect(holds: bool, field: &str, expected: impl Into<String>, found: impl ToString) -> Result<()> {
    if holds {
        return Ok(());
    }
    Err(Error::Report { field: field.to_owned(), expected: expected.into(), found: found.to_string() })
}

fn length(field: &str, expected: usize, found: usize) -> Result<()> {
    expect(expected == found, field, expected.to_string(), found)
}

fn numbers(
    field: &str,
    values: impl IntoIterator<Item = f64>,
    range: std::ops::RangeInclusive<f64>,
) -> Result<()> {
    let bad = values.into_iter().enumerate().find(|(_, value)| !value.is_finite() || !range.contains(value));
    let Some((place, value)) = bad else { return Ok(()) };
    let limits = if range.start().is_finite() {
        format!("numbers from {} to {}", range.start(), range.end())
    } else {
        "finite numbers".to_owned()
    };
    expect(false, field, limits, format!("{value} at {place}"))
}

const ANY: std::ops::RangeInclusive<f64> = f64::NEG_INFINITY..=f64::INFINITY;

/// # Errors
/// [`Error::Report`] for the first thing that does not fit.
pub(super) fn check(report: &ClusteringReport) -> Result<()> {
    if let Some(map) = &report.map {
        length("map.y", map.x.len(), map.y.len())?;
        length("map.clusters", map.x.len(), map.clusters.len())?;
        numbers("map.x", map.x.iter().map(|x| f64::from(*x)), ANY)?;
        numbers("map.y", map.y.iter().map(|y| f64::from(*y)), ANY)?;
        if !map.confidence.is_empty() {
            length("map.confidence", map.x.len(), map.confidence.len())?;
            numbers("map.confidence", map.confidence.iter().map(|c| f64::from(*c)), 0.0..=1.0)?;
        }
        items("map.items", &map.items, report.columns.len())?;
        let last = map.items.iter().map(|item| item.row).max();
        expect(
            last < Some(map.x.len()),
            "map.items",
            format!("rows below {}", map.x.len()),
            last.unwrap_or(0),
        )?;
    }
    let mut ids: Vec<i32> = report.clusters.iter().map(|cluster| cluster.id).collect();
    ids.sort_unstable();
    for pair in ids.windows(2) {
        expect(pair[0] < pair[1], "clusters.id", "each once", format!("{} twice", pair[0]))?;
    }
    for cluster in &report.clusters {
        numbers("clusters.silhouette", cluster.silhouette, -1.0..=1.0)?;
        numbers("clusters.confidence", cluster.confidence, 0.0..=1.0)?;
        numbers("clusters.traits", cluster.traits.iter().map(|one| one.apart), ANY)?;
        items("clusters.nearest", &cluster.nearest, report.columns.len())?;
        items("clusters.farthest", &cluster.farthest, report.columns.len())?;
    }
    if let Some(silhouettes) = &report.silhouettes {
        numbers("silhouettes.values", silhouettes.values.iter().map(|(_, value)| *value), -1.0..=1.0)?;
    }
    if let Some(agreement) = &report.agreement {
        let n = agreement.runs.len();
        length("agreement.ari", n, agreement.ari.len())?;
        for row in &agreement.ari {
            length("agreement.ari", n, row.len())?;
            numbers("agreement.ari", row.iter().copied(), -1.0..=1.0)?;
        }
        expect(
            agreement.shown.is_none_or(|shown| shown < n),
            "agreement.shown",
            format!("below {n}"),
            agreement.shown.unwrap_or(0),
        )?;
    }
    if let Some(choice) = &report.choice_of_k {
        for criterion in &choice.criteria {
            length("choice_of_k.values", choice.ks.len(), criterion.values.len())?;
            numbers("choice_of_k.values", criterion.values.iter().copied().flatten(), ANY)?;
        }
    }
    for line in report.losses.iter().flat_map(|chart| &chart.lines) {
        length("losses.y", line.x.len(), line.y.len())?;
        numbers("losses.x", line.x.iter().copied(), ANY)?;
    }
    if let Some(labels) = &report.labels {
        length("labels.counts", labels.classes.len(), labels.counts.len())?;
        for row in &labels.counts {
            length("labels.counts", labels.clusters.len(), row.len())?;
        }
        numbers("labels.metrics", labels.metrics.iter().map(|(_, value)| *value), ANY)?;
    }
    Ok(())
}

fn items(field: &str, items: &[Item], columns: usize) -> Result<()> {
    for item in items {
        let fields = item.fields.len();
        expect(fields == 0 || fields == columns, field, format!("{columns} fields, one a column"), fields)?;
        if let Some(picture) = &item.picture {
            let (width, height) = (picture.width, picture.height);
            expect(
                picture.channels().is_some(),
                field,
                format!("a picture of {width}×{height} pixels with 1 or 3 bytes each"),
                format!("{} bytes", picture.pixels.len()),
            )?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html::{Agreement, Map, Picture};

    fn error(report: &ClusteringReport) -> String {
        check(report).unwrap_err().to_string()
    }

    #[test]
    fn what_does_not_fit_is_told() {
        let map = Map { x: vec![0.0, 1.0], y: vec![0.0, f32::NAN], clusters: vec![0, 0], ..Map::default() };
        let mut report = ClusteringReport { map: Some(map), ..ClusteringReport::default() };
        assert_eq!(error(&report), "map.y: expected finite numbers, found NaN at 1");
        let map = report.map.as_mut().unwrap();
        map.y[1] = 2.0;
        map.clusters.pop();
        assert_eq!(error(&report), "map.clusters: expected 2, found 1");
        let map = report.map.as_mut().unwrap();
        map.clusters.push(-1);
        map.items = vec![Item { row: 2, ..Item::default() }];
        assert_eq!(error(&report), "map.items: expected rows below 2, found 2");
        report.map.as_mut().unwrap().items[0] = Item {
            row: 1,
            picture: Some(Picture { width: 2, height: 2, pixels: vec![0; 5] }),
            ..Item::default()
        };
        assert_eq!(
            error(&report),
            "map.items: expected a picture of 2×2 pixels with 1 or 3 bytes each, found 5 bytes"
        );
        report.map = None;
        report.agreement =
            Some(Agreement { runs: vec!["a".to_owned()], ari: vec![vec![1.5]], ..Agreement::default() });
        assert_eq!(error(&report), "agreement.ari: expected numbers from -1 to 1, found 1.5 at 0");
        report.agreement = None;
        check(&report).unwrap();
    }
}
