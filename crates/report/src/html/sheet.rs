use super::Item;
use crate::Result;
use base64::Engine;
use std::collections::HashMap;

/// Many pictures in one PNG.
#[derive(Debug)]
pub(super) struct Sheet {
    /// Column and row of cells by number of the data's row.
    places: HashMap<usize, (usize, usize)>,
    /// Width and height of a cell in pixels.
    cell: (usize, usize),
    /// Columns and rows of cells.
    cells: (usize, usize),
    /// The file, in base64; empty without pictures.
    png: String,
    /// How many there were.
    given: usize,
}

impl Sheet {
    /// A sheet of the pictures that items have. Each is made to fit the longest of the `sides` with which all together have at most `budget`
    /// bytes before compression; where even the shortest is too long, evenly spaced ones are left out.
    ///
    /// # Errors
    /// When the PNG cannot be encoded.
    pub(super) fn new<'a>(
        items: impl IntoIterator<Item = &'a Item>,
        sides: &[usize],
        budget: usize,
    ) -> Result<Self> {
        let mut seen = HashMap::new();
        let mut all = Vec::new();
        for item in items {
            if let Some(picture) = &item.picture
                && seen.insert(item.row, ()).is_none()
            {
                all.push((item.row, picture));
            }
        }
        let given = all.len();
        let channels = all.iter().filter_map(|(_, picture)| picture.channels()).max().unwrap_or(1);
        let cell = |side: usize| {
            let size = |picture: &&super::Picture| picture.fitted(side);
            let sizes = all.iter().map(|(_, picture)| size(picture));
            sizes.fold((1, 1), |(w, h), (width, height)| (w.max(width), h.max(height)))
        };
        let bytes = |side: usize| cell(side).0 * cell(side).1 * channels;
        let last = sides.last().copied().unwrap_or(1);
        let side = sides.iter().copied().find(|side| bytes(*side) * given <= budget).unwrap_or(last);
        let kept = (budget / bytes(side)).min(given);
        let cell = cell(side);
        let shown: Vec<_> = (0..kept).map(|i| all[i * given / kept]).collect();
        // Near a square: browsers limit the longer side.
        let columns =
            (1..=kept).find(|columns| columns * cell.0 >= kept.div_ceil(*columns) * cell.1).unwrap_or(1);
        let cells = (columns, kept.div_ceil(columns));
        let width = cells.0 * cell.0 * channels;
        let mut bytes = vec![0; width * cells.1 * cell.1];
        let mut places = HashMap::new();
        for (i, (row, picture)) in shown.iter().enumerate() {
            let (column, line) = (i % columns, i / columns);
            places.insert(*row, (column, line));
            let size = picture.fitted(side);
            for y in 0..size.1 {
                let start = (line * cell.1 + y) * width + column * cell.0 * channels;
                bytes[start..start + size.0 * channels].copy_from_slice(&picture.row(y, size, channels));
            }
        }
        let png = if kept == 0 {
            String::new()
        } else {
            encode(&bytes, (cells.0 * cell.0, cells.1 * cell.1), channels)?
        };
        Ok(Self { places, cell, cells, png, given })
    }

    /// Where a row's picture lies, in pixels from the left and from the top.
    pub(super) fn place(&self, row: usize) -> Option<(usize, usize)> {
        self.places.get(&row).map(|(column, line)| (column * self.cell.0, line * self.cell.1))
    }

    /// Pictures that were given, and that are in it.
    pub(super) fn counts(&self) -> (usize, usize) {
        (self.given, self.places.len())
    }

    /// The rule of CSS that shows it behind elements of a class, `length` pixels of a screen a side.
    pub(super) fn css(&self, class: &str, length: usize) -> String {
        if self.png.is_empty() {
            return String::new();
        }
        let ((w, h), (columns, rows)) = (self.cell, self.cells);
        // Whole pixels where they are few: digits of 28 stay sharp.
        let zoom = (length / w.max(h)).max(1);
        format!(
            ".{class}{{--w:{w};--h:{h};--sw:{};--sh:{};--z:{zoom};background-image:url(data:image/png;base64,{})}}",
            columns * w,
            rows * h,
            self.png
        )
    }
}

/// The smaller of two ways to filter: digits are mostly black, photographs are smooth.
fn encode(bytes: &[u8], (width, height): (usize, usize), channels: usize) -> Result<String> {
    let one = |filter| -> Result<Vec<u8>, png::EncodingError> {
        let mut out = Vec::new();
        let mut encoder = png::Encoder::new(&mut out, width as u32, height as u32);
        encoder.set_color(if channels == 3 { png::ColorType::Rgb } else { png::ColorType::Grayscale });
        encoder.set_compression(png::Compression::Best);
        encoder.set_filter(filter);
        encoder.write_header()?.write_image_data(bytes)?;
        Ok(out)
    };
    let (plain, smooth) = (one(png::FilterType::NoFilter)?, one(png::FilterType::Paeth)?);
    let least = if plain.len() <= smooth.len() { plain } else { smooth };
    Ok(base64::engine::general_purpose::STANDARD.encode(least))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html::Picture;

    fn item(row: usize, side: usize) -> Item {
        let picture = Picture { width: side, height: side, pixels: vec![row as u8; side * side] };
        Item { row, picture: Some(picture), fields: Vec::new() }
    }

    fn decoded(sheet: &Sheet) -> (u32, u32, Vec<u8>) {
        let bytes = base64::engine::general_purpose::STANDARD.decode(&sheet.png).unwrap();
        let mut reader = png::Decoder::new(bytes.as_slice()).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size()];
        let info = reader.next_frame(&mut pixels).unwrap();
        (info.width, info.height, pixels)
    }

    #[test]
    fn a_picture_lies_where_its_place_says() {
        let items = [item(7, 2), item(9, 2), item(7, 2), item(200, 2)];
        let sheet = Sheet::new(&items, &[8], 1000).unwrap();
        let (width, _, pixels) = decoded(&sheet);
        assert_eq!(sheet.counts(), (3, 3));
        for row in [7, 9, 200] {
            let (x, y) = sheet.place(row).unwrap();
            assert_eq!(pixels[(y + 1) * width as usize + x + 1], row as u8);
        }
        assert_eq!(sheet.place(8), None);
        assert!(sheet.css("pic", 10).starts_with(".pic{--w:2;--h:2;--sw:4;--sh:4;--z:5;"));
    }

    #[test]
    fn pictures_shrink_before_they_are_left_out() {
        let items: Vec<Item> = (0..10).map(|row| item(row, 8)).collect();
        let sheet = Sheet::new(&items, &[8, 4], 300).unwrap();
        assert_eq!((sheet.cell, sheet.counts()), ((4, 4), (10, 10)));
        let sheet = Sheet::new(&items, &[8, 4], 80).unwrap();
        assert_eq!((sheet.cell, sheet.counts()), ((4, 4), (10, 5)));
        assert!(sheet.place(0).is_some() && sheet.place(8).is_some());
        assert_eq!(Sheet::new(&[], &[8], 80).unwrap().css("pic", 10), "");
    }

    #[test]
    fn grey_beside_colour_is_grey() {
        let red = Picture { width: 1, height: 1, pixels: vec![255, 0, 0] };
        let items = [item(3, 1), Item { row: 4, picture: Some(red), fields: Vec::new() }];
        let sheet = Sheet::new(&items, &[8], 100).unwrap();
        assert_eq!(decoded(&sheet).2, [3, 3, 3, 255, 0, 0, 0, 0, 0, 0, 0, 0][..decoded(&sheet).2.len()]);
    }
}
