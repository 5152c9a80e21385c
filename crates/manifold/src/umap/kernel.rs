//! Pulls and pushes on one point, their factors read from tables.

/// Squared distances outside 2⁻⁴⁰ to 2⁴⁰ are taken for these bounds.
const LOW: f32 = 9.094_947e-13;
const HIGH: f32 = 1.099_511_6e12;
/// Entries of a table for each power of two, 2⁷; linear interpolation between them errs by 10⁻⁴ of the value at most.
const DIGITS: u32 = 7;
const SHIFT: u32 = 23 - DIGITS;

/// The curve 1 / (1 + a d²ᵇ) and the factor on pushes.
#[derive(Clone, Copy)]
pub(super) struct Curve {
    pub a: f32,
    pub b: f32,
    pub repulsion: f32,
}

/// A function of the squared distance: value at an entry and difference to the next.
struct Table(Vec<[f32; 2]>);

impl Table {
    fn of(f: impl Fn(f32) -> f32) -> Self {
        let (first, last) = (LOW.to_bits() >> SHIFT, HIGH.to_bits() >> SHIFT);
        let at = |i: u32| f(f32::from_bits(i << SHIFT));
        Self((first..=last).map(|i| [at(i), at(i + 1) - at(i)]).collect())
    }

    #[inline(always)]
    fn at(&self, square: f32) -> f32 {
        let bits = square.clamp(LOW, HIGH).to_bits();
        let [value, rise] = self.0[((bits >> SHIFT) - (LOW.to_bits() >> SHIFT)) as usize];
        let part = (bits & ((1 << SHIFT) - 1)) as f32 * (1.0 / (1 << SHIFT) as f32);
        value + part * rise
    }
}

/// Slopes of the log of the curve and of its complement, divided by the difference of the points.
pub(super) struct Slopes {
    pull: Table,
    push: Table,
}

impl Slopes {
    pub(super) fn new(curve: &Curve) -> Self {
        let Curve { a, b, repulsion } = *curve;
        let pull = |s: f32| {
            let power = power(s, b);
            -2.0 * a * b * power / (s * (1.0 + a * power))
        };
        let push = |s: f32| 2.0 * repulsion * b / ((0.001 + s) * (1.0 + a * power(s, b)));
        Self { pull: Table::of(pull), push: Table::of(push) }
    }

    /// Moves `point` by `alpha` (−2ab d²⁽ᵇ⁻¹⁾ / (1 + a d²ᵇ)) (point − other), each coordinate clipped to ±4.
    #[inline(always)]
    pub(super) fn pull(&self, point: &mut [f32], other: &[f32], alpha: f32) {
        let factor = self.pull.at(square(point, other));
        for (p, o) in point.iter_mut().zip(other) {
            *p += alpha * (factor * (*p - o)).clamp(-4.0, 4.0);
        }
    }

    /// Moves `point` by `alpha` (2γb / ((0.001 + d²)(1 + a d²ᵇ))) (from − other), each coordinate clipped to ±4.
    #[inline(always)]
    pub(super) fn push(&self, point: &mut [f32], from: &[f32], other: &[f32], alpha: f32) {
        let factor = self.push.at(square(from, other));
        for ((p, f), o) in point.iter_mut().zip(from).zip(other) {
            *p += alpha * (factor * (f - o)).clamp(-4.0, 4.0);
        }
    }
}

#[inline(always)]
fn square(point: &[f32], other: &[f32]) -> f32 {
    point.iter().zip(other).fold(0.0, |sum, (p, o)| sum + (p - o) * (p - o))
}

/// xᵇ for x > 0 to about 10⁻⁶ relative, by polynomials: the same bits on every machine, which the mathematics library
/// does not promise.
fn power(x: f32, b: f32) -> f32 {
    // x = 2ᵉ m with m from √½ to √2; ln m = 2 artanh((m − 1)/(m + 1)).
    let bits = x.to_bits() as i32;
    let e = (bits - 0x3f35_04f3) >> 23;
    let m = f32::from_bits((bits - (e << 23)) as u32);
    let t = (m - 1.0) / (m + 1.0);
    let u = t * t;
    let series = 1.0 + u * (1.0 / 3.0 + u * (0.2 + u * (1.0 / 7.0 + u * (1.0 / 9.0))));
    let y = b * (e as f32 + 2.0 * std::f32::consts::LOG2_E * t * series);
    // 2^y = 2^k e^(f ln 2) with f from −½ to ½; adding 1.5 × 2²³ rounds to a whole number.
    let y = y.clamp(-126.0, 126.0);
    let shifted = y + 12_582_912.0;
    let f = (y - (shifted - 12_582_912.0)) * std::f32::consts::LN_2;
    let k = shifted.to_bits() as i32 - 0x4b40_0000;
    let exp =
        1.0 + f * (1.0 + f * (0.5 + f * (1.0 / 6.0 + f * (1.0 / 24.0 + f * (1.0 / 120.0 + f / 720.0)))));
    exp * f32::from_bits(((k + 127) << 23) as u32)
}

#[cfg(test)]
mod tests {
    use super::{Curve, Slopes, power};

    #[test]
    fn powers_are_near_the_library() {
        for b in [0.3_f32, 0.8951, 1.6] {
            for i in -60..60 {
                let x = 1.37_f32.powi(i);
                let expected = f64::from(x).powf(f64::from(b));
                let found = f64::from(power(x, b));
                assert!((found / expected - 1.0).abs() < 5e-6, "{x}^{b}: {found} and {expected}");
            }
        }
    }

    #[test]
    fn tables_are_near_the_formulae() {
        let (a, b) = (1.577_f64, 0.8951_f64);
        let slopes = Slopes::new(&Curve { a: a as f32, b: b as f32, repulsion: 1.5 });
        for i in -80..80 {
            let s = 1.37_f32.powi(i);
            let x = f64::from(s);
            let pull = -2.0 * a * b * x.powf(b - 1.0) / (1.0 + a * x.powf(b));
            let push = 3.0 * b / ((0.001 + x) * (1.0 + a * x.powf(b)));
            assert!((f64::from(slopes.pull.at(s)) / pull - 1.0).abs() < 1e-4, "{s}");
            assert!((f64::from(slopes.push.at(s)) / push - 1.0).abs() < 1e-4, "{s}");
        }
        assert!(slopes.pull.at(0.0).is_finite() && slopes.push.at(f32::MAX).is_finite());
    }
}
