//! NumPy arrays, written as they lie in memory.

use ndarray::ArrayView2;
use std::io::{self, Write};

/// Writes a matrix of f32, row by row.
pub fn write_matrix(out: &mut impl Write, x: ArrayView2<'_, f32>) -> io::Result<()> {
    header(out, "<f4", &format!("({}, {})", x.nrows(), x.ncols()))?;
    for row in x.rows() {
        let bytes: Vec<u8> = row.iter().flat_map(|value| value.to_le_bytes()).collect();
        out.write_all(&bytes)?;
    }
    Ok(())
}

/// Writes whole numbers.
pub fn write_numbers(out: &mut impl Write, values: &[i32]) -> io::Result<()> {
    header(out, "<i4", &format!("({},)", values.len()))?;
    for piece in values.chunks(1 << 14) {
        let bytes: Vec<u8> = piece.iter().flat_map(|value| value.to_le_bytes()).collect();
        out.write_all(&bytes)?;
    }
    Ok(())
}

/// Version 1.0: magic, length, a Python dictionary, and spaces up to a multiple of 64.
fn header(out: &mut impl Write, kind: &str, shape: &str) -> io::Result<()> {
    let mut text = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}");
    let length = (10 + text.len() + 1).next_multiple_of(64) - 10;
    text.extend(std::iter::repeat_n(' ', length - text.len() - 1));
    text.push('\n');
    out.write_all(b"\x93NUMPY\x01\x00")?;
    out.write_all(&(text.len() as u16).to_le_bytes())?;
    out.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use deepclust_datasets::own::read_npy;
    use ndarray::array;

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.npy");
        let mut bytes = Vec::new();
        write_matrix(&mut bytes, array![[1.5f32, 2.0, -3.0], [4.0, 5.0, 6.25]].view()).unwrap();
        assert_eq!(bytes.len(), 128 + 24);
        std::fs::write(&path, bytes).unwrap();
        let read = read_npy(&path).unwrap();
        assert_eq!((read.shape, read.data), (vec![2, 3], vec![1.5, 2.0, -3.0, 4.0, 5.0, 6.25]));
        let mut bytes = Vec::new();
        write_numbers(&mut bytes, &[3, -1, 0]).unwrap();
        std::fs::write(&path, bytes).unwrap();
        let read = read_npy(&path).unwrap();
        assert_eq!((read.shape, read.data), (vec![3], vec![3.0, -1.0, 0.0]));
    }
}
