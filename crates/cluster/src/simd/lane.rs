use num_traits::{Float as NumFloat, NumAssign};
use pulp::Simd;

/// A float type with the vector operations the kernels need.
pub trait Lane: NumFloat + NumAssign + Send + Sync + std::fmt::Debug + std::iter::Sum + 'static {
    /// Vector of this type for the instruction set `S`.
    type V<S: Simd>: Copy + Send + Sync;
    /// Rounding unit, as f64.
    const UNIT: f64;
    /// Squared norms outside this range are left to exact f64 arithmetic, so that no product under- or overflows.
    const SAFE_SQUARE: (f64, f64);

    /// Numbers in a vector.
    fn lanes<S: Simd>() -> usize;
    /// The number, widened.
    fn wide(self) -> f64;
    /// The nearest number of this type.
    fn narrow(x: f64) -> Self;
    /// All lanes alike.
    fn splat<S: Simd>(s: S, x: Self) -> Self::V<S>;
    /// `a + b`.
    fn vadd<S: Simd>(s: S, a: Self::V<S>, b: Self::V<S>) -> Self::V<S>;
    /// `a − b`.
    fn vsub<S: Simd>(s: S, a: Self::V<S>, b: Self::V<S>) -> Self::V<S>;
    /// `a · b`.
    fn vmul<S: Simd>(s: S, a: Self::V<S>, b: Self::V<S>) -> Self::V<S>;
    /// `a · b + c`, fused where the hardware does so.
    fn fma<S: Simd>(s: S, a: Self::V<S>, b: Self::V<S>, c: Self::V<S>) -> Self::V<S>;
    /// Smaller of two.
    fn vmin<S: Simd>(s: S, a: Self::V<S>, b: Self::V<S>) -> Self::V<S>;
    /// Larger of two.
    fn vmax<S: Simd>(s: S, a: Self::V<S>, b: Self::V<S>) -> Self::V<S>;
    /// Square root.
    fn vsqrt<S: Simd>(s: S, a: Self::V<S>) -> Self::V<S>;
    /// `t` where `a == b`, else `f`.
    fn if_equal<S: Simd>(s: S, a: Self::V<S>, b: Self::V<S>, t: Self::V<S>, f: Self::V<S>) -> Self::V<S>;
    /// `t` where `a < b`, else `f`.
    fn if_less<S: Simd>(s: S, a: Self::V<S>, b: Self::V<S>, t: Self::V<S>, f: Self::V<S>) -> Self::V<S>;
    /// Smallest lane.
    fn reduce_min<S: Simd>(s: S, a: Self::V<S>) -> Self;
    /// Sum of the lanes.
    fn reduce_sum<S: Simd>(s: S, a: Self::V<S>) -> Self;
    /// Whole vectors of a slice, and the rest.
    fn vectors<S: Simd>(x: &[Self]) -> (&[Self::V<S>], &[Self]);
    /// Whole vectors of a slice, and the rest.
    fn vectors_mut<S: Simd>(x: &mut [Self]) -> (&mut [Self::V<S>], &mut [Self]);
    /// Vector whose first lanes are `x` and whose others are zero.
    fn partial<S: Simd>(s: S, x: &[Self]) -> Self::V<S>;
}

