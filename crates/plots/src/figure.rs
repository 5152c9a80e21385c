use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::palette::{ALERT, INK};
use crate::scene::{Align, EM, SMALL_EM, Scene, TITLE_EM, printable};
use crate::{Error, Result, font, render};

/// The [note](Figure::note) of a figure drawn from a shortened run.
pub const QUICK_NOTE: &str = "QUICK: not a result";

const MARGIN: f64 = 28.0;

/// A figure that can be drawn as SVG and as PNG.
///
/// A type that describes a figure has to say what its [`content`](Self::content) is; the title, the note, the two
/// formats and the files are the same for all. The same description always gives the same bytes.
pub trait Figure {
    /// The title above the figure; may be empty.
    fn title(&self) -> &str;

    /// A line in signal colour above the title, such as [`QUICK_NOTE`].
    fn note(&self) -> Option<&str>;

    /// Everything but title and note, laid out.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with the description: no data, NaN, lengths that do not match, …
    fn content(&self) -> Result<Scene>;

    /// The whole figure, laid out.
    ///
    /// # Errors
    ///
    /// As [`content`](Self::content).
    fn scene(&self) -> Result<Scene> {
        let content = self.content()?;
        let note = printable(self.note().unwrap_or_default());
        let title = printable(self.title());
        // A narrow figure gets wider rather than its title broken at every word.
        let longest = font::width(&title, TITLE_EM)?.max(font::width(&note, EM)?);
        let width = content.width.max(longest.min(640.0)).ceil();
        let mut scene = Scene::new(width + 2.0 * MARGIN, 0.0);
        let mut y = MARGIN;
        for (text, em, colour) in [(&note, EM, ALERT), (&title, TITLE_EM, INK)] {
            for line in font::wrap(text, em, width)? {
                scene.text((scene.width / 2.0, y + em * 0.6), em, &line, colour, Align::Centre);
                y += em * font::LINE_STEP;
            }
        }
        if y > MARGIN {
            y += SMALL_EM;
        }
        let x = ((scene.width - content.width) / 2.0).round();
        scene.place(content, (x, y.round()));
        scene.height += MARGIN;
        Ok(scene)
    }

    /// The figure as SVG.
    ///
    /// # Errors
    ///
    /// As [`content`](Self::content), or a figure too large to draw.
    fn to_svg(&self) -> Result<String> {
        render::svg(&self.scene()?)
    }

    /// The figure as the bytes of a PNG file.
    ///
    /// # Errors
    ///
    /// As [`to_svg`](Self::to_svg).
    fn to_png(&self) -> Result<Vec<u8>> {
        render::png(&self.scene()?)
    }

    /// Writes `<path>.svg` and `<path>.png` and returns the two paths. Missing folders are made.
    ///
    /// Both are drawn before the first is written, and each is written to a temporary file beside it and renamed,
    /// so that no reader ever finds half a figure.
    ///
    /// # Errors
    ///
    /// As [`to_svg`](Self::to_svg), or a path that cannot be written.
    fn save(&self, path_without_extension: impl AsRef<Path>) -> Result<[PathBuf; 2]>
    where
        Self: Sized,
    {
        let path = path_without_extension.as_ref();
        let scene = self.scene()?;
        let (svg, png) = (render::svg(&scene)?, render::png(&scene)?);
        Ok([write(path, "svg", svg.as_bytes())?, write(path, "png", &png)?])
    }
}

/// So that figures of different kinds can stand in one list.
impl<T: Figure + ?Sized> Figure for Box<T> {
    fn title(&self) -> &str {
        (**self).title()
    }

    fn note(&self) -> Option<&str> {
        (**self).note()
    }

    fn content(&self) -> Result<Scene> {
        (**self).content()
    }
}

fn write(path: &Path, extension: &str, bytes: &[u8]) -> Result<PathBuf> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let Some(name) = path.file_name() else { return Err(Error::NoFileName { path: path.to_owned() }) };
    // Not `with_extension`: the name may hold a dot of its own, as in "t-1.0".
    let mut file = name.to_owned();
    file.push(format!(".{extension}"));
    let target = path.with_file_name(&file);
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(&file);
    hidden.push(format!(".{}-{}.tmp", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
    let temporary = path.with_file_name(hidden);

    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| Error::Io { path, source }
    };
    if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(failed(folder))?;
    }
    let written = fs::write(&temporary, bytes).and_then(|()| fs::rename(&temporary, &target));
    if written.is_err() {
        // Best effort: the first error is the one to report.
        let _ = fs::remove_file(&temporary);
    }
    written.map_err(failed(&target))?;
    Ok(target)
}
