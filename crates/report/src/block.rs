use crate::Table;
use std::fmt::Write;

/// A part of a page.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// A section's head.
    Heading(String),
    /// A paragraph of Markdown.
    Paragraph(String),
    /// A list.
    List(Vec<String>),
    /// A table, and the name of its files.
    Table(String, Table),
    /// A figure that lies at `figures/<name>.png` and `.svg`, and its caption.
    Figure(String, String),
}

impl Block {
    /// The block in Markdown, with an empty line before it.
    pub fn to_markdown(&self) -> String {
        let mut text = String::from("\n");
        // A String takes whatever is written.
        let _ = match self {
            Self::Heading(words) => writeln!(text, "## {words}"),
            Self::Paragraph(words) => writeln!(text, "{}", words.trim_end()),
            Self::List(items) => items.iter().try_for_each(|item| writeln!(text, "- {item}")),
            Self::Table(name, table) => {
                let files = format!("([CSV](tables/{name}.csv), [LaTeX](tables/{name}.tex))");
                writeln!(text, "**{}** {files}\n\n{}", table.title, table.to_markdown().trim_end())
            }
            Self::Figure(name, caption) => {
                writeln!(text, "![{name}](figures/{name}.png)\n\n{caption} ([SVG](figures/{name}.svg))")
            }
        };
        text
    }
}
