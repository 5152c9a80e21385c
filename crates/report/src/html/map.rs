use super::clusters::Legend;
use super::sheet::Sheet;
use super::{ClusteringReport, Item};
use crate::grouped;
use base64::Engine;
use maud::{Markup, html};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The rows in two dimensions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map {
    /// How it was made: "UMAP of 50 principal components".
    pub made_by: String,
    /// First coordinate of every row, in the order of the data.
    pub x: Vec<f32>,
    /// Second coordinate.
    pub y: Vec<f32>,
    /// The cluster of every row, −1 for none.
    pub clusters: Vec<i32>,
    /// How sure each row's cluster is, 0 to 1; empty where that is not known.
    pub confidence: Vec<f32>,
    /// What is shown where the pointer is: for as many rows as one likes, [`thinned`] chooses some; of more than [`MAP_ITEMS`], evenly spaced ones
    /// are taken.
    pub items: Vec<Item>,
}

/// Points that a map draws at most, beside those with items.
pub const MAP_POINTS: usize = 20_000;
/// Points that have a picture or fields at most.
pub const MAP_ITEMS: usize = 3_000;
/// Rows that every cluster keeps.
const AT_LEAST: usize = 50;
/// Characters of all fields together.
const TEXT_BUDGET: usize = 600_000;
/// Fields of a row that are shown, and characters of one; where there is but one, it may be a text.
const FIELDS: usize = 12;
const CHARACTERS: usize = 40;
const TEXT: usize = 240;

/// Rows to show of many, ascending: of each cluster 50 (all where it has fewer), and of what `at_most` leaves a share by the cluster's size, evenly
/// spaced in the order of the rows. All rows where they are at most that many.
pub fn thinned(clusters: &[i32], at_most: usize) -> Vec<usize> {
    if clusters.len() <= at_most {
        return (0..clusters.len()).collect();
    }
    let mut members: BTreeMap<i32, Vec<usize>> = BTreeMap::new();
    for (row, cluster) in clusters.iter().enumerate() {
        members.entry(*cluster).or_default().push(row);
    }
    let least = AT_LEAST.min(at_most / members.len());
    let reserved: usize = members.values().map(|rows| rows.len().min(least)).sum();
    // No division by zero: there are more rows than `at_most`, and at most so many are reserved.
    let (left, rest) = (at_most - reserved, clusters.len() - reserved);
    let mut chosen = Vec::with_capacity(at_most);
    for rows in members.values() {
        let kept = rows.len().min(least);
        let count = kept + (rows.len() - kept) * left / rest;
        chosen.extend((0..count).map(|i| rows[i * rows.len() / count]));
    }
    chosen.sort_unstable();
    chosen
}

/// The first fields of an item, each cut where it is long.
pub(super) fn fields(item: &Item) -> Vec<String> {
    let limit = if item.fields.len() == 1 { TEXT } else { CHARACTERS };
    let cut = |field: &String| match field.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", &field[..end]),
        None => field.clone(),
    };
    item.fields.iter().take(FIELDS).map(cut).collect()
}

/// Names of the columns that [`fields`] shows.
pub(super) fn columns(report: &ClusteringReport) -> &[String] {
    &report.columns[..report.columns.len().min(FIELDS)]
}

impl Map {
    /// The items that the page shows.
    pub(super) fn shown(&self) -> Vec<&Item> {
        let count = self.items.len().min(MAP_ITEMS);
        (0..count).map(|i| &self.items[i * self.items.len() / count]).collect()
    }

    /// Its section, without a head.
    pub(super) fn section(&self, report: &ClusteringReport, legend: &Legend, sheet: &Sheet) -> Markup {
        let shown = self.shown();
        let mut drawn: BTreeSet<usize> = thinned(&self.clusters, MAP_POINTS).into_iter().collect();
        drawn.extend(shown.iter().map(|item| item.row));
        let drawn: Vec<usize> = drawn.into_iter().collect();
        let data = self.data(report, legend, sheet, &shown, &drawn);
        html! {
            p { (self.made_by) @if !self.made_by.is_empty() { ". " } (self.rule(drawn.len(), shown.len(), sheet)) }
            div class="map" {
                div class="stage" {
                    canvas id="map" tabindex="0" role="img" aria-label="map of the rows, coloured by cluster" {}
                    div class="ring" hidden {}
                    div class="tools no-print" {
                        button type="button" data-do="in" aria-label="zoom in" { "+" }
                        button type="button" data-do="out" aria-label="zoom out" { "−" }
                        button type="button" data-do="reset" aria-label="show all" { "⤢" }
                    }
                }
                (legend.buttons(!self.confidence.is_empty()))
            }
            p class="hint no-print" {
                "Point at a row to see it. Drag to move; click the map, then the wheel zooms (on a phone two fingers). Click clusters to fade the others."
            }
            (super::document::data("map-data", &data))
        }
    }

