//! The frame of a page: style, scripts, and a policy that lets nothing else in.

use super::clusters::colours;
use base64::Engine;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

const STYLE: &str = include_str!("style.css");
/// The switch of light and dark, and tables that a click sorts.
const PAGE: &str = include_str!("page.js");
/// Numbers of a chart's lines where the pointer is.
const CHARTS: &str = include_str!("charts.js");
/// The map.
const MAP: &str = include_str!("map.js");

/// What a page consists of.
#[derive(Debug)]
pub(super) struct Document<'a> {
    pub(super) title: &'a str,
    /// Rules of CSS beside those of all pages.
    pub(super) style: &'a str,
    /// Ids and names of its sections.
    pub(super) sections: &'a [(String, String)],
    pub(super) body: Markup,
    pub(super) footer: &'a str,
}

impl Document<'_> {
    /// The file.
    pub(super) fn render(self) -> String {
        let scripts = [PAGE, CHARTS, MAP];
        // By their digests: a script that a hole in the escaping let through would not run.
        let digests = scripts.map(|text| {
            format!("'sha256-{}'", base64::engine::general_purpose::STANDARD.encode(Sha256::digest(text)))
        });
        let policy = format!(
            "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src {}; base-uri 'none'; form-action 'none'",
            digests.join(" ")
        );
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(policy);
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="generator" content=(concat!("deepclust ", env!("CARGO_PKG_VERSION")));
                    title { (self.title) }
                    // Without an icon browsers ask for one.
                    link rel="icon" href="data:,";
                    style { (PreEscaped(STYLE)) (PreEscaped(colours())) (PreEscaped(self.style)) }
                }
                body {
                    header {
                        h1 { (self.title) }
                        button type="button" id="theme" class="no-print" { "light / dark" }
                    }
                    @if self.sections.len() > 1 {
                        nav class="no-print" { @for (id, name) in self.sections { a href={ "#" (id) } { (name) } } }
                    }
                    main { (self.body) }
                    footer { (self.footer) }
                    div id="tip" role="status" hidden {}
                    @for script in scripts { script { (PreEscaped(script)) } }
                }
            }
        }
        .into_string()
    }
}

/// Data for a script. No text in them can end the element.
pub(super) fn data(id: &str, value: &serde_json::Value) -> Markup {
    let text = value.to_string().replace('<', "\\u003c");
    html! { script type="application/json" id=(id) { (PreEscaped(text)) } }
}
