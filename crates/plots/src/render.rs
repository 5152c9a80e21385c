//! From a scene to SVG and to pixels, both through plotters' backends.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use plotters::backend::{BitMapBackend, DrawingBackend, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontFamily, FontTransform, IntoFont, RGBColor, ShapeStyle, TextStyle};

use crate::raster::{Raster, over};
use crate::scene::{Align, Item, Scene};
use crate::{Error, Result, font};

/// The PNG is drawn this many times as large in each direction and averaged down:
/// plotters works in whole pixels and smooths only some edges.
const FINER: usize = 2;

/// About 4 K by 8 K; far above any figure a page can hold.
const MAX_PIXELS: u64 = 32_000_000;

/// What differs between the two backends: pixels a unit, and how each places text.
struct Target {
    scale: f64,
    size_per_em: f64,
    /// From the top anchor to the baseline, in em.
    top_to_baseline: f64,
}

pub(crate) fn svg(scene: &Scene) -> Result<String> {
    let size = checked_size(scene)?;
    let mut out = String::new();
    {
        let mut backend = SVGBackend::with_string(&mut out, size);
        // plotters writes dy="0.76em" for text anchored at its top.
        let target = Target { scale: 1.0, size_per_em: font::SVG_PER_EM, top_to_baseline: 0.76 };
        draw(scene, &mut backend, &target)?;
        backend.present().map_err(refused)?;
    }
    let end = out.rfind("</svg>").ok_or_else(|| Error::Draw("the SVG has no end tag".to_owned()))?;
    out.truncate(end);
    for item in &scene.items {
        if let Item::Picture { x, y, raster } = item {
            let (x, y, width, height) = (x.round(), y.round(), raster.width, raster.height);
            let data = BASE64.encode(raster.to_png()?);
            let head = format!("<image x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"");
            out.extend([&head, " href=\"data:image/png;base64,", &data, "\"/>\n"]);
        }
    }
    out += "</svg>\n";
    Ok(out)
}

pub(crate) fn png(scene: &Scene) -> Result<Vec<u8>> {
    let (width, height) = checked_size(scene)?;
    let (fine_width, fine_height) = (width * FINER as u32, height * FINER as u32);
    let mut buffer = vec![0_u8; fine_width as usize * fine_height as usize * 3];
    {
        let mut backend = BitMapBackend::with_buffer(&mut buffer, (fine_width, fine_height));
        // plotters puts the baseline half a line height below the top anchor.
        let target = Target {
            scale: FINER as f64,
            size_per_em: font::LINE_PER_EM,
            top_to_baseline: font::LINE_PER_EM / 2.0,
        };
        draw(scene, &mut backend, &target)?;
        backend.present().map_err(refused)?;
    }
    let mut image = averaged(&buffer, width as usize, height as usize);
    for item in &scene.items {
        if let Item::Picture { x, y, raster } = item {
            blend(&mut image, raster, x.round() as i64, y.round() as i64);
        }
    }
    image.to_png()
}

fn checked_size(scene: &Scene) -> Result<(u32, u32)> {
    check_size(scene.width, scene.height)?;
    Ok(scene.size())
}

/// Refuses a figure that would take too much memory; called early by figures with many parts.
pub(crate) fn check_size(width: f64, height: f64) -> Result<()> {
    if width * height > MAX_PIXELS as f64 {
        return Err(Error::TooLarge { width: width as u64, height: height as u64, limit: MAX_PIXELS });
    }
    Ok(())
}

fn draw<B: DrawingBackend>(scene: &Scene, backend: &mut B, target: &Target) -> Result<()> {
    font::ready()?;

    let whole = |v: f64| (v * target.scale).round() as i32;
    let at = |&(x, y): &(f64, f64)| (whole(x), whole(y));
    let (width, height) = backend.get_size();
    let white = ShapeStyle::from(&RGBColor(255, 255, 255)).filled();
    backend.draw_rect((0, 0), (width as i32, height as i32), &white, true).map_err(refused)?;
    for item in &scene.items {
        match item {
            Item::Text { x, y, em, text, colour, align, upright } => {
                let drop = (font::CAP_HEIGHT / 2.0 - target.top_to_baseline) * em;
                let place = if *upright { (x + drop, *y) } else { (*x, y + drop) };
                let font =
                    (FontFamily::Name(font::FAMILY), em * target.size_per_em * target.scale).into_font();
                let font = if *upright { font.transform(FontTransform::Rotate270) } else { font };
                let anchor = match align {
                    Align::Left => HPos::Left,
                    Align::Centre => HPos::Center,
                    Align::Right => HPos::Right,
                };
                let ink = RGBColor(colour.0, colour.1, colour.2);
                let style = TextStyle::from(font).color(&ink).pos(Pos::new(anchor, VPos::Top));
                backend.draw_text(text, &style, at(&place)).map_err(refused)?;
            }
            Item::Rect { x0, y0, x1, y1, colour } => {
                let style = ShapeStyle::from(&RGBColor(colour.0, colour.1, colour.2)).filled();
                let (left, top) = at(&(*x0, *y0));
                let (right, bottom) = at(&(*x1, *y1));
                if right > left && bottom > top {
                    backend.draw_rect((left, top), (right, bottom), &style, true).map_err(refused)?;
                }
            }
            Item::Path { points, colour, width } => {
                let style = ShapeStyle::from(&RGBColor(colour.0, colour.1, colour.2))
                    .stroke_width((width * target.scale).round().max(1.0) as u32);
                backend.draw_path(points.iter().map(at), &style).map_err(refused)?;
            }
            Item::Polygon { points, colour, alpha } => {
                let style = ShapeStyle::from(&RGBColor(colour.0, colour.1, colour.2).mix(*alpha)).filled();
                backend.fill_polygon(points.iter().map(at), &style).map_err(refused)?;
            }
            Item::Circle { x, y, r, colour } => {
                let style = ShapeStyle::from(&RGBColor(colour.0, colour.1, colour.2)).filled();
                backend.draw_circle(at(&(*x, *y)), whole(*r) as u32, &style, true).map_err(refused)?;
            }
            Item::Picture { .. } => {}
        }
    }
    Ok(())
}

/// What a backend says when it cannot draw.
fn refused(error: impl std::error::Error) -> Error {
    Error::Draw(error.to_string())
}

/// The mean of each square of `FINER` by `FINER` pixels.
fn averaged(fine: &[u8], width: usize, height: usize) -> Raster {
    let mut image = Raster::new(width, height);
    let squares = (FINER * FINER) as u32;
    for (i, pixel) in image.rgba.iter_mut().enumerate() {
        let (x, y) = (i % width * FINER, i / width * FINER);
        for (channel, value) in pixel.iter_mut().take(3).enumerate() {
            let mut sum = squares / 2;
            for dy in 0..FINER {
                for dx in 0..FINER {
                    sum += u32::from(fine[((y + dy) * width * FINER + x + dx) * 3 + channel]);
                }
            }
            *value = (sum / squares) as u8;
        }
        pixel[3] = 255;
    }
    image
}

fn blend(image: &mut Raster, raster: &Raster, left: i64, top: i64) {
    for (i, p) in raster.rgba.iter().enumerate() {
        let (x, y) = ((i % raster.width) as i64 + left, (i / raster.width) as i64 + top);
        let inside = (0..image.width as i64).contains(&x) && (0..image.height as i64).contains(&y);
        if p[3] > 0 && inside {
            let below = &mut image.rgba[y as usize * image.width + x as usize];
            over(below, (p[0], p[1], p[2]), f64::from(p[3]) / 255.0);
        }
    }
}