    fn rule(&self, drawn: usize, shown: usize, sheet: &Sheet) -> String {
        let n = self.x.len();
        let mut text = if drawn < n {
            format!(
                "{} of {} rows are drawn: {AT_LEAST} of each cluster, and of the rest a share by the cluster's size, evenly spaced in the order of \
                 the rows.",
                grouped(drawn),
                grouped(n)
            )
        } else {
            format!("All {} rows are drawn.", grouped(n))
        };
        let (given, kept) = sheet.counts();
        if 0 < kept && kept < drawn {
            text.extend([" ", &grouped(kept), " of them have a picture."]);
        } else if given == 0 && 0 < shown && shown < drawn {
            text.extend([" ", &grouped(shown), " of them show their fields."]);
        }
        text
    }

    /// Coordinates in 16 bits, in one scale for both axes; numbers as little-endian bytes in base64.
    fn data(
        &self,
        report: &ClusteringReport,
        legend: &Legend,
        sheet: &Sheet,
        shown: &[&Item],
        drawn: &[usize],
    ) -> serde_json::Value {
        let range = |values: &[f32]| {
            let (low, high) =
                values.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)));
            (f64::from(low), f64::from(high) - f64::from(low))
        };
        let ((left, width), (bottom, height)) = (range(&self.x), range(&self.y));
        let unit = width.max(height);
        let unit = if unit > 0.0 { f64::from(u16::MAX) / unit } else { 0.0 };
        let short = |values: &mut dyn Iterator<Item = u16>| base64(values.flat_map(u16::to_le_bytes));
        let place = |value: f32, low: f64| ((f64::from(value) - low) * unit).round() as u16;
        let confidence =
            self.confidence.iter().map(|share| (share * 255.0).round() as u8).collect::<Vec<_>>();
        let index: HashMap<usize, usize> = drawn.iter().enumerate().map(|(i, row)| (*row, i)).collect();
        let mut left_text = TEXT_BUDGET;
        let mut items = Vec::new();
        for item in shown {
            let mut words = fields(item);
            let length = words.iter().map(String::len).sum::<usize>();
            if length > left_text {
                words.clear();
            } else {
                left_text -= length;
            }
            let place = sheet.place(item.row).map(|(x, y)| vec![x, y]);
            if place.is_some() || !words.is_empty() {
                items.push(json!([index[&item.row], place.unwrap_or_default(), words]));
            }
        }
        json!({
            "x": short(&mut drawn.iter().map(|row| place(self.x[*row], left))),
            "y": short(&mut drawn.iter().map(|row| place(self.y[*row], bottom))),
            "width": (width * unit).round(),
            "height": (height * unit).round(),
            "cluster": short(&mut drawn.iter().map(|row| legend.place(self.clusters[*row]) as u16)),
            "confidence": base64(drawn.iter().filter_map(|row| confidence.get(*row).copied())),
            "row": base64(drawn.iter().flat_map(|row| (*row as u32).to_le_bytes())),
            "columns": columns(report),
            "items": items,
        })
    }
}

fn base64(bytes: impl Iterator<Item = u8>) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes.collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_clusters_keep_their_rows() {
        let clusters: Vec<i32> = (0..10_000).map(|i| if i % 250 == 0 { -1 } else { i % 2 }).collect();
        let rows = thinned(&clusters, 1000);
        assert!(rows.len() <= 1000 && rows.len() >= 997, "{}", rows.len());
        assert!(rows.windows(2).all(|pair| pair[0] < pair[1]));
        let count = |cluster| rows.iter().filter(|row| clusters[**row] == cluster).count();
        // 40 of noise: all. 5,000 and 4,960: 50 each, and 860 · 4,950 / 9,860 and 860 · 4,910 / 9,860.
        assert_eq!((count(-1), count(0), count(1)), (40, 478, 481));
        assert_eq!(thinned(&clusters[..7], 7), [0, 1, 2, 3, 4, 5, 6]);
        assert!(thinned(&(0..500).collect::<Vec<i32>>(), 100).is_empty());
    }

    #[test]
    fn long_fields_are_cut() {
        let item = Item { fields: vec!["é".repeat(50), "b".to_owned()], ..Item::default() };
        assert_eq!(fields(&item), ["é".repeat(40) + "…", "b".to_owned()]);
        let text = Item { fields: vec!["é".repeat(50)], ..Item::default() };
        assert_eq!(fields(&text), text.fields);
    }
}
