use crate::{Block, Error, Result, Table};
use deepclust_experiments::Store;
use deepclust_plots::Figure;
use std::path::{Path, PathBuf};

/// A page that grows from top to bottom, with its files in a folder of its own: `page.md`, `tables/` and `figures/`.
#[derive(Clone, Debug)]
pub struct Page {
    slug: String,
    title: String,
    quick: bool,
    blocks: Vec<Block>,
    /// Tables that are files alone.
    files: Vec<(String, Table)>,
}

impl Page {
    /// A page with a title, in the folder of that name. That of a quick run says so first.
    pub fn new(slug: &str, title: &str, quick: bool) -> Self {
        let title = if quick { format!("QUICK: {title}") } else { title.to_owned() };
        let mut page = Self { slug: slug.to_owned(), title, quick, blocks: Vec::new(), files: Vec::new() };
        if quick {
            page.paragraph(
                "**QUICK: these are not results.** Fewer samples, epochs and runs were used, to show that everything works.",
            );
        }
        page
    }

    /// Whether it is of a quick run.
    pub fn is_quick(&self) -> bool {
        self.quick
    }

    /// A section's head.
    pub fn heading(&mut self, text: &str) {
        self.blocks.push(Block::Heading(text.to_owned()));
    }

    /// A paragraph of Markdown.
    pub fn paragraph(&mut self, text: &str) {
        self.blocks.push(Block::Paragraph(text.to_owned()));
    }

    /// A list.
    pub fn list(&mut self, items: Vec<String>) {
        self.blocks.push(Block::List(items));
    }

    /// A table, on the page and as files.
    pub fn table(&mut self, name: &str, table: &Table) {
        let table = self.marked(table);
        self.blocks.push(Block::Table(name.to_owned(), table));
    }

    /// A table as files alone, which the page links to at its end.
    pub fn file(&mut self, name: &str, table: &Table) {
        let table = self.marked(table);
        self.files.push((name.to_owned(), table));
    }

    /// Draws a figure as PNG and SVG, and puts it on the page.
    ///
    /// # Errors
    /// When it cannot be drawn or written.
    pub fn figure(&mut self, store: &Store, name: &str, caption: &str, figure: &impl Figure) -> Result<()> {
        let folder = store.root().join(&self.slug).join("figures");
        std::fs::create_dir_all(&folder).map_err(Error::io(&folder))?;
        figure.save(folder.join(name))?;
        self.drawn(name, caption);
        Ok(())
    }

    /// A figure whose files are there.
    pub(crate) fn drawn(&mut self, name: &str, caption: &str) {
        self.blocks.push(Block::Figure(name.to_owned(), caption.to_owned()));
    }

    pub(crate) fn slug(&self) -> &str {
        &self.slug
    }

    pub(crate) fn title(&self) -> &str {
        &self.title
    }

    pub(crate) fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    pub(crate) fn files(&self) -> &[(String, Table)] {
        &self.files
    }

    /// Where the figures lie, below the output folder.
    pub fn figures(&self) -> Vec<PathBuf> {
        let path = |name: &String| Path::new(&self.slug).join("figures").join(format!("{name}.png"));
        let name = |block: &Block| match block {
            Block::Figure(name, _) => Some(path(name)),
            _ => None,
        };
        self.blocks.iter().filter_map(name).collect()
    }

    fn marked(&self, table: &Table) -> Table {
        let mut table = table.clone();
        if self.quick {
            table.title = format!("QUICK (not a result): {}", table.title);
        }
        table
    }

    /// The page in Markdown.
    pub fn to_markdown(&self) -> String {
        let mut text = format!("# {}\n", self.title);
        text.extend(self.blocks.iter().map(Block::to_markdown));
        if !self.files.is_empty() {
            text += &Block::Heading("Files".to_owned()).to_markdown();
            let link = |(name, table): &(String, Table)| {
                let notes = table.notes.iter().map(|note| format!(". {note}")).collect::<String>();
                format!("[{}](tables/{name}.csv){notes}", table.title)
            };
            text += &Block::List(self.files.iter().map(link).collect()).to_markdown();
        }
        text
    }

    /// Where the page is, or will be.
    pub fn path(&self, store: &Store) -> PathBuf {
        store.root().join(&self.slug).join("page.md")
    }

    /// Writes the page and its tables below the store's folder; answers where the page is.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write(&self, store: &Store) -> Result<PathBuf> {
        let folder = Path::new(&self.slug);
        let on_page = self.blocks.iter().filter_map(|block| match block {
            Block::Table(name, table) => Some((name, table)),
            _ => None,
        });
        for (name, table) in on_page.chain(self.files.iter().map(|(name, table)| (name, table))) {
            let file = |extension: &str| folder.join("tables").join(format!("{name}.{extension}"));
            store.write_file(&file("csv"), table.to_csv().as_bytes())?;
            store.write_file(&file("tex"), table.to_latex().as_bytes())?;
        }
        store.write_file(&folder.join("page.md"), self.to_markdown().as_bytes())?;
        Ok(self.path(store))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Cell, Column};

    fn page(quick: bool) -> Page {
        let table = Table {
            title: "Numbers".to_owned(),
            columns: vec![Column::number("n", 0)],
            rows: vec![vec![Cell::Number(3.0)]],
            notes: Vec::new(),
        };
        let mut page = Page::new("p", "A page", quick);
        page.heading("First");
        page.table("numbers", &table);
        page.file("more", &table);
        page
    }

    #[test]
    fn a_page_has_its_files_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let path = page(false).write(&store).unwrap();
        assert_eq!(path, folder.path().join("p/page.md"));
        let text = std::fs::read_to_string(path).unwrap();
        assert_eq!(
            text,
            "# A page\n\n## First\n\n**Numbers** ([CSV](tables/numbers.csv), [LaTeX](tables/numbers.tex))\n\n\
             |n|\n|---:|\n|3|\n\n## Files\n\n- [Numbers](tables/more.csv)\n"
        );
        for name in ["numbers.csv", "numbers.tex", "more.csv", "more.tex"] {
            assert!(folder.path().join("p/tables").join(name).exists(), "{name}");
        }
    }

    #[test]
    fn what_is_quick_says_so_everywhere() {
        let text = page(true).to_markdown();
        assert!(text.starts_with("# QUICK: A page\n\n**QUICK: these are not results.**"), "{text}");
        assert!(text.contains("**QUICK (not a result): Numbers**"));
    }
}
