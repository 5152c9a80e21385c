use super::Silhouettes;
use super::clusters::Legend;
use super::ticks::{short, ticks};
use crate::fixed;
use maud::{Markup, html};
use std::collections::BTreeMap;

const WIDTH: f64 = 460.0;
const LEFT: f64 = 96.0;
const RIGHT: f64 = WIDTH - 14.0;
const TOP: f64 = 8.0;
/// Values of a cluster that are drawn: evenly spaced ones of the sorted.
const VALUES: usize = 60;
const CHARACTERS: usize = 13;

/// For each cluster the sorted silhouettes of its rows, the largest first; its height grows with its share.
pub(super) fn draw(silhouettes: &Silhouettes, legend: &Legend) -> Markup {
    let mut by_place: BTreeMap<(usize, i32), Vec<f64>> = BTreeMap::new();
    for (id, value) in &silhouettes.values {
        by_place.entry((legend.place(*id), *id)).or_default().push(*value);
    }
    let n = silhouettes.values.len();
    if n == 0 {
        return html! {};
    }
    let mean = silhouettes.values.iter().map(|(_, value)| value).sum::<f64>() / n as f64;
    let low = silhouettes.values.iter().map(|(_, value)| *value).fold(0.0, f64::min);
    let high = silhouettes.values.iter().map(|(_, value)| *value).fold(0.1, f64::max);
    let x_at = |value: f64| LEFT + (value - low) / (high - low) * (RIGHT - LEFT);
    let clusters = by_place.len();
    let room = 18.0 * clusters as f64 + 120.0;
    let mut top = TOP;
    let bands: Vec<_> = by_place
        .into_iter()
        .map(|((_, id), mut values)| {
            values.sort_unstable_by(|a, b| b.total_cmp(a));
            let height = 14.0 + 120.0 * values.len() as f64 / n as f64;
            let from = top;
            top += height + 4.0;
            (id, values, from, height)
        })
        .collect();
    let bottom = TOP + room;
    html! {
        figure class="chart" {
            figcaption { "Mean silhouette " (fixed(mean, 3)) " (dashed). Near 1 a row fits its cluster, below 0 it is nearer to another." }
            svg viewBox=(format!("0 0 {WIDTH} {:.0}", bottom + 22.0)) role="img" aria-label="silhouettes by cluster" {
                @for value in ticks(low, high, 6) {
                    line class="grid" x1=(px(x_at(value))) x2=(px(x_at(value))) y1=(TOP) y2=(px(bottom)) {}
                    text x=(px(x_at(value))) y=(px(bottom + 15.0)) text-anchor="middle" { (short(value)) }
                }
                @for (id, values, from, height) in &bands {
                    path style={ "fill:" (legend.colour(*id)) } d=(outline(values, x_at, *from, *height)) {
                        title { (legend.name(*id)) ": mean " (fixed(values.iter().sum::<f64>() / values.len() as f64, 3)) }
                    }
                    text x=(LEFT - 6.0) y=(px(from + height / 2.0 + 4.0)) text-anchor="end" { (cut(&legend.name(*id))) }
                }
                line class="axis" x1=(px(x_at(0.0))) x2=(px(x_at(0.0))) y1=(TOP) y2=(px(bottom)) {}
                line class="mark" x1=(px(x_at(mean))) x2=(px(x_at(mean))) y1=(TOP) y2=(px(bottom)) {}
            }
        }
    }
}

/// Steps from the axis to the values.
fn outline(values: &[f64], x_at: impl Fn(f64) -> f64, top: f64, height: f64) -> String {
    let count = values.len().min(VALUES);
    let step = height / count as f64;
    let steps = (0..count).map(|i| {
        let x = px(x_at(values[i * values.len() / count]));
        format!("L{x},{}L{x},{}", px(top + step * i as f64), px(top + step * (i + 1) as f64))
    });
    let (axis, steps) = (px(x_at(0.0)), steps.collect::<String>());
    format!("M{axis},{}{steps}L{axis},{}Z", px(top), px(top + height))
}

fn cut(name: &str) -> String {
    match name.char_indices().nth(CHARACTERS) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}

fn px(value: f64) -> String {
    format!("{value:.1}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html::ClusteringReport;

    #[test]
    fn each_cluster_has_a_band() {
        let legend = Legend::new(&ClusteringReport::default());
        let values = vec![(0, 0.5), (0, -0.5), (1, 1.0), (-1, 0.0)];
        let html = draw(&Silhouettes { values, ..Silhouettes::default() }, &legend).into_string();
        assert_eq!(html.matches("<path").count(), 3);
        assert!(html.contains("Mean silhouette 0.250") && html.contains("cluster 1: mean 1.000"), "{html}");
        assert_eq!(draw(&Silhouettes::default(), &legend).into_string(), "");
    }
}
