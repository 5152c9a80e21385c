/// A row of the data, as it is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Item {
    /// Its number, from 0.
    pub row: usize,
    /// It as a picture.
    pub picture: Option<Picture>,
    /// A value for each of the report's [columns](super::ClusteringReport::columns), or none at all.
    pub fields: Vec<String>,
}

/// Pixels, rows from top to bottom, each from left to right: width · height bytes in grey, or 3 · width · height in red, green and blue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    /// Pixels a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// 0 is dark, 255 is light.
    pub pixels: Vec<u8>,
}

impl Picture {
    /// Bytes a pixel: 1, or 3. None where the bytes do not fit the size.
    pub(super) fn channels(&self) -> Option<usize> {
        let size = self.width.checked_mul(self.height).filter(|size| *size > 0)?;
        [1, 3].into_iter().find(|channels| size.checked_mul(*channels) == Some(self.pixels.len()))
    }

    /// Width and height when the longer side has at most `side` pixels.
    pub(super) fn fitted(&self, side: usize) -> (usize, usize) {
        let longer = self.width.max(self.height);
        if longer <= side {
            return (self.width, self.height);
        }
        let fit = |length: usize| ((length * side + longer / 2) / longer).max(1);
        (fit(self.width), fit(self.height))
    }

    /// One row of the fitted picture, each pixel the mean of those that it stands for; a grey one is repeated for three channels.
    pub(super) fn row(&self, y: usize, (width, height): (usize, usize), channels: usize) -> Vec<u8> {
        let own = self.channels().unwrap_or(1);
        let part = |at: usize, of: usize, length: usize| (at * length / of, ((at + 1) * length).div_ceil(of));
        let (top, bottom) = part(y, height, self.height);
        let mut row = Vec::with_capacity(width * channels);
        for x in 0..width {
            let (left, right) = part(x, width, self.width);
            for channel in 0..channels {
                let place = |i: usize, j: usize| (i * self.width + j) * own + channel.min(own - 1);
                let pixels = (top..bottom).flat_map(|i| (left..right).map(move |j| place(i, j)));
                let sum: usize = pixels.map(|place| usize::from(self.pixels[place])).sum();
                let count = (bottom - top) * (right - left);
                row.push(((sum + count / 2) / count) as u8);
            }
        }
        row
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_picture_is_made_smaller_by_means() {
        let picture = Picture { width: 4, height: 2, pixels: vec![0, 10, 20, 30, 40, 50, 60, 70] };
        assert_eq!(picture.channels(), Some(1));
        assert_eq!(picture.fitted(2), (2, 1));
        assert_eq!(picture.row(0, (2, 1), 1), [25, 45]);
        assert_eq!(picture.row(1, picture.fitted(9), 1), [40, 50, 60, 70]);
        assert_eq!(picture.row(0, (2, 1), 3), [25, 25, 25, 45, 45, 45]);
        assert_eq!(Picture { width: 3, ..picture }.channels(), None);
    }
}
