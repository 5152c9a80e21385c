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

/// Squared distances below this may have lost terms to underflow.
pub(crate) const TINY: f64 = 1e-280;

/// `unit` times the Euclidean distance at any scale: no square over- or underflows.
#[cold]
fn scaled_distance<T: Lane>(x: &[T], c: &[T], unit: f64) -> f64 {
    let difference = |(x, c): (&T, &T)| (x.wide() * unit - c.wide() * unit).abs();
    let largest = x.iter().zip(c).map(difference).fold(0.0, f64::max);
    if largest == 0.0 {
        return 0.0;
    }
    largest * x.iter().zip(c).map(|pair| (difference(pair) / largest).powi(2)).sum::<f64>().sqrt()
}

/// Euclidean distance at any scale; infinite only where it is beyond f64 itself.
#[inline(always)]
pub(crate) fn distance<T: Lane>(x: &[T], c: &[T]) -> f64 {
    let square = squared_distance(x, c);
    if square > TINY && square.is_finite() { square.sqrt() } else { scaled_distance(x, c, 1.0) }
}

/// The nearest of the centres (row by row in `centers`) that pass the test, and its squared distance; the lowest index wins a tie.
///
/// Where squared distances over- or underflow, distances decide.
#[inline(always)]
pub(crate) fn nearest_of<T: Lane>(
    x: &[T],
    centers: &[T],
    mut test: impl FnMut(usize) -> bool,
) -> (usize, f64) {
    let mut best = (0, f64::INFINITY);
    for (c, centre) in centers.chunks_exact(x.len()).enumerate() {
        if test(c) {
            let square = squared_distance(x, centre);
            if square < best.1 {
                best = (c, square);
            }
        }
    }
    if best.1 > TINY && best.1.is_finite() {
        return best;
    }
    (nearest_at_extremes(x, centers, best.1, test), best.1)
}

#[cold]
#[inline(never)]
fn nearest_at_extremes<T: Lane>(
    x: &[T],
    centers: &[T],
    square: f64,
    mut test: impl FnMut(usize) -> bool,
) -> usize {
    let unit = if square.is_finite() { 1.0 } else { 2f64.powi(-60) };
    let mut best = (0, f64::INFINITY);
    for (c, centre) in centers.chunks_exact(x.len()).enumerate() {
        if test(c) {
            let distance = scaled_distance(x, centre, unit);
            if distance < best.1 {
                best = (c, distance);
            }
        }
    }
    best.0
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
