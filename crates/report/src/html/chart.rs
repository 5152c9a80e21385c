use super::clusters::colour;
use super::ticks::{short, ticks};
use maud::{Markup, html};
use serde_json::json;

/// Lines over one axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chart {
    /// What it shows.
    pub title: String,
    /// What the horizontal axis counts.
    pub x_label: String,
    /// What the vertical axis measures.
    pub y_label: String,
    /// The lines.
    pub lines: Vec<Line>,
}

/// A line through points. One whose y is not finite leaves a gap.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    /// Its name.
    pub name: String,
    /// Where the points are, ascending.
    pub x: Vec<f64>,
    /// Their values.
    pub y: Vec<f64>,
}

const WIDTH: f64 = 460.0;
const HEIGHT: f64 = 250.0;
const LEFT: f64 = 56.0;
const RIGHT: f64 = WIDTH - 14.0;
const TOP: f64 = 26.0;
const BOTTOM: f64 = HEIGHT - 40.0;
/// Points of a line that are drawn; of more, evenly spaced ones and the last.
const POINTS: usize = 400;
/// Up to so many points each has a mark.
const MARKED: usize = 30;

/// Low and high of finite numbers, apart even where all are equal.
fn range(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
    match low <= high {
        true if low < high => Some((low, high)),
        true => Some((low - low.abs().max(1.0) * 0.5, high + high.abs().max(1.0) * 0.5)),
        false => None,
    }
}

impl Line {
    /// The points that are drawn.
    fn drawn(&self) -> Vec<(f64, f64)> {
        let n = self.x.len().min(self.y.len());
        let count = n.min(POINTS);
        // From the first to the last.
        let place = |i: usize| if count > 1 { i * (n - 1) / (count - 1) } else { 0 };
        (0..count).map(|i| (self.x[place(i)], self.y[place(i)])).collect()
    }
}

impl Chart {
    /// The chart with a legend, and a mark at some x.
    pub(super) fn draw(&self, mark: Option<f64>) -> Markup {
        let lines: Vec<Vec<(f64, f64)>> = self.lines.iter().map(Line::drawn).collect();
        let finite = || lines.iter().flatten().filter(|(_, y)| y.is_finite());
        let (Some((x0, x1)), Some((y0, y1))) = (range(finite().map(|p| p.0)), range(finite().map(|p| p.1)))
        else {
            return html! { figure class="chart" { figcaption { (self.title) } p class="hint" { "No finite number to draw." } } };
        };
        let pad = (y1 - y0) * 0.05;
        let (y0, y1) = (y0 - pad, y1 + pad);
        let x_at = |x: f64| LEFT + (x - x0) / (x1 - x0) * (RIGHT - LEFT);
        let y_at = |y: f64| BOTTOM - (y - y0) / (y1 - y0) * (BOTTOM - TOP);
        let whole = finite().all(|(x, _)| x.fract() == 0.0);
        let xs: Vec<f64> = ticks(x0, x1, 7).into_iter().filter(|x| !whole || (x.fract() == 0.0)).collect();
        let values: Vec<_> = self
            .lines
            .iter()
            .zip(&lines)
            .map(|(line, points)| {
                let part =
                    |take: fn(&(f64, f64)) -> f64| points.iter().map(|p| take(p) as f32).collect::<Vec<_>>();
                json!({ "name": line.name, "x": part(|p| p.0), "y": part(|p| p.1) })
            })
            .collect();
        let thinned = self.lines.iter().any(|line| line.x.len() > POINTS);
        html! {
            figure class="chart" data-lines=(json!(values)) data-box=(json!([LEFT, RIGHT, x0, x1])) data-label=(self.x_label) {
                figcaption { (self.title) }
                svg viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-label=(self.title) {
                    @for y in ticks(y0, y1, 5) {
                        line class="grid" x1=(LEFT) x2=(RIGHT) y1=(px(y_at(y))) y2=(px(y_at(y))) {}
                        text x=(LEFT - 6.0) y=(px(y_at(y) + 4.0)) text-anchor="end" { (short(y)) }
                    }
                    line class="axis" x1=(LEFT) x2=(RIGHT) y1=(BOTTOM) y2=(BOTTOM) {}
                    @for x in xs {
                        line class="axis" x1=(px(x_at(x))) x2=(px(x_at(x))) y1=(BOTTOM) y2=(BOTTOM + 4.0) {}
                        text x=(px(x_at(x))) y=(BOTTOM + 17.0) text-anchor="middle" { (short(x)) }
                    }
                    text class="label" x=((LEFT + RIGHT) / 2.0) y=(HEIGHT - 6.0) text-anchor="middle" { (self.x_label) }
                    text class="label" x="4" y="14" { (self.y_label) }
                    @if let Some(x) = mark {
                        line class="mark" x1=(px(x_at(x))) x2=(px(x_at(x))) y1=(TOP) y2=(BOTTOM) {}
                    }
                    @for (i, points) in lines.iter().enumerate() {
                        @for part in points.split(|(_, y)| !y.is_finite()).filter(|part| !part.is_empty()) {
                            polyline style={ "stroke:" (colour(i)) }
                                points=(part.iter().map(|(x, y)| format!("{},{}", px(x_at(*x)), px(y_at(*y)))).collect::<Vec<_>>().join(" ")) {}
                        }
                        @if points.len() <= MARKED {
                            @for (x, y) in points.iter().filter(|(_, y)| y.is_finite()) {
                                circle class=[(Some(*x) == mark).then_some("chosen")] style={ "fill:" (colour(i)) } cx=(px(x_at(*x))) cy=(px(y_at(*y))) r=(if Some(*x) == mark { 5 } else { 3 }) {}
                            }
                        }
                    }
                    line class="cursor" y1=(TOP) y2=(BOTTOM) visibility="hidden" {}
                }
                @if self.lines.len() > 1 {
                    ul class="names" {
                        @for (i, line) in self.lines.iter().enumerate() {
                            li { span class="swatch" style={ "background:" (colour(i)) } {} (line.name) }
                        }
                    }
                }
                @if thinned { p class="hint" { (POINTS) " evenly spaced points of each line are drawn." } }
            }
        }
    }
}

/// A coordinate with as many digits as a screen shows.
fn px(value: f64) -> String {
    format!("{value:.1}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(y: &[f64]) -> Chart {
        let x = (0..y.len()).map(|x| x as f64).collect();
        Chart { lines: vec![Line { name: "<b>".to_owned(), x, y: y.to_vec() }], ..Chart::default() }
    }

    #[test]
    fn a_gap_parts_a_line() {
        let html = chart(&[1.0, 2.0, f64::NAN, 1.0, 3.0]).draw(None).into_string();
        assert_eq!((html.matches("<polyline").count(), html.matches("<circle").count()), (2, 4));
        assert!(!html.contains("<b>"), "{html}");
    }

    #[test]
    fn equal_and_missing_values_are_no_trouble() {
        let html = chart(&[2.0, 2.0]).draw(Some(1.0)).into_string();
        assert!(!html.contains("NaN") && !html.contains("inf") && html.contains("chosen"), "{html}");
        assert!(chart(&[f64::NAN]).draw(None).into_string().contains("No finite number"));
        assert!(chart(&[]).draw(None).into_string().contains("No finite number"));
    }

    #[test]
    fn many_points_are_thinned_with_both_ends_kept() {
        let line = &chart(&(0..5000).map(f64::from).collect::<Vec<_>>()).lines[0];
        let drawn = line.drawn();
        assert_eq!((drawn.len(), drawn[0], drawn[399]), (400, (0.0, 0.0), (4999.0, 4999.0)));
    }
}
