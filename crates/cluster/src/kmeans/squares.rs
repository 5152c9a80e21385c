use super::distance::squared_distance;
use super::packed::Packed;
use crate::simd::{self, Lane, ROWS_MAX};
use pulp::{Simd, WithSimd};

/// Squared distances of a run of rows to a few centres (the candidates of k-means++).
pub(crate) struct Squares<'a, T> {
    pub x: &'a [T],
    pub norms: &'a [T],
    pub packed: &'a Packed<'a, T>,
    pub trusted: bool,
    /// What squares are multiplied by, which is 1 where the kernels are trusted.
    pub unit: f64,
    /// Rows × centres.
    pub out: &'a mut [T],
}

impl<T: Lane> WithSimd for Squares<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, s: S) {
        let Self { x, norms, packed, trusted, unit, out } = self;
        let (d, k, panels) = (packed.d, packed.k, packed.panels);
        if !trusted {
            for (x, out) in x.chunks_exact(d).zip(out.chunks_exact_mut(k)) {
                for (c, o) in out.iter_mut().enumerate() {
                    *o = T::narrow(squared_distance(x, packed.centre(c)) * unit);
                }
            }
            return;
        }
        let tile = simd::tile_rows::<S>(panels);
        let lanes = T::lanes::<S>();
        let (data, _) = T::vectors::<S>(&packed.data);
        let mut shifted = vec![T::zero(); if packed.origin.is_some() { tile * d } else { 0 }];
        let mut products = vec![T::zero(); ROWS_MAX * panels * lanes];
        for ((x, norms), out) in x.chunks(tile * d).zip(norms.chunks(tile)).zip(out.chunks_mut(tile * k)) {
            if let Some(origin) = packed.origin {
                for (slot, x) in shifted.chunks_exact_mut(d).zip(x.chunks_exact(d)) {
                    for ((t, &x), &o) in slot.iter_mut().zip(x).zip(origin) {
                        *t = x - o;
                    }
                }
            }
            let source = if packed.origin.is_some() { &shifted[..] } else { x };
            let mut pointers = [std::ptr::null(); ROWS_MAX];
            for (r, pointer) in pointers.iter_mut().enumerate().take(tile) {
                *pointer = source[r.min(norms.len() - 1) * d..][..d].as_ptr();
            }
            // SAFETY: each of the first `tile` pointers comes from a slice of d numbers that outlives the call.
            unsafe {
                simd::dots::<T, S>(s, &pointers, d, panels, data, T::vectors_mut::<S>(&mut products).0);
            };
            for (r, (&norm, out)) in norms.iter().zip(out.chunks_exact_mut(k)).enumerate() {
                let error = packed.error(norm);
                for (c, o) in out.iter_mut().enumerate() {
                    let dot = products[r * panels * lanes + c];
                    let square = norm + (packed.norms[c] - dot - dot);
                    // What rounding could have made of zero is computed without cancellation: a chosen sample must be at distance 0.
                    *o = if square > error * T::narrow(64.0) {
                        square
                    } else {
                        T::narrow(squared_distance(&x[r * d..(r + 1) * d], packed.centre(c)))
                    };
                }
            }
        }
    }
}

/// Exact squared distance of each row to the centre of its label.
pub(crate) struct OwnSquares<'a, T> {
    pub x: &'a [T],
    pub centers: &'a [T],
    pub d: usize,
    pub labels: &'a [u32],
    pub out: &'a mut [f64],
}

impl<T: Lane> WithSimd for OwnSquares<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let d = self.d;
        for ((x, &label), out) in self.x.chunks_exact(d).zip(self.labels).zip(self.out) {
            let c = label as usize;
            *out = squared_distance(x, &self.centers[c * d..(c + 1) * d]);
        }
    }
}
