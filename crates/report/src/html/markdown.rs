//! Markdown of our own pages as HTML.

use maud::{Markup, PreEscaped};
use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd};

/// Paragraphs and lists; links to files begin in a folder. HTML in it is text.
pub(super) fn blocks(text: &str, folder: &str) -> Markup {
    render(text, folder, false)
}

/// The words of one paragraph, without its element.
pub(super) fn inline(text: &str, folder: &str) -> Markup {
    render(text, folder, true)
}

fn render(text: &str, folder: &str, inline: bool) -> Markup {
    let events = Parser::new_ext(text, Options::ENABLE_TABLES).filter_map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Some(Event::Text(text)),
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            Some(Event::Start(Tag::Link { link_type, dest_url: from(folder, dest_url), title, id }))
        }
        Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph) if inline => None,
        other => Some(other),
    });
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, events);
    PreEscaped(html)
}

/// A link as it is from the folder above.
fn from<'a>(folder: &str, link: CowStr<'a>) -> CowStr<'a> {
    if link.starts_with('#') || link.starts_with('/') || link.contains(':') {
        link
    } else {
        format!("{folder}/{link}").into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_begin_in_the_folder_and_html_is_text() {
        let html = inline("**a** [b](tables/c.csv) [d](https://e.org) <i>", "f").into_string();
        assert_eq!(
            html,
            "<strong>a</strong> <a href=\"f/tables/c.csv\">b</a> <a href=\"https://e.org\">d</a> &lt;i&gt;"
        );
        assert_eq!(blocks("1. a\n2. b", "f").into_string(), "<ol>\n<li>a</li>\n<li>b</li>\n</ol>\n");
        assert_eq!(blocks("<script>x</script>", "f").into_string(), "&lt;script&gt;x&lt;/script&gt;");
    }
}
