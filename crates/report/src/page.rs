use super::Table;
use crate::Result;
use crate::run::Store;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// A Markdown page that grows from top to bottom. Its tables are written as files of their own too.
#[derive(Debug)]
pub struct Page<'a> {
    store: &'a Store,
    quick: bool,
    text: String,
}

impl<'a> Page<'a> {
    /// A page with a title. That of a quick run says so first.
    pub fn new(store: &'a Store, title: &str, quick: bool) -> Self {
        let mut page =
            Self { store, quick, text: format!("# {}{title}\n", if quick { "QUICK: " } else { "" }) };
        if quick {
            page.paragraph(
                "**QUICK: these are not results.** Fewer samples, epochs and runs were used, to show that everything works.",
            );
        }
        page
    }

    /// A section's head.
    pub fn heading(&mut self, text: &str) {
        let _ = write!(self.text, "\n## {text}\n"); // a String always takes it
    }

    /// A paragraph of Markdown.
    pub fn paragraph(&mut self, text: &str) {
        let _ = write!(self.text, "\n{text}\n");
    }

    /// A list.
    pub fn list(&mut self, items: &[String]) {
        self.text.push('\n');
        for item in items {
            let _ = writeln!(self.text, "- {item}");
        }
    }

    /// A numbered list.
    pub fn numbered(&mut self, items: &[String]) {
        self.text.push('\n');
        for (i, item) in items.iter().enumerate() {
            let _ = writeln!(self.text, "{}. {item}", i + 1);
        }
    }

    /// A table, which is also written as `tables/<name>.{md,csv,tex}`.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn table(&mut self, name: &str, table: &Table) -> Result<()> {
        let mut table = table.clone();
        if self.quick {
            table.title = format!("QUICK (not a result): {}", table.title);
            table.notes.insert(0, "QUICK: not a result.".to_owned());
        }
        let markdown = format!("**{}**\n\n{}", table.title, table.to_markdown());
        let file = |extension: &str| PathBuf::from("tables").join(format!("{name}.{extension}"));
        self.store.write_file(&file("md"), markdown.as_bytes())?;
        self.store.write_file(&file("csv"), table.to_csv().as_bytes())?;
        self.store.write_file(&file("tex"), table.to_latex().as_bytes())?;
        self.paragraph(&markdown);
        self.paragraph(&format!(
            "As files: [Markdown](tables/{name}.md), [CSV](tables/{name}.csv), [LaTeX](tables/{name}.tex)."
        ));
        Ok(())
    }

    /// A figure that lies at `figures/<name>.png` and `.svg`.
    pub fn figure(&mut self, name: &str, caption: &str) {
        self.paragraph(&format!("![{caption}](figures/{name}.png)\n\n{caption} ([SVG](figures/{name}.svg))"));
    }

    /// Writes the page as `<name>.md`.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(self, name: &str) -> Result<()> {
        self.store.write_file(Path::new(&format!("{name}.md")), self.text.as_bytes())
    }
}
