//! Clusters: their colours and names, the table of all, and samples of each.

use super::map::{columns, fields};
use super::report::default_name;
use super::sheet::Sheet;
use super::tables::{Head, Td, picture, sortable};
use super::{Cluster, ClusteringReport, Item, Trait};
use crate::grouped;
use deepclust_plots::{MAX_COLOURS, category_colour};
use maud::{Markup, html};
use std::collections::BTreeMap;

/// The variables of CSS with all colours, for light and for dark grounds.
pub(super) fn colours() -> String {
    // What is dark is lightened on a dark ground, and the other way round.
    let lifted = |(r, g, b): (u8, u8, u8), ground: f64, far: f64| {
        let luma = 0.299 * f64::from(r) + 0.587 * f64::from(g) + 0.114 * f64::from(b);
        let share = if (luma - ground) / (far - ground) < 0.0 { (ground - luma) / (far - luma) } else { 0.0 };
        [r, g, b].map(|part| (f64::from(part) + (far - f64::from(part)) * share).round() as u8)
    };
    let hex = |[r, g, b]: [u8; 3]| format!("#{r:02x}{g:02x}{b:02x}");
    let of_place = |(i, rgb)| {
        format!("--c{i}:light-dark({},{});", hex(lifted(rgb, 190.0, 0.0)), hex(lifted(rgb, 105.0, 255.0)))
    };
    let all: String = (0..MAX_COLOURS).filter_map(category_colour).enumerate().map(of_place).collect();
    format!(":root{{--cn:light-dark(#c3c9cf,#50575e);{all}}}")
}

/// The variable with the colour of a series, or of a cluster by its place.
pub(super) fn colour(place: usize) -> String {
    format!("var(--c{})", place % MAX_COLOURS)
}

/// Clusters by their places on the page: those of the report, then others that the map has.
#[derive(Debug)]
pub(super) struct Legend {
    entries: Vec<(i32, String, usize)>,
}

impl Legend {
    pub(super) fn new(report: &ClusteringReport) -> Self {
        let mut entries: Vec<_> = report.clusters.iter().map(|c| (c.id, c.label(), c.size)).collect();
        let mut more: BTreeMap<i32, usize> = BTreeMap::new();
        for id in report.map.iter().flat_map(|map| &map.clusters) {
            *more.entry(*id).or_default() += 1;
        }
        more.retain(|id, _| entries.iter().all(|(known, ..)| known != id));
        entries.extend(more.into_iter().map(|(id, size)| (id, default_name(id), size)));
        Self { entries }
    }

    /// The place of a cluster; that after the last for an unknown one.
    pub(super) fn place(&self, id: i32) -> usize {
        self.entries.iter().position(|(known, ..)| *known == id).unwrap_or(self.entries.len())
    }

    /// Its name.
    pub(super) fn name(&self, id: i32) -> String {
        self.entries.get(self.place(id)).map_or_else(|| default_name(id), |(_, name, _)| name.clone())
    }

    /// Its colour: grey for none.
    pub(super) fn colour(&self, id: i32) -> String {
        if id == -1 { "var(--cn)".to_owned() } else { colour(self.place(id)) }
    }

    /// A button a cluster, for the map.
    pub(super) fn buttons(&self, confidence: bool) -> Markup {
        html! {
            div class="legend" {
                @if confidence {
                    label class="by no-print" {
                        "colour by "
                        select id="map-by" { option value="cluster" { "cluster" } option value="confidence" { "confidence" } }
                    }
                }
                @for (id, name, size) in &self.entries {
                    button type="button" aria-pressed="false" {
                        span class="swatch" style={ "background:" (self.colour(*id)) } {}
                        span class="name" { (name) } span class="count" { (grouped(*size)) }
                    }
                }
            }
        }
    }
}

/// All clusters, one a line.
pub(super) fn overview(report: &ClusteringReport, legend: &Legend) -> Markup {
    let total = report.clusters.iter().map(|cluster| cluster.size).sum::<usize>().max(1);
    let has =
        |value: fn(&Cluster) -> Option<f64>| report.clusters.iter().any(|cluster| value(cluster).is_some());
    let (silhouettes, confidence) = (has(|cluster| cluster.silhouette), has(|cluster| cluster.confidence));
    let mut heads = vec![Head::words("cluster"), Head::number("rows"), Head::number("share")];
    heads.extend(silhouettes.then(|| Head::number("silhouette")));
    heads.extend(confidence.then(|| Head::number("confidence")));
    let rows = report.clusters.iter().map(|cluster| {
        let share = cluster.size as f64 / total as f64;
        let name = html! { span class="swatch" style={ "background:" (legend.colour(cluster.id)) } {} (cluster.label()) };
        let bar = html! {
            (format!("{:.1} %", 100.0 * share)) span class="bar" { span style=(format!("width:{:.1}%", 100.0 * share)) {} }
        };
        let mut row = vec![
            Td { content: name, sort: Some(f64::from(cluster.id)) },
            Td { content: html! { (grouped(cluster.size)) }, sort: Some(cluster.size as f64) },
            Td { content: bar, sort: Some(share) },
        ];
        row.extend(silhouettes.then(|| Td::number(cluster.silhouette, 3)));
        row.extend(confidence.then(|| Td::number(cluster.confidence, 3)));
        row
    });
    sortable(&heads, rows)
}

