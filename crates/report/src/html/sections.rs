//! The sections of a report, in the order of the page.

use super::clusters::{Legend, overview, samples};
use super::document::Document;
use super::sheet::Sheet;
use super::tables::{Head, Td, facts, heat, sortable};
use super::{Agreement, Chart, ChoiceOfK, ClusteringReport, LabelScores, Line, check, silhouettes};
use crate::{Result, fixed, grouped};
use maud::{Markup, html};

/// Bytes of pictures before compression: those of the clusters, and those of the map. In base64 they grow by a third.
const SAMPLES: usize = 2_000_000;
const MAP: usize = 3_000_000;
/// Longest sides that pictures are made to fit, in pixels.
const SAMPLE_SIDES: [usize; 4] = [96, 64, 48, 32];
const MAP_SIDES: [usize; 4] = [64, 48, 32, 24];

impl ClusteringReport {
    /// The report as one HTML file.
    ///
    /// # Errors
    /// [`Error::Report`](crate::Error::Report) when its numbers do not fit together or are not finite; an error of the encoder of pictures.
    pub fn to_html(&self) -> Result<String> {
        check::check(self)?;
        let legend = Legend::new(self);
        let of_clusters =
            self.clusters.iter().flat_map(|cluster| cluster.nearest.iter().chain(&cluster.farthest));
        let sample_sheet = Sheet::new(of_clusters, &SAMPLE_SIDES, SAMPLES)?;
        let map_sheet = Sheet::new(self.map.iter().flat_map(|map| map.shown()), &MAP_SIDES, MAP)?;
        let mut parts: Vec<(&str, &str, Markup)> = Vec::new();
        if !self.data.is_empty() {
            parts.push(("data", "Data", facts(&self.data)));
        }
        if let Some(map) = self.map.as_ref().filter(|map| !map.x.is_empty()) {
            parts.push(("map-of-rows", "Map", map.section(self, &legend, &map_sheet)));
        }
        if !self.clusters.is_empty() {
            let content = html! { (overview(self, &legend)) (samples(self, &legend, &sample_sheet)) };
            parts.push(("clusters", "Clusters", content));
        }
        if let Some(part) = &self.silhouettes {
            parts.push((
                "silhouettes",
                "Silhouettes",
                html! { p { (part.note) } (silhouettes::draw(part, &legend)) },
            ));
        }
        if let Some(part) = &self.agreement {
            parts.push(("seeds", "Agreement of seeds", agreement(part)));
        }
        if let Some(part) = &self.choice_of_k {
            parts.push(("k", "Number of clusters", choice_of_k(part)));
        }
        if !self.losses.is_empty() {
            let content = html! { div class="charts" { @for chart in &self.losses { (chart.draw(None)) } } };
            parts.push(("losses", "Losses", content));
        }
        if let Some(part) = &self.labels {
            parts.push(("scores", "Labels", labels(part, &legend)));
        }
        if !self.settings.is_empty() {
            parts.push(("settings", "Settings", facts(&self.settings)));
        }
        let sections: Vec<(String, String)> =
            parts.iter().map(|(id, name, _)| ((*id).to_owned(), (*name).to_owned())).collect();
        let body = html! {
            div class="summary" { @for sentence in &self.summary { p { (sentence) } } }
            @if !self.warnings.is_empty() {
                div class="warnings" role="note" { strong { "Warnings" } ul { @for warning in &self.warnings { li { (warning) } } } }
            }
            @for (id, name, content) in parts { section id=(id) { h2 { (name) } (content) } }
        };
        let style = sample_sheet.css("sample", 64) + &map_sheet.css("seen", 96);
        let footer = "Rows are counted from 0. This file holds all that it shows and loads nothing.";
        Ok(Document { title: &self.title, style: &style, sections: &sections, body, footer }.render())
    }
}

