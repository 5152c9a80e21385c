use super::Lane;
use pulp::Simd;

/// Turns as many vectors as a vector has lanes: `out[column][row] = rows[row][column]`.
///
/// AVX-512 has its own routine, since compilers make scattered stores of the plain loop, which take several times as long.
#[inline(always)]
pub(crate) fn turn<T: Lane, S: Simd>(rows: &[T::V<S>], out: &mut [T]) {
    let lanes = T::lanes::<S>();
    assert!(rows.len() == lanes && out.len() == lanes * lanes);
    #[cfg(target_arch = "x86_64")]
    if size_of::<T>() == 4 && lanes == 16 {
        // SAFETY: 16 vectors of 16 numbers of four bytes are read and as many written; only AVX-512 has vectors of 16 such numbers.
        unsafe { x86::turn_16(rows.as_ptr().cast(), out.as_mut_ptr().cast()) };
        return;
    }
    for (row, vector) in rows.iter().enumerate() {
        let mut numbers = [T::zero(); 16];
        T::vectors_mut::<S>(&mut numbers).0[0] = *vector;
        for (column, &number) in out.chunks_exact_mut(lanes).zip(&numbers) {
            column[row] = number;
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    /// # Safety
    /// The machine must have AVX-512, and 256 numbers must be readable at `rows` and writable at `out`.
    #[target_feature(enable = "avx512f")]
    pub(super) unsafe fn turn_16(rows: *const f32, out: *mut f32) {
        let mut a = [_mm512_setzero_ps(); 16];
        for (r, a) in a.iter_mut().enumerate() {
            // SAFETY: r < 16.
            *a = unsafe { _mm512_loadu_ps(rows.add(16 * r)) };
        }
        // Squares of 4 × 4 within each quarter: first pairs of rows, then pairs of pairs.
        let mut b = a;
        for i in (0..16).step_by(4) {
            let low = _mm512_unpacklo_ps(a[i], a[i + 1]);
            let high = _mm512_unpackhi_ps(a[i], a[i + 1]);
            let low2 = _mm512_unpacklo_ps(a[i + 2], a[i + 3]);
            let high2 = _mm512_unpackhi_ps(a[i + 2], a[i + 3]);
            b[i] = _mm512_shuffle_ps::<0b01_00_01_00>(low, low2);
            b[i + 1] = _mm512_shuffle_ps::<0b11_10_11_10>(low, low2);
            b[i + 2] = _mm512_shuffle_ps::<0b01_00_01_00>(high, high2);
            b[i + 3] = _mm512_shuffle_ps::<0b11_10_11_10>(high, high2);
        }
        // b[4 g + j], quarter q, holds column 4 q + j of rows 4 g to 4 g + 3: now the quarters themselves are turned.
        for j in 0..4 {
            let (b0, b1, b2, b3) = (b[j], b[4 + j], b[8 + j], b[12 + j]);
            let even01 = _mm512_shuffle_f32x4::<0b10_00_10_00>(b0, b1);
            let odd01 = _mm512_shuffle_f32x4::<0b11_01_11_01>(b0, b1);
            let even23 = _mm512_shuffle_f32x4::<0b10_00_10_00>(b2, b3);
            let odd23 = _mm512_shuffle_f32x4::<0b11_01_11_01>(b2, b3);
            let columns = [
                _mm512_shuffle_f32x4::<0b10_00_10_00>(even01, even23),
                _mm512_shuffle_f32x4::<0b10_00_10_00>(odd01, odd23),
                _mm512_shuffle_f32x4::<0b11_01_11_01>(even01, even23),
                _mm512_shuffle_f32x4::<0b11_01_11_01>(odd01, odd23),
            ];
            for (q, column) in columns.into_iter().enumerate() {
                // SAFETY: 4 q + j < 16.
                unsafe { _mm512_storeu_ps(out.add(16 * (4 * q + j)), column) };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pulp::{Arch, WithSimd};

    struct Turn<T>(std::marker::PhantomData<T>);

    impl<T: Lane> WithSimd for Turn<T> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) {
            let lanes = T::lanes::<S>();
            let numbers: Vec<T> = (0..lanes * lanes).map(|i| T::narrow(i as f64)).collect();
            let mut out = vec![T::zero(); lanes * lanes];
            turn::<T, S>(T::vectors::<S>(&numbers).0, &mut out);
            for row in 0..lanes {
                for column in 0..lanes {
                    assert!(out[column * lanes + row] == numbers[row * lanes + column], "{row}, {column}");
                }
            }
        }
    }

    #[test]
    fn rows_become_columns() {
        Arch::new().dispatch(Turn::<f32>(std::marker::PhantomData));
        Arch::new().dispatch(Turn::<f64>(std::marker::PhantomData));
        Turn::<f32>(std::marker::PhantomData).with_simd(pulp::Scalar::new());
    }
}
