//! Looks through the values as they are written: constant columns, equal rows, the range.

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::Facts;
use super::ends::Ends;
use super::keys;
use super::raw::Values;
use super::thousands::Thousands;
use super::wide::Numbers;
use crate::{Csr, Features};

/// Rows a piece; what is found does not depend on it.
const PIECE: usize = 2048;

/// Adds what the values say to the facts. `names` are the columns', or nothing.
pub(super) fn survey(values: &Values, names: &[String], facts: &mut Facts) {
    match values {
        Values::Bytes { cols, data } | Values::Singles { cols, data } => {
            dense(data, &[], *cols, names, facts);
        }
        Values::Numbers { cols, numbers: Numbers { data, rest } } => dense(data, rest, *cols, names, facts),
        Values::Sparse(x) => sparse(x, facts),
    }
}

/// The same of features that are ready.
pub(super) fn survey_features(features: &Features, facts: &mut Facts) {
    match features {
        Features::Dense(x) => {
            let x = x.as_standard_layout();
            dense(x.as_slice().unwrap_or_default(), &[], x.ncols(), &[], facts);
        }
        Features::Sparse(x) => sparse(x, facts),
    }
}

/// Rows from which on a column that counts them does so by no accident, wherever it begins.
const SURE: usize = 10;

/// What a piece of rows shows.
struct Piece {
    ends: Vec<Ends>,
    thousands: Vec<Thousands>,
    constant: Vec<bool>,
    /// Upwards and downwards.
    counting: Vec<[bool; 2]>,
    rows: Vec<[u8; 16]>,
}

fn dense<T: Copy + Into<f64> + Sync>(
    data: &[T],
    rest: &[f64],
    cols: usize,
    names: &[String],
    facts: &mut Facts,
) {
    let Some(first) = data.get(..cols).filter(|first| !first.is_empty()) else { return };
    let (first, n) = (first.iter().map(|&v| v.into()).collect::<Vec<f64>>(), data.len() / cols);
    let rest_of = |at: usize| rest.get(at).copied().unwrap_or(0.0);
    let piece = |(piece, values): (usize, &[T])| {
        let mut found = Piece {
            ends: vec![Ends::default(); cols],
            constant: vec![true; cols],
            thousands: vec![Thousands::default(); cols],
            counting: first.iter().map(|&v| [n > 2 && (v == 0.0 || v == 1.0) || n >= SURE; 2]).collect(),
            rows: Vec::with_capacity(values.len() / cols),
        };
        let mut bytes = Vec::with_capacity(8 * cols);
        for (row, values) in values.chunks_exact(cols).enumerate() {
            let row = piece * PIECE + row;
            bytes.clear();
            for (column, &value) in values.iter().enumerate() {
                // 0 and −0 are equal, and have different bits.
                let (value, left) = (value.into() + 0.0, rest_of(row * cols + column));
                found.ends[column].take(value);
                found.thousands[column].take(value);
                found.constant[column] &= value == first[column] && left == rest_of(column);
                let [up, down] = &mut found.counting[column];
                *up &= value == first[column] + row as f64 && left == 0.0;
                *down &= value == first[column] - row as f64 && left == 0.0;
                bytes.extend_from_slice(&value.to_le_bytes());
                if left != 0.0 {
                    bytes.extend_from_slice(&left.to_le_bytes());
                }
            }
            found.rows.push(digest(&bytes));
        }
        found
    };
    let pieces: Vec<Piece> = data.par_chunks(PIECE * cols).enumerate().map(piece).collect();
    let name = |at: usize| names.get(at).cloned().unwrap_or_else(|| at.to_string());
    facts.constant =
        (0..cols).filter(|&at| pieces.iter().all(|piece| piece.constant[at])).map(name).collect();
    let counts = |at: usize, way: usize| pieces.iter().all(|piece| piece.counting[at][way]);
    if facts.image.is_none() {
        facts.counting = (0..cols).filter(|&at| counts(at, 0) || counts(at, 1)).map(name).collect();
    }
    let (mut ends, mut thousands) = (vec![Ends::default(); cols], vec![Thousands::default(); cols]);
    for piece in &pieces {
        ends.iter_mut().zip(&piece.ends).for_each(|(all, more)| all.append(more));
        thousands.iter_mut().zip(&piece.thousands).for_each(|(all, more)| all.append(more));
    }
    let ranges = ends.iter().map(Ends::range);
    facts.range =
        ranges.reduce(|(low, high), (other_low, other_high)| (low.min(other_low), high.max(other_high)));
    if facts.image.is_none() {
        facts.thousands = (0..cols).filter(|&at| thousands[at].are_likely()).map(name).collect();
        let is_key = |&at: &usize| {
            let column = || data.iter().skip(at).step_by(cols).map(|&v| v.into());
            n >= SURE
                && !(counts(at, 0) || counts(at, 1))
                && keys::are_keys(column, n, ends[at].range(), names.get(at))
                && rest.iter().skip(at).step_by(cols).all(|&left| left == 0.0)
        };
        facts.numbering = (0..cols).filter(is_key).map(name).collect();
        facts.far = ends.iter().enumerate().flat_map(|(at, ends)| ends.far(&name(at), n)).collect();
    }
    facts.duplicates = duplicates(pieces.into_iter().flat_map(|piece| piece.rows));
}