/// Each pair of runs.
fn agreement(part: &Agreement) -> Markup {
    let names: Vec<String> = part
        .runs
        .iter()
        .enumerate()
        .map(|(i, name)| if part.shown == Some(i) { format!("{name} (shown)") } else { name.clone() })
        .collect();
    let cells = |row: &Vec<f64>| row.iter().map(|ari| (fixed(*ari, 3), *ari)).collect();
    let rows = names.iter().cloned().zip(part.ari.iter().map(cells));
    html! {
        p { (part.note) }
        (heat("ARI", &names, rows))
        p class="hint" { "Adjusted Rand index of two runs: 1 where they part the rows alike, near 0 where they agree no more than by chance." }
    }
}

/// What each criterion chooses, and its curve.
fn choice_of_k(part: &ChoiceOfK) -> Markup {
    let heads = [Head::words("criterion"), Head::number("chosen k"), Head::words("why")];
    let rows = part.criteria.iter().map(|criterion| {
        let k = criterion.chosen.map(|k| k as f64);
        vec![Td::words(&criterion.name), Td::number(k, 0), Td::words(&criterion.reason)]
    });
    let ks: Vec<f64> = part.ks.iter().map(|k| *k as f64).collect();
    let charts = part.criteria.iter().map(|criterion| {
        let y = criterion.values.iter().map(|value| value.unwrap_or(f64::NAN)).collect();
        let line = Line { name: criterion.name.clone(), x: ks.clone(), y };
        let chart = Chart {
            title: criterion.name.clone(),
            x_label: "k".to_owned(),
            y_label: String::new(),
            lines: vec![line],
        };
        chart.draw(criterion.chosen.map(|k| k as f64).filter(|k| ks.contains(k)))
    });
    html! {
        p { (part.note) }
        (sortable(&heads, rows))
        div class="charts" { @for chart in charts { (chart) } }
    }
}

