use crate::Result;
use crate::run::Store;
use deepclust_plots::Figure;

/// Figures of a paper's page: file names and captions of what was drawn.
#[derive(Debug)]
pub struct Drawn {
    slug: &'static str,
    figures: Vec<(String, String)>,
}

impl Drawn {
    /// Nothing yet, for the paper of that name.
    pub fn new(slug: &'static str) -> Self {
        Self { slug, figures: Vec::new() }
    }

    /// Writes `figures/<slug>-<name>` as PNG and SVG, and keeps its caption.
    ///
    /// # Errors
    /// When the figure cannot be drawn or written.
    pub fn save(&mut self, store: &Store, name: &str, caption: String, figure: &impl Figure) -> Result<()> {
        let name = format!("{}-{name}", self.slug);
        let folder = store.root().join("figures");
        std::fs::create_dir_all(&folder).map_err(crate::Error::io(&folder))?;
        figure.save(folder.join(&name))?;
        self.figures.push((name, caption));
        Ok(())
    }

    /// What was drawn, in order.
    pub fn iter(&self) -> impl Iterator<Item = &(String, String)> {
        self.figures.iter()
    }
}
