use crate::simd::Lane;

/// Squared Euclidean distance, every difference and product in f64, over eight interleaved sums added in a fixed order.
///
/// This is the definition of "nearest" in this crate: the vector kernels only rule out what cannot be nearest.
#[inline(always)]
pub(crate) fn squared_distance<T: Lane>(x: &[T], c: &[T]) -> f64 {
    let mut acc = [0.0f64; 8];
    let (xs, x_rest) = x.as_chunks::<8>();
    let (cs, c_rest) = c.as_chunks::<8>();
    for (x, c) in xs.iter().zip(cs) {
        for l in 0..8 {
            let t = x[l].wide() - c[l].wide();
            acc[l] += t * t;
        }
    }
    for (l, (x, c)) in x_rest.iter().zip(c_rest).enumerate() {
        let t = x.wide() - c.wide();
        acc[l] += t * t;
    }
    ((acc[0] + acc[4]) + (acc[2] + acc[6])) + ((acc[1] + acc[5]) + (acc[3] + acc[7]))
}

/// Squared norm in f64, summed as [`squared_distance`] does.
#[inline(always)]
pub(crate) fn squared_norm<T: Lane>(x: &[T]) -> f64 {
    let mut acc = [0.0f64; 8];
    let (xs, rest) = x.as_chunks::<8>();
    for x in xs {
        for l in 0..8 {
            acc[l] += x[l].wide() * x[l].wide();
        }
    }
    for (l, x) in rest.iter().enumerate() {
        acc[l] += x.wide() * x.wide();
    }
    ((acc[0] + acc[4]) + (acc[2] + acc[6])) + ((acc[1] + acc[5]) + (acc[3] + acc[7]))
}

/// `sum += w · x` in f64.
#[inline(always)]
pub(crate) fn add_scaled<T: Lane>(sum: &mut [f64], x: &[T], w: f64) {
    for (s, x) in sum.iter_mut().zip(x) {
        *s += w * x.wide();
    }
}
