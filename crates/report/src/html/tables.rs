//! Tables: sorted by a click, of names and values, and of shades.

use crate::{Align, Cell, Table, fixed};
use maud::{Markup, html};

/// A column's head.
#[derive(Debug)]
pub(super) struct Head {
    name: Markup,
    align: Align,
}

impl Head {
    pub(super) fn words(name: &str) -> Self {
        Self { name: html! { (name) }, align: Align::Left }
    }

    pub(super) fn number(name: &str) -> Self {
        Self { name: html! { (name) }, align: Align::Right }
    }
}

/// A cell, and the number to sort it by; else it is sorted by its words.
#[derive(Debug)]
pub(super) struct Td {
    pub(super) content: Markup,
    pub(super) sort: Option<f64>,
}

impl Td {
    pub(super) fn words(text: &str) -> Self {
        Self { content: html! { (text) }, sort: None }
    }

    /// A number, or a dash.
    pub(super) fn number(value: Option<f64>, decimals: usize) -> Self {
        let text = value.map_or_else(|| "–".to_owned(), |value| fixed(value, decimals));
        Self { content: html! { (text) }, sort: value }
    }
}

/// A table whose heads sort it.
pub(super) fn sortable(heads: &[Head], rows: impl IntoIterator<Item = Vec<Td>>) -> Markup {
    let class = |align: Align| (align == Align::Right).then_some("number");
    html! {
        div class="scroll" {
            table class="sortable" {
                thead {
                    tr { @for head in heads { th class=[class(head.align)] { button type="button" { (head.name) } } } }
                }
                tbody {
                    @for row in rows {
                        tr {
                            @for (cell, head) in row.iter().zip(heads) {
                                td class=[class(head.align)] data-sort=[cell.sort] { (cell.content) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A table of the papers, whose words are Markdown.
pub(super) fn of_page(table: &Table, words: impl Fn(&str) -> Markup) -> Markup {
    let heads: Vec<Head> =
        table.columns.iter().map(|column| Head { name: words(&column.name), align: column.align }).collect();
    let rows = table.rows.iter().map(|row| {
        let cells = table.cells(row, "\u{a0}±\u{a0}").zip(row);
        let cell = |(text, cell): (String, &Cell)| match cell {
            Cell::Text(_) => Td { content: words(&text), sort: None },
            Cell::Number(value) | Cell::Difference(value) => {
                Td { content: html! { (text) }, sort: Some(*value) }
            }
            Cell::Spread(spread) => Td { content: html! { (text) }, sort: Some(spread.mean) },
            Cell::None => Td { content: html! { (text) }, sort: None },
        };
        cells.map(cell).collect()
    });
    sortable(&heads, rows)
}

/// Names and values.
pub(super) fn facts(facts: &[(String, String)]) -> Markup {
    html! {
        dl class="facts" {
            @for (name, value) in facts { div { dt { (name) } dd { (value) } } }
        }
    }
}

/// A table of numbers on shades; `shade` is 0 to 1.
pub(super) fn heat(
    corner: &str,
    columns: &[String],
    rows: impl IntoIterator<Item = (String, Vec<(String, f64)>)>,
) -> Markup {
    html! {
        div class="scroll" {
            table class="heat" {
                thead { tr { th { (corner) } @for name in columns { th { (name) } } } }
                tbody {
                    @for (name, cells) in rows {
                        tr {
                            th { (name) }
                            @for (text, shade) in cells {
                                td class=[(shade > 0.8).then_some("deep")] style=(format!("--v:{:.0}%", 100.0 * shade.clamp(0.0, 1.0))) { (text) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A picture of a sheet.
pub(super) fn picture(class: &str, (x, y): (usize, usize), row: usize) -> Markup {
    html! {
        span class={ "pic " (class) } style={ "--x:" (x) ";--y:" (y) } role="img" aria-label={ "row " (row) } title={ "row " (row) } {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_escaped() {
        let html =
            sortable(&[Head::words("<a>")], [vec![Td::words("<script>")], vec![Td::number(Some(-0.25), 1)]])
                .into_string();
        assert!(html.contains("&lt;a&gt;") && html.contains("&lt;script&gt;"), "{html}");
        assert!(html.contains("data-sort=\"-0.25\">−0.2<"), "{html}");
        let html = facts(&[("\"<b>".to_owned(), "&".to_owned())]).into_string();
        assert!(html.contains("<dt>&quot;&lt;b&gt;</dt><dd>&amp;</dd>"), "{html}");
    }
}
