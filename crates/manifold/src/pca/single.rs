//! Products of columns in single precision, added up in double.

use pulp::{Simd, WithSimd};

/// Columns and sums are padded to a multiple of this: whole vectors on every machine.
pub(super) const PAD: usize = 16;

/// `sum[a, b] += Σᵣ part[r, i + a] part[r, j + b]` for a panel `part` of rows, `stride` numbers each: the products fused and
/// added in the order of the rows in single precision, the sum of them in double. That is what
/// [`product_atb`](crate::linalg::product_atb) computes, bit for bit, without its copies of the two blocks and of their product.
///
/// Answers false, and does nothing, on machines without fused products.
pub(super) struct AddProducts<'a> {
    pub sum: &'a mut [f64],
    pub part: &'a [f32],
    pub stride: usize,
    /// First columns of the two blocks, and their numbers of columns: multiples of [`PAD`].
    pub left: (usize, usize),
    pub right: (usize, usize),
}

impl WithSimd for AddProducts<'_> {
    type Output = bool;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> bool {
        if S::IS_SCALAR {
            return false;
        }
        if S::REGISTER_COUNT >= 32 {
            self.blocks::<S, 8>(simd)
        } else {
            self.blocks::<S, 4>(simd)
        }
        true
    }
}

impl AddProducts<'_> {
    #[inline(always)]
    fn blocks<S: Simd, const A: usize>(self, simd: S) {
        let Self { sum, part, stride, left, right } = self;
        for a in (0..left.1).step_by(A) {
            let row = &mut sum[a * right.1..(a + A) * right.1];
            // Above the diagonal nothing is wanted.
            let end = if left.0 == right.0 { a + A } else { right.1 };
            let mut b = 0;
            while b < end {
                let at = (left.0 + a, right.0 + b);
                if b + 3 * S::F32_LANES <= right.1 {
                    block::<S, A, 3>(simd, row, right.1, b, part, stride, at);
                    b += 3 * S::F32_LANES;
                } else {
                    block::<S, A, 1>(simd, row, right.1, b, part, stride, at);
                    b += S::F32_LANES;
                }
            }
        }
    }
}

/// `A` columns times `B` vectors of columns, in registers.
#[inline(always)]
fn block<S: Simd, const A: usize, const B: usize>(
    simd: S,
    sum: &mut [f64],
    width: usize,
    first: usize,
    part: &[f32],
    stride: usize,
    at: (usize, usize),
) {
    let mut products = [[simd.splat_f32s(0.0); B]; A];
    for row in part.chunks_exact(stride) {
        let (left, right) = (&row[at.0..at.0 + A], &row[at.1..at.1 + B * S::F32_LANES]);
        let right = &S::as_simd_f32s(right).0[..B];
        for a in 0..A {
            let value = simd.splat_f32s(left[a]);
            for b in 0..B {
                products[a][b] = simd.mul_add_f32s(value, right[b], products[a][b]);
            }
        }
    }
    for a in 0..A {
        let start = a * width + first;
        let sum = &mut sum[start..start + B * S::F32_LANES];
        let products: &[f32] = pulp::bytemuck::cast_slice(&products[a]);
        for (s, &p) in sum.iter_mut().zip(products) {
            *s += f64::from(p);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::{Block, product_atb};
    use crate::samples::noise;
    use pulp::Arch;

    #[test]
    fn products_are_those_of_the_matrix_library() {
        let (rows, stride) = (61, 208);
        let part = noise(rows, stride, 3).mapv(|v| v as f32).into_raw_vec_and_offset().0;
        for (left, right) in
            [((0, 96), (0, 96)), ((96, 96), (0, 96)), ((192, 16), (96, 96)), ((192, 16), (192, 16))]
        {
            let mut product = vec![0.0_f32; left.1 * right.1];
            let block = |(first, columns): (usize, usize)| Block::new(&part[first..], rows, columns, stride);
            product_atb(&mut product, block(left), block(right));
            // What is there before stays in the sum.
            let mut sum = vec![1.0; product.len()];
            if !Arch::new().dispatch(AddProducts { sum: &mut sum, part: &part, stride, left, right }) {
                return;
            }
            for (at, (s, p)) in sum.iter().zip(&product).enumerate() {
                let (a, b) = (left.0 + at / right.1, right.0 + at % right.1);
                assert!(b > a || *s == 1.0 + f64::from(*p), "columns {a} and {b}");
            }
        }
    }
}