fn sparse<T: Copy + Into<f64>>(x: &Csr<T>, facts: &mut Facts) {
    let (rows, cols) = (x.rows(), x.cols());
    let stored = x.data().iter().map(|&v| v.into());
    let whole = if x.nnz() < rows * cols { Some(0.0) } else { None };
    let (low, high) = stored
        .chain(whole)
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v: f64| (low.min(v), high.max(v)));
    facts.range = (low <= high).then_some((low, high));
    facts.density = Some(x.nnz() as f64 / (rows as f64 * cols as f64).max(1.0));
    let mut bytes = Vec::new();
    facts.duplicates = duplicates(x.outer_iterator().map(|row| {
        bytes.clear();
        for (column, &value) in row.iter().filter(|(_, v)| (**v).into() != 0.0) {
            bytes.extend_from_slice(&(column as u64).to_le_bytes());
            bytes.extend_from_slice(&value.into().to_le_bytes());
        }
        digest(&bytes)
    }));
}

/// Half of a SHA-256: rows with equal ones are equal.
fn digest(bytes: &[u8]) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&Sha256::digest(bytes)[..16]);
    half
}

/// How many are equal to an earlier one.
fn duplicates(rows: impl Iterator<Item = [u8; 16]>) -> usize {
    let mut rows: Vec<[u8; 16]> = rows.collect();
    rows.par_sort_unstable();
    rows.windows(2).filter(|pair| pair[0] == pair[1]).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constant_counting_and_equal() {
        let n = 2 * PIECE + 7;
        // An index, a constant, a column that repeats, and zeros of both signs.
        let rows = |index: bool| {
            let row = move |i: usize| {
                [
                    if index { i as f64 } else { 5.0 },
                    3.0,
                    (i % 10) as f64,
                    if i.is_multiple_of(2) { 0.0 } else { -0.0 },
                ]
            };
            (0..n).flat_map(row).collect::<Vec<f64>>()
        };
        let names = ["id", "b", "c", "d"].map(str::to_owned);
        let found = |data: Vec<f64>| {
            let mut facts = Facts::default();
            let numbers = Numbers { data, rest: Vec::new() };
            survey(&Values::Numbers { cols: 4, numbers }, &names, &mut facts);
            facts
        };
        let facts = found(rows(true));
        assert_eq!(
            (facts.constant, facts.counting, facts.duplicates),
            (vec!["b".into(), "d".into()], vec!["id".into()], 0)
        );
        assert_eq!(facts.range, Some((0.0, n as f64 - 1.0)));
        let counts = |data: Vec<f64>| {
            let mut facts = Facts::default();
            survey(
                &Values::Numbers { cols: 1, numbers: Numbers { data, rest: Vec::new() } },
                &[],
                &mut facts,
            );
            facts.counting == ["0"]
        };
        let from = |first: f64, step: f64| counts((0..n).map(|i| first + step * i as f64).collect());
        assert!(from(1000.0, 1.0) && from(9e6, -1.0) && !from(1.0, 2.0));
        assert!(!counts(vec![2001.0, 2002.0, 2003.0]) && counts(vec![1.0, 2.0, 3.0]));
        let facts = found((0..n).flat_map(|i| [(i * 7 % n) as f64, i as f64, 0.0, i as f64 / 2.0]).collect());
        assert_eq!((facts.counting, facts.numbering), (vec!["b".to_owned()], vec!["id".to_owned()]));
        let facts = found(rows(false));
        assert_eq!((facts.constant.len(), facts.counting.len(), facts.duplicates), (3, 0, n - 10));
    }

    #[test]
    fn what_f64_does_not_hold_counts() {
        let mut facts = Facts::default();
        let numbers = Numbers { data: vec![9_007_199_254_740_992.0; 2], rest: vec![0.0, 1.0] };
        survey(&Values::Numbers { cols: 1, numbers }, &[], &mut facts);
        assert_eq!((facts.constant.len(), facts.duplicates), (0, 0));
    }

    #[test]
    fn sparse_rows() {
        let x = Csr::new((4, 9), vec![0, 2, 4, 5, 5], vec![0, 3, 0, 3, 3], vec![1.0f64, 2.0, 1.0, 2.0, -2.0]);
        let mut facts = Facts::default();
        survey(&Values::Sparse(x), &[], &mut facts);
        assert_eq!((facts.duplicates, facts.range, facts.density), (1, Some((-2.0, 2.0)), Some(5.0 / 36.0)));
    }
}
