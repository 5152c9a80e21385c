//! The one typeface of all figures, compiled in, so that no font of the machine changes a byte.

use std::sync::OnceLock;

use plotters::style::{FontFamily, FontStyle, IntoFont, register_font};

use crate::{Error, Result};

/// What the SVG asks its viewer for: the bundled face, or the nearest that is installed.
/// The PNG is drawn with the bundled face, registered under this very list.
/// DejaVu Sans is wide, so text in another face takes less room than was measured for it.
pub(crate) const FAMILY: &str = "DejaVu Sans, Verdana, Arial, sans-serif";

static BYTES: &[u8] = include_bytes!("../assets/DejaVuSans.ttf");

/// Plotters measures a font by its line height when it draws pixels and by 1.24 of the em in SVG;
/// DejaVu's own line height is 1.164 of its em. Sizes here are always in em.
pub(crate) const LINE_PER_EM: f64 = 1.164;
/// See [`LINE_PER_EM`].
pub(crate) const SVG_PER_EM: f64 = 1.24;
/// Height of a capital letter, in em.
pub(crate) const CAP_HEIGHT: f64 = 0.729;
/// From one line to the next, in em.
pub(crate) const LINE_STEP: f64 = 1.25;

/// Registers the typeface, once a process.
pub(crate) fn ready() -> Result<()> {
    static READY: OnceLock<bool> = OnceLock::new();
    if *READY.get_or_init(|| register_font(FAMILY, FontStyle::Normal, BYTES).is_ok()) {
        Ok(())
    } else {
        Err(Error::Draw("the bundled typeface was refused".to_owned()))
    }
}

/// Width of one line of text at `em` pixels.
pub(crate) fn width(text: &str, em: f64) -> Result<f64> {
    ready()?;
    // Measured large and scaled down, because plotters answers in whole pixels.
    let (wide, _) = (FontFamily::Name(FAMILY), 1000.0 * LINE_PER_EM)
        .into_font()
        .box_size(text)
        .map_err(|e| Error::Draw(e.to_string()))?;
    Ok(f64::from(wide) * em / 1000.0)
}

/// The widest of several lines.
pub(crate) fn widest<S: AsRef<str>>(lines: impl IntoIterator<Item = S>, em: f64) -> Result<f64> {
    lines.into_iter().try_fold(0.0_f64, |most, line| Ok(most.max(width(line.as_ref(), em)?)))
}

/// Breaks a text into lines of at most `limit` pixels: between words, or inside a word that is too long.
pub(crate) fn wrap(text: &str, em: f64, limit: f64) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let joined = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if width(&joined, em)? <= limit {
            line = joined;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for letter in word.chars() {
            let longer = format!("{line}{letter}");
            if !line.is_empty() && width(&longer, em)? > limit {
                lines.push(std::mem::replace(&mut line, letter.to_string()));
            } else {
                line = longer;
            }
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn width_is_that_of_the_font_file() {
        // fontTools 4.60: TTFont("DejaVuSans.ttf")["hmtx"]["M"][0] / ["head"].unitsPerEm = 1767 / 2048
        assert!((width("M", 100.0).unwrap() - 86.28).abs() < 0.2);
        assert_eq!(width("", 20.0).unwrap(), 0.0);
    }

    #[test]
    fn wrapped_lines_fit_and_lose_no_letter() {
        let text = "Ankle boot andaverylongwordthatfitsnowhereatallinsuchanarrowcolumn Äpfel";
        let lines = wrap(text, 20.0, 150.0).unwrap();
        assert!(lines.len() > 3);
        for line in &lines {
            assert!(width(line, 20.0).unwrap() <= 150.0, "{line}");
        }
        let letters = |s: &str| s.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        assert_eq!(letters(&lines.concat()), letters(text));
        assert!(wrap("  ", 20.0, 150.0).unwrap().is_empty());
    }
}
