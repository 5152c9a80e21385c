use std::fmt;

use crate::error::check_some;
use crate::figure::Figure;
use crate::palette::INK;
use crate::scene::{Align, EM, Scene};
use crate::{Result, font};

/// Several figures side by side or in rows, each with its own title above it.
///
/// The figures may be of different kinds. Their own notes are not drawn; the note of the whole is.
#[derive(Default)]
pub struct Panels {
    /// The title above all.
    pub title: String,
    /// The figures, row by row.
    pub figures: Vec<Box<dyn Figure>>,
    /// Figures in a row; `None` puts all into one row.
    pub columns: Option<usize>,
    /// A line in signal colour above the title.
    pub note: Option<String>,
}

impl fmt::Debug for Panels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let titles: Vec<&str> = self.figures.iter().map(Figure::title).collect();
        f.debug_struct("Panels").field("title", &self.title).field("figures", &titles).finish_non_exhaustive()
    }
}

impl Figure for Panels {
    fn title(&self) -> &str {
        &self.title
    }

    fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    fn content(&self) -> Result<Scene> {
        check_some("panels", self.figures.len())?;
        let parts = self
            .figures
            .iter()
            .map(|figure| Ok((figure.title().to_owned(), figure.content()?)))
            .collect::<Result<Vec<_>>>()?;
        grid(parts, self.columns.unwrap_or(usize::MAX))
    }
}

/// Puts titled scenes into rows of `columns`; columns are as wide and rows as high as their largest part.
pub(crate) fn grid(parts: Vec<(String, Scene)>, columns: usize) -> Result<Scene> {
    const GAP: f64 = 48.0;
    let columns = columns.clamp(1, parts.len().max(1));
    let mut widths = vec![0.0_f64; columns];
    for (i, (_, scene)) in parts.iter().enumerate() {
        widths[i % columns] = widths[i % columns].max(scene.width);
    }
    let titles = parts
        .iter()
        .enumerate()
        .map(|(i, p)| font::wrap(&p.0, EM, widths[i % columns]))
        .collect::<Result<Vec<_>>>()?;
    let mut whole = Scene::new(0.0, 0.0);
    let mut y = 0.0;
    let mut rest = parts.into_iter().zip(titles).peekable();
    while rest.peek().is_some() {
        let row: Vec<_> = rest.by_ref().take(columns).collect();
        let lines = row.iter().map(|(_, title)| title.len()).max().unwrap_or(0);
        let head = if lines == 0 { 0.0 } else { lines as f64 * EM * font::LINE_STEP + 10.0 };
        let mut x = 0.0;
        for (i, ((_, scene), title)) in row.into_iter().enumerate() {
            // Short titles stand next to their figure, not at the top of the row.
            let top = y + (lines - title.len()) as f64 * EM * font::LINE_STEP;
            let middle = x + scene.middle();
            let half = font::widest(&title, EM)? / 2.0;
            let middle = middle.clamp(x + half, (x + widths[i] - half).max(x + half));
            whole.lines((middle, top + EM * 0.6), EM, &title, INK, Align::Centre);
            whole.place(scene, (x, y + head));
            x += widths[i] + GAP;
        }
        y = whole.height + GAP * 0.7;
    }
    Ok(whole)
}
