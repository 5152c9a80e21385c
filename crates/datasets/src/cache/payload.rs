//! The sections of a cache file: how wide their words are, and how they are written and digested.

use std::io::Write;

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::file::ALIGN;
use crate::decoded::{Decoded, Values};

/// Piece of the payload digested at once.
pub(super) const PIECE: usize = 4 << 20;

/// The fewest bytes that hold every column index, and every value, exactly.
pub(super) fn widths(data: &Decoded) -> [usize; 2] {
    let (x, counts) = match &data.values {
        Values::Counts(x) => (x, true),
        Values::Weights(x) => (x, false),
        Values::Pixels { .. } | Values::Floats { .. } => return [4, 4],
    };
    let fit =
        |most: u16| counts && x.data().par_iter().all(|&v| f32::from(v as u16) == v && v <= most.into());
    let values = if fit(u16::from(u8::MAX)) {
        1
    } else if fit(u16::MAX) {
        2
    } else {
        4
    };
    [if x.cols() <= 1 << 16 { 2 } else { 4 }, values]
}

pub(super) fn lengths(data: &Decoded, widths: [usize; 2]) -> [usize; 5] {
    let [labels, groups] = [data.rows() * 4, data.groups.as_ref().map_or(0, |g| g.len() * 4)];
    match &data.values {
        Values::Pixels { data, .. } => [labels, groups, 0, 0, data.len()],
        Values::Floats { data, .. } => [labels, groups, 0, 0, data.len() * 4],
        Values::Counts(x) | Values::Weights(x) => {
            [labels, groups, (x.rows() + 1) * 8, x.nnz() * widths[0], x.nnz() * widths[1]]
        }
    }
}

/// The sections on their way to the file, digested piece by piece.
pub(super) struct Payload<W> {
    out: W,
    written: usize,
    piece: Sha256,
    whole: Sha256,
}

impl<W: Write> Payload<W> {
    pub(super) fn new(out: W) -> Self {
        Self { out, written: 0, piece: Sha256::new(), whole: Sha256::new() }
    }

    pub(super) fn sections(&mut self, data: &Decoded, widths: [usize; 2]) -> std::io::Result<()> {
        self.words(&data.labels, |v| v.to_le_bytes())?;
        self.words(data.groups.as_deref().unwrap_or_default(), |v| v.to_le_bytes())?;
        match &data.values {
            Values::Pixels { data, .. } => {
                self.align()?;
                self.bytes(data)
            }
            Values::Floats { data, .. } => self.words(data, |v| v.to_le_bytes()),
            Values::Counts(x) | Values::Weights(x) => {
                self.words(&x.indptr().to_proper(), |&p| (p as u64).to_le_bytes())?;
                match widths[0] {
                    2 => self.words(x.indices(), |&i| (i as u16).to_le_bytes())?,
                    _ => self.words(x.indices(), |i| i.to_le_bytes())?,
                }
                match widths[1] {
                    1 => self.words(x.data(), |&v| [v as u8]),
                    2 => self.words(x.data(), |&v| (v as u16).to_le_bytes()),
                    _ => self.words(x.data(), |v| v.to_le_bytes()),
                }
            }
        }
    }

    fn words<T, const N: usize>(
        &mut self,
        values: &[T],
        word: impl Fn(&T) -> [u8; N],
    ) -> std::io::Result<()> {
        self.align()?;
        let mut block = Vec::with_capacity(16 * 1024 * N);
        for chunk in values.chunks(16 * 1024) {
            block.clear();
            chunk.iter().for_each(|value| block.extend_from_slice(&word(value)));
            self.bytes(&block)?;
        }
        Ok(())
    }

    fn align(&mut self) -> std::io::Result<()> {
        let gap = self.written.next_multiple_of(ALIGN) - self.written;
        self.bytes(&[0; ALIGN][..gap])
    }

    fn bytes(&mut self, mut bytes: &[u8]) -> std::io::Result<()> {
        self.out.write_all(bytes)?;
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(PIECE - self.written % PIECE));
            self.piece.update(now);
            self.written += now.len();
            if self.written.is_multiple_of(PIECE) {
                self.whole.update(self.piece.finalize_reset());
            }
            bytes = later;
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> std::io::Result<String> {
        self.out.flush()?;
        if !self.written.is_multiple_of(PIECE) {
            self.whole.update(self.piece.finalize_reset());
        }
        Ok(crate::digest::hex(self.whole.finalize()))
    }
}

/// Digest of the digests of fixed pieces: pieces are hashed in parallel.
pub(super) fn digest(payload: &[u8]) -> String {
    let pieces: Vec<_> = payload.par_chunks(PIECE).map(Sha256::digest).collect();
    let whole = pieces.iter().fold(Sha256::new(), Sha256::chain_update);
    crate::digest::hex(whole.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streamed_and_whole_digests_agree() {
        for length in [0, 5, PIECE, 2 * PIECE + 7] {
            let bytes = vec![3u8; length];
            let mut payload = Payload::new(Vec::new());
            bytes.chunks(1_000_003).for_each(|chunk| payload.bytes(chunk).unwrap());
            assert_eq!(payload.finish().unwrap(), digest(&bytes));
        }
    }
}