/// Metrics and the table of classes by clusters, each row's shades being shares of its class.
fn labels(part: &LabelScores, legend: &Legend) -> Markup {
    let metrics: Vec<(String, String)> =
        part.metrics.iter().map(|(name, value)| (name.clone(), fixed(*value, 3))).collect();
    let columns: Vec<String> = part.clusters.iter().map(|id| legend.name(*id)).collect();
    let rows = part.classes.iter().zip(&part.counts).map(|(class, counts)| {
        let total = counts.iter().sum::<usize>().max(1) as f64;
        let cells = counts.iter().map(|count| (grouped(*count), *count as f64 / total)).collect();
        (class.clone(), cells)
    });
    html! {
        p class="only" { strong { "Used for scoring only, never for training." } " Neither the clusters nor the run that is shown were chosen by labels." }
        (facts(&metrics))
        (heat("class", &columns, rows))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html::{Cluster, Criterion, Item, Map, Picture, Silhouettes, Trait};

    const BAD: &str = "<script>alert(1)</script>\"'&";

    /// A report with the same bad text everywhere.
    fn full() -> ClusteringReport {
        let bad = BAD.to_owned();
        let pair = vec![(bad.clone(), bad.clone())];
        let picture = Picture { width: 2, height: 2, pixels: vec![0, 9, 90, 255] };
        let items = vec![
            Item { row: 0, picture: Some(picture), fields: vec![bad.clone()] },
            Item { row: 1, picture: None, fields: vec![bad.clone()] },
        ];
        let line = Line { name: bad.clone(), x: vec![1.0, 2.0], y: vec![2.0, 1.0] };
        let lines = vec![line.clone(), line];
        ClusteringReport {
            title: bad.clone(),
            summary: vec![bad.clone()],
            warnings: vec![bad.clone()],
            data: pair.clone(),
            columns: vec![bad.clone()],
            map: Some(Map {
                made_by: bad.clone(),
                x: vec![0.0, 1.0],
                y: vec![0.0, 0.5],
                clusters: vec![0, -1],
                confidence: vec![1.0, 0.5],
                items: items.clone(),
            }),
            clusters: vec![
                Cluster {
                    name: bad.clone(),
                    size: 1,
                    silhouette: Some(0.5),
                    traits: vec![Trait {
                        column: bad.clone(),
                        here: bad.clone(),
                        all: bad.clone(),
                        apart: -1.5,
                    }],
                    nearest: items.clone(),
                    ..Cluster::default()
                },
                Cluster { id: -1, size: 1, confidence: Some(0.5), farthest: items, ..Cluster::default() },
            ],
            silhouettes: Some(Silhouettes { note: bad.clone(), values: vec![(0, 0.5), (-1, -0.25)] }),
            agreement: Some(Agreement {
                note: bad.clone(),
                runs: vec![bad.clone(), bad.clone()],
                ari: vec![vec![1.0, 0.5], vec![0.5, 1.0]],
                shown: Some(1),
            }),
            choice_of_k: Some(ChoiceOfK {
                note: bad.clone(),
                ks: vec![2, 3],
                criteria: vec![Criterion {
                    name: bad.clone(),
                    values: vec![Some(1.0), None],
                    chosen: Some(2),
                    reason: bad.clone(),
                }],
            }),
            losses: vec![Chart { title: bad.clone(), x_label: bad.clone(), y_label: bad.clone(), lines }],
            settings: pair.clone(),
            labels: Some(LabelScores {
                classes: vec![bad.clone()],
                clusters: vec![0, -1],
                counts: vec![vec![1, 1]],
                metrics: vec![(bad, 0.5)],
            }),
        }
    }

    #[test]
    fn all_text_is_escaped() {
        let html = full().to_html().unwrap();
        assert!(!html.contains("<script>alert"), "a text is not escaped");
        // Own scripts, and the data of the map.
        assert_eq!(html.matches("<script").count(), 4);
        assert_eq!(html.matches("</script>").count(), 4);
        assert!(html.matches("&lt;script&gt;alert(1)").count() > 25);
    }

    #[test]
    fn every_part_has_its_section_and_an_empty_one_has_none() {
        let html = full().to_html().unwrap();
        for id in
            ["data", "map-of-rows", "clusters", "silhouettes", "seeds", "k", "losses", "scores", "settings"]
        {
            assert!(html.contains(&format!("<section id=\"{id}\">")), "{id}");
            assert!(html.contains(&format!("<a href=\"#{id}\">")), "{id}");
        }
        assert!(html.contains("what sets it apart") && html.contains("<td>-1.5</td>"));
        assert!(html.contains("no cluster") && html.contains("Used for scoring only, never for training."));
        let html = ClusteringReport::default().to_html().unwrap();
        assert!(!html.contains("<section") && !html.contains("<nav"));
    }

    #[test]
    fn a_large_report_of_pictures_that_do_not_compress_is_below_8_mb() {
        // xorshift64: noise, so that nothing is saved by the PNG.
        let mut state = 88_172_645_463_325_252_u64;
        let mut noise = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        let n = 70_000;
        let mut item = |row| Item {
            row,
            picture: Some(Picture {
                width: 32,
                height: 32,
                pixels: (0..3072).map(|_| noise() as u8).collect(),
            }),
            fields: vec!["x".repeat(40); 12],
        };
        let clusters: Vec<i32> = (0..n as i32).map(|row| row % 10).collect();
        let items =
            crate::html::thinned(&clusters, crate::html::MAP_ITEMS).into_iter().map(&mut item).collect();
        let of_cluster = |id| Cluster {
            id,
            size: 7000,
            nearest: (0..16).map(|i| item(id as usize + i)).collect(),
            ..Cluster::default()
        };
        let report = ClusteringReport {
            columns: vec!["column".to_owned(); 12],
            clusters: (0..10).map(of_cluster).collect(),
            map: Some(Map { x: vec![0.5; n], y: vec![0.5; n], clusters, items, ..Map::default() }),
            ..ClusteringReport::default()
        };
        let html = report.to_html().unwrap();
        assert!(html.len() < 8_000_000, "{}", html.len());
        assert!(html.contains("of 70,000 rows are drawn"));
    }
}