macro_rules! lane {
    ($t:ty, $v:ident, $lanes:ident, $unit:expr, $safe:expr, $splat:ident, $add:ident, $sub:ident, $mul:ident, $fma:ident, $min:ident,
     $max:ident, $sqrt:ident, $eq:ident, $lt:ident, $select:ident, $rmin:ident, $rsum:ident, $as:ident, $as_mut:ident, $partial:ident) => {
        impl Lane for $t {
            type V<S: Simd> = S::$v;
            const UNIT: f64 = $unit;
            const SAFE_SQUARE: (f64, f64) = $safe;

            #[inline(always)]
            fn lanes<S: Simd>() -> usize {
                S::$lanes
            }
            #[inline(always)]
            fn wide(self) -> f64 {
                f64::from(self)
            }
            #[inline(always)]
            #[allow(clippy::unnecessary_cast)]
            fn narrow(x: f64) -> Self {
                x as $t
            }
            #[inline(always)]
            fn splat<S: Simd>(s: S, x: Self) -> S::$v {
                s.$splat(x)
            }
            #[inline(always)]
            fn vadd<S: Simd>(s: S, a: S::$v, b: S::$v) -> S::$v {
                s.$add(a, b)
            }
            #[inline(always)]
            fn vsub<S: Simd>(s: S, a: S::$v, b: S::$v) -> S::$v {
                s.$sub(a, b)
            }
            #[inline(always)]
            fn vmul<S: Simd>(s: S, a: S::$v, b: S::$v) -> S::$v {
                s.$mul(a, b)
            }
            #[inline(always)]
            fn fma<S: Simd>(s: S, a: S::$v, b: S::$v, c: S::$v) -> S::$v {
                // Without hardware FMA the fused product is a library call, far slower than two roundings.
                if S::IS_SCALAR { s.$add(s.$mul(a, b), c) } else { s.$fma(a, b, c) }
            }
            #[inline(always)]
            fn vmin<S: Simd>(s: S, a: S::$v, b: S::$v) -> S::$v {
                s.$min(a, b)
            }
            #[inline(always)]
            fn vmax<S: Simd>(s: S, a: S::$v, b: S::$v) -> S::$v {
                s.$max(a, b)
            }
            #[inline(always)]
            fn vsqrt<S: Simd>(s: S, a: S::$v) -> S::$v {
                s.$sqrt(a)
            }
            #[inline(always)]
            fn if_equal<S: Simd>(s: S, a: S::$v, b: S::$v, t: S::$v, f: S::$v) -> S::$v {
                s.$select(s.$eq(a, b), t, f)
            }
            #[inline(always)]
            fn if_less<S: Simd>(s: S, a: S::$v, b: S::$v, t: S::$v, f: S::$v) -> S::$v {
                s.$select(s.$lt(a, b), t, f)
            }
            #[inline(always)]
            fn reduce_min<S: Simd>(s: S, a: S::$v) -> Self {
                s.$rmin(a)
            }
            #[inline(always)]
            fn reduce_sum<S: Simd>(s: S, a: S::$v) -> Self {
                s.$rsum(a)
            }
            #[inline(always)]
            fn vectors<S: Simd>(x: &[Self]) -> (&[S::$v], &[Self]) {
                S::$as(x)
            }
            #[inline(always)]
            fn vectors_mut<S: Simd>(x: &mut [Self]) -> (&mut [S::$v], &mut [Self]) {
                S::$as_mut(x)
            }
            #[inline(always)]
            fn partial<S: Simd>(s: S, x: &[Self]) -> S::$v {
                s.$partial(x)
            }
        }
    };
}

lane!(
    f32,
    f32s,
    F32_LANES,
    5.960_464_477_539_063e-8,
    (1e-20, 1e34),
    splat_f32s,
    add_f32s,
    sub_f32s,
    mul_f32s,
    mul_add_e_f32s,
    min_f32s,
    max_f32s,
    sqrt_f32s,
    equal_f32s,
    less_than_f32s,
    select_f32s,
    reduce_min_f32s,
    reduce_sum_f32s,
    as_simd_f32s,
    as_mut_simd_f32s,
    partial_load_f32s
);
lane!(
    f64,
    f64s,
    F64_LANES,
    1.110_223_024_625_156_5e-16,
    (1e-250, 1e300),
    splat_f64s,
    add_f64s,
    sub_f64s,
    mul_f64s,
    mul_add_e_f64s,
    min_f64s,
    max_f64s,
    sqrt_f64s,
    equal_f64s,
    less_than_f64s,
    select_f64s,
    reduce_min_f64s,
    reduce_sum_f64s,
    as_simd_f64s,
    as_mut_simd_f64s,
    partial_load_f64s
);
