use super::document::Document;
use super::markdown::{blocks, inline};
use super::tables::of_page;
use crate::{Block, Error, Page, Result, Table};
use base64::Engine;
use maud::{Markup, html};
use std::path::Path;

/// Pages as one HTML file for the folder that theirs are in: tables that a click sorts, figures inline. Links lead to their other files.
///
/// # Errors
/// When a figure cannot be read.
pub fn of_pages(title: &str, words: &str, pages: &[Page], root: &Path) -> Result<String> {
    let mut body = vec![html! { div class="summary" { (blocks(words, ".")) } }];
    for page in pages {
        body.push(section(page, root)?);
    }
    let sections: Vec<(String, String)> =
        pages.iter().map(|page| (page.slug().to_owned(), page.slug().to_owned())).collect();
    let footer = "Made from the records below runs/. This file holds all that it shows and loads nothing.";
    let body = html! { @for part in body { (part) } };
    Ok(Document { title, style: "", sections: &sections, body, footer }.render())
}

fn section(page: &Page, root: &Path) -> Result<Markup> {
    let slug = page.slug();
    let parts =
        page.blocks().iter().map(|block| of_block(block, slug, root)).collect::<Result<Vec<Markup>>>()?;
    Ok(html! {
        section id=(slug) class="page" {
            h2 { (page.title()) }
            @for part in parts { (part) }
            @if !page.files().is_empty() {
                details {
                    summary { "Files: " a href={ (slug) "/page.md" } { "page.md" } " and " (page.files().len()) " tables" }
                    ul { @for (name, table) in page.files() { li { a href={ (slug) "/tables/" (name) ".csv" } { (table.title) } } } }
                }
            }
        }
    })
}

fn of_block(block: &Block, slug: &str, root: &Path) -> Result<Markup> {
    Ok(match block {
        Block::Heading(text) => html! { h3 { (inline(text, slug)) } },
        Block::Paragraph(text) => blocks(text, slug),
        Block::List(items) => html! { ul { @for item in items { li { (inline(item, slug)) } } } },
        Block::Table(name, table) => of_table(name, table, slug),
        Block::Figure(name, caption) => {
            html! {
                figure class="picture" {
                    img src=(figure(root, slug, name)?) alt=(name) loading="lazy";
                    figcaption { (inline(caption, slug)) }
                }
            }
        }
    })
}

fn of_table(name: &str, table: &Table, slug: &str) -> Markup {
    let file = |extension: &str| format!("{slug}/tables/{name}.{extension}");
    html! {
        p class="caption" {
            strong { (inline(&table.title, slug)) } " "
            span class="no-print" { a href=(file("csv")) { "CSV" } " " a href=(file("tex")) { "LaTeX" } }
        }
        (of_page(table, |text| inline(text, slug)))
        @for note in &table.notes { (blocks(note, slug)) }
    }
}

/// The smaller of a figure's two files, as a URL that holds it.
fn figure(root: &Path, slug: &str, name: &str) -> Result<String> {
    let read = |extension: &str| {
        let path = root.join(slug).join("figures").join(format!("{name}.{extension}"));
        std::fs::read(&path).map_err(Error::io(&path))
    };
    let (png, svg) = (read("png")?, read("svg")?);
    let (kind, bytes) = if svg.len() < png.len() { ("svg+xml", svg) } else { ("png", png) };
    Ok(format!("data:image/{kind};base64,{}", base64::engine::general_purpose::STANDARD.encode(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Cell, Column, Spread};

    #[test]
    fn blocks_become_sections_with_figures_inside() {
        let folder = tempfile::tempdir().unwrap();
        let figures = folder.path().join("p/figures");
        std::fs::create_dir_all(&figures).unwrap();
        std::fs::write(figures.join("f.png"), [0; 9]).unwrap();
        let mut page = Page::new("p", "A <page>", false);
        page.heading("First");
        page.list(vec!["one **item**".to_owned()]);
        let spread = Spread::of([0.5, 1.0]).unwrap();
        let table = Table {
            title: "Numbers".to_owned(),
            columns: vec![Column::words("`a`"), Column::spread("ACC", 2)],
            rows: vec![vec![Cell::from("<b>"), Cell::Spread(spread)], vec![Cell::from("c"), Cell::None]],
            notes: vec!["A note.".to_owned()],
        };
        page.table("numbers", &table);
        page.file("all", &table);
        let html = of_pages("Results", "Words.", &[page.clone()], folder.path()).unwrap();
        for part in [
            "<h2>A &lt;page&gt;</h2>",
            "<h3>First</h3>",
            "<li>one <strong>item</strong></li>",
            "<code>a</code>",
            "<td>&lt;b&gt;</td><td class=\"number\" data-sort=\"0.75\">0.75\u{a0}±\u{a0}0.35</td>",
            "<p>A note.</p>",
            "href=\"p/tables/all.csv\"",
        ] {
            assert!(html.contains(part), "{part}\n{html}");
        }
        let mut other = page;
        other.drawn("f", "A caption.");
        let error = of_pages("Results", "", &[other.clone()], folder.path()).unwrap_err().to_string();
        assert!(error.contains("f.svg"), "{error}");
        std::fs::write(figures.join("f.svg"), "<svg/>").unwrap();
        let html = of_pages("Results", "", &[other], folder.path()).unwrap();
        assert!(html.contains("src=\"data:image/svg+xml;base64,PHN2Zy8+\""));
    }
}
