use super::distance::{nearest_of, squared_norm};
use crate::simd::{self, Lane};
use pulp::{Arch, Simd, WithSimd};

/// Centres laid out for the vector kernels, with what bounds their rounding error.
///
/// Kernels work on `x' = x − origin` and `c' = c − origin`, which costs nothing where no origin is set and saves the digits where the
/// data lie far from zero.
pub(crate) struct Packed<'a, T> {
    pub k: usize,
    pub d: usize,
    /// Vectors that hold one number for each centre.
    pub panels: usize,
    /// Panels in the layout that [`simd::dots`] reads.
    pub data: Vec<T>,
    /// ‖c'‖², infinite where there is no centre.
    pub norms: Vec<T>,
    /// 0, 1, 2, …, one for each lane.
    pub ids: Vec<T>,
    /// The centres as given, row by row.
    pub raw: &'a [T],
    /// c', row by row.
    pub shifted: Vec<T>,
    pub origin: Option<&'a [T]>,
    /// Largest ‖c'‖.
    pub reach: f64,
    /// Error of a squared distance is at most this times (‖x'‖ + reach)².
    pub kappa: f64,
}

impl<'a, T: Lane> Packed<'a, T> {
    pub(crate) fn new(raw: &'a [T], d: usize, origin: Option<&'a [T]>) -> Self {
        let k = raw.len() / d;
        let shifted: Vec<T> = match origin {
            Some(o) => raw.chunks_exact(d).flat_map(|c| c.iter().zip(o).map(|(&c, &o)| c - o)).collect(),
            None => raw.to_vec(),
        };
        let lanes = lanes::<T>();
        let panels = k.div_ceil(lanes);
        let mut norms = vec![T::infinity(); panels * lanes];
        let mut reach = 0.0f64;
        for (norm, c) in norms.iter_mut().zip(shifted.chunks_exact(d)) {
            let square = squared_norm(c);
            reach = reach.max(square);
            *norm = T::narrow(square);
        }
        let mut data = vec![T::zero(); panels * lanes * d];
        let mut first = 0;
        while first < panels {
            let width = simd::group(panels - first);
            let part = &mut data[first * lanes * d..(first + width) * lanes * d];
            for (c, row) in shifted.chunks_exact(d).enumerate().skip(first * lanes).take(width * lanes) {
                let slot = c - first * lanes;
                for (j, &value) in row.iter().enumerate() {
                    part[j * width * lanes + slot] = value;
                }
            }
            first += width;
        }
        let ids = (0..panels * lanes).map(|i| T::narrow(i as f64)).collect();
        // Half the terms of one chain (their error is relative to 2‖x‖‖c‖ ≤ (‖x‖ + ‖c‖)²/2), the blocks, the few roundings after them,
        // and for f64 data the rounding of the reference distance itself.
        let chain = d.min(simd::BLOCK) + d / simd::BLOCK;
        let reference = if T::UNIT < 1e-10 { d as f64 / 4.0 } else { 0.0 };
        let kappa = 1.1 * T::UNIT * (0.5 * chain as f64 + 10.0 + reference);
        Self { k, d, panels, data, norms, ids, raw, shifted, origin, reach: reach.sqrt(), kappa }
    }

    /// A power of two that squared distances are multiplied by in the data's own precision, so that they neither over- nor underflow there;
    /// 1 unless the largest ‖x'‖² is far from 1.
    pub(crate) fn square_unit(largest: f64) -> f64 {
        if largest == 0.0 || (largest > T::SAFE_SQUARE.0 && largest < T::SAFE_SQUARE.1 / 8.0) {
            return 1.0;
        }
        2f64.powi(-largest.log2().floor().clamp(-1000.0, 1000.0) as i32)
    }

    /// Whether kernels may be used at all for data whose largest ‖x'‖² is `largest`: else products could over- or underflow.
    pub(crate) fn trusted(&self, largest: f64) -> bool {
        let square = (largest.sqrt() + self.reach).powi(2);
        square > T::SAFE_SQUARE.0 && square < T::SAFE_SQUARE.1
    }

    /// Bound on the error of a squared distance from a row with this ‖x'‖².
    #[inline(always)]
    pub(crate) fn error(&self, x_norm: T) -> T {
        let r = x_norm.sqrt() + T::narrow(self.reach);
        T::narrow(self.kappa) * (r * r + T::narrow(T::SAFE_SQUARE.0))
    }

    /// The same for several rows.
    #[inline(always)]
    pub(crate) fn errors<S: Simd>(&self, s: S, x_norms: T::V<S>) -> T::V<S> {
        let r = T::vadd(s, T::vsqrt(s, x_norms), T::splat(s, T::narrow(self.reach)));
        let square = T::fma(s, r, r, T::splat(s, T::narrow(T::SAFE_SQUARE.0)));
        T::vmul(s, T::splat(s, T::narrow(self.kappa)), square)
    }

    #[inline(always)]
    pub(crate) fn centre(&self, c: usize) -> &[T] {
        &self.raw[c * self.d..(c + 1) * self.d]
    }

    /// Nearest centre among those that pass the test; the lowest index wins a tie.
    #[inline(always)]
    pub(crate) fn nearest_of(&self, x: &[T], test: impl FnMut(usize) -> bool) -> (usize, f64) {
        nearest_of(x, self.raw, test)
    }
}

/// Numbers in a vector of the instruction set in use.
pub(crate) fn lanes<T: Lane>() -> usize {
    struct Count<T>(std::marker::PhantomData<T>);
    impl<T: Lane> WithSimd for Count<T> {
        type Output = usize;
        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) -> usize {
            T::lanes::<S>()
        }
    }
    Arch::new().dispatch(Count::<T>(std::marker::PhantomData))
}