/// Rows nearest to and farthest from each centre.
pub(super) fn samples(report: &ClusteringReport, legend: &Legend, sheet: &Sheet) -> Markup {
    let shown = |cluster: &&Cluster| {
        !cluster.nearest.is_empty() || !cluster.farthest.is_empty() || !cluster.traits.is_empty()
    };
    let narrow =
        report.clusters.iter().flat_map(|cluster| &cluster.nearest).all(|item| item.fields.is_empty());
    html! {
        div class=(if narrow { "cards" } else { "cards wide" }) {
            @for cluster in report.clusters.iter().filter(shown) {
                article class="card" {
                    h3 {
                        span class="swatch" style={ "background:" (legend.colour(cluster.id)) } {} (cluster.label())
                        small { (grouped(cluster.size)) " rows" }
                    }
                    @if !cluster.traits.is_empty() { h4 { "what sets it apart" } (traits(&cluster.traits)) }
                    @for (words, items) in [("nearest to the centre", &cluster.nearest), ("farthest from it", &cluster.farthest)] {
                        @if !items.is_empty() { h4 { (words) } (strip(report, items, sheet)) }
                    }
                }
            }
        }
    }
}

/// Columns in which a cluster differs, with its mean and that of all rows.
fn traits(traits: &[Trait]) -> Markup {
    html! {
        div class="scroll" {
            table class="fields" {
                thead { tr { th { "column" } th { "mean here" } th { "mean of all" } th { "standard deviations apart" } } }
                tbody {
                    @for Trait { column, here, all, apart } in traits {
                        tr { th { (column) } td { (here) } td { (all) } td { (format!("{apart:+.1}")) } }
                    }
                }
            }
        }
    }
}

/// Rows side by side as pictures, or below each other as fields.
fn strip(report: &ClusteringReport, items: &[Item], sheet: &Sheet) -> Markup {
    let (pictures, others): (Vec<&Item>, Vec<&Item>) =
        items.iter().partition(|item| sheet.place(item.row).is_some());
    let fields: Vec<&Item> = items.iter().filter(|item| !item.fields.is_empty()).collect();
    let bare: Vec<&Item> = others.into_iter().filter(|item| item.fields.is_empty()).collect();
    html! {
        @if !pictures.is_empty() {
            div class="strip" {
                @for item in pictures { @if let Some(place) = sheet.place(item.row) { (picture("sample", place, item.row)) } }
            }
        }
        @if !fields.is_empty() {
            div class="scroll" {
                table class="fields" {
                    thead { tr { th { "row" } @for name in columns(report) { th { (name) } } } }
                    tbody {
                        @for item in fields {
                            tr { th { (item.row) } @for field in self::fields(item) { td { (field) } } }
                        }
                    }
                }
            }
        }
        @if !bare.is_empty() {
            p class="hint" { "rows " (bare.iter().map(|item| item.row.to_string()).collect::<Vec<_>>().join(", ")) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html::Map;

    #[test]
    fn every_cluster_has_a_place_a_name_and_a_colour() {
        let clusters = vec![
            Cluster { id: 4, size: 3, ..Cluster::default() },
            Cluster { id: 1, name: "ones".to_owned(), ..Cluster::default() },
        ];
        let map = Map { clusters: vec![4, 4, -1], ..Map::default() };
        let report = ClusteringReport { clusters, map: Some(map), ..ClusteringReport::default() };
        let legend = Legend::new(&report);
        assert_eq!([4, 1, -1, 9].map(|id| legend.place(id)), [0, 1, 2, 3]);
        assert_eq!([4, 1, -1, 9].map(|id| legend.name(id)), ["cluster 4", "ones", "no cluster", "cluster 9"]);
        assert_eq!([4, 1, -1].map(|id| legend.colour(id)), ["var(--c0)", "var(--c1)", "var(--cn)"]);
        let css = colours();
        assert_eq!(css.matches("light-dark(").count(), MAX_COLOURS + 1);
        // Blue that is nearly black is the same on white, and lighter on a dark ground.
        assert!(css.contains("--c14:light-dark(#002870,"), "{css}");
        assert!(!css.contains("light-dark(#002870,#002870)"));
    }
}
