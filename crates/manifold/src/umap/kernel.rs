//! Pulls and pushes on one point, eight at a time.

pub(super) const LANES: usize = 8;

/// xᵇ for x > 0 to about 10⁻⁶ relative: the same bits on every machine, without a call of the mathematics library.
#[inline(always)]
fn power(x: [f32; LANES], b: f32) -> [f32; LANES] {
    let mut out = [0.0; LANES];
    for l in 0..LANES {
        // x = 2ᵉ m with m from √½ to √2; ln m = 2 artanh((m − 1)/(m + 1)).
        let bits = x[l].to_bits() as i32;
        let e = (bits - 0x3f35_04f3) >> 23;
        let m = f32::from_bits((bits - (e << 23)) as u32);
        let t = (m - 1.0) / (m + 1.0);
        let u = t * t;
        let series = 1.0 + u * (1.0 / 3.0 + u * (0.2 + u * (1.0 / 7.0 + u * (1.0 / 9.0))));
        let y = b * (e as f32 + 2.0 * std::f32::consts::LOG2_E * t * series);
        // 2^y = 2^k 2^f with f from −½ to ½; adding 1.5 × 2²³ rounds to a whole number.
        let y = y.clamp(-126.0, 126.0);
        let shifted = y + 12_582_912.0;
        let f = (y - (shifted - 12_582_912.0)) * std::f32::consts::LN_2;
        let k = shifted.to_bits() as i32 - 0x4b40_0000;
        let exp =
            1.0 + f * (1.0 + f * (0.5 + f * (1.0 / 6.0 + f * (1.0 / 24.0 + f * (1.0 / 120.0 + f / 720.0)))));
        out[l] = exp * f32::from_bits(((k + 127) << 23) as u32);
    }
    out
}

/// The curve 1 / (1 + a d²ᵇ) and the factor on pushes.
#[derive(Clone, Copy)]
pub(super) struct Curve {
    pub a: f32,
    pub b: f32,
    pub repulsion: f32,
}

/// What acts in each lane: the slope of log membership is (c₀ + c₁ d²ᵇ) / ((ε + d²)(1 + a d²ᵇ)).
#[derive(Clone, Copy)]
pub(super) struct Roles {
    constant: [f32; LANES],
    linear: [f32; LANES],
    softening: [f32; LANES],
}

impl Roles {
    /// Nothing acts.
    pub(super) const IDLE: Self =
        Self { constant: [0.0; LANES], linear: [0.0; LANES], softening: [1.0; LANES] };

    #[inline(always)]
    pub(super) fn pull(&mut self, lane: usize, curve: &Curve) {
        self.constant[lane] = 0.0;
        self.linear[lane] = -2.0 * curve.a * curve.b;
        self.softening[lane] = 0.0;
    }

    #[inline(always)]
    pub(super) fn push(&mut self, lane: usize, curve: &Curve) {
        self.constant[lane] = 2.0 * curve.repulsion * curve.b;
        self.linear[lane] = 0.0;
        self.softening[lane] = 0.001;
    }
}

/// Adds `alpha` times the sum of the slopes, each coordinate clipped to ±4, to `point`. `differences` holds point minus
/// other, by coordinate and lane.
#[inline(always)]
pub(super) fn act(point: &mut [f32], differences: &[[f32; LANES]], roles: &Roles, curve: &Curve, alpha: f32) {
    let mut square = [0.0_f32; LANES];
    for row in differences {
        for l in 0..LANES {
            square[l] += row[l] * row[l];
        }
    }
    for s in &mut square {
        // Equal points have no direction: any finite factor gives 0.
        *s = s.max(1e-30);
    }
    let power = power(square, curve.b);
    let mut factor = [0.0_f32; LANES];
    for l in 0..LANES {
        let below = (roles.softening[l] + square[l]) * (1.0 + curve.a * power[l]);
        factor[l] = (roles.constant[l] + roles.linear[l] * power[l]) / below;
    }
    for (p, row) in point.iter_mut().zip(differences) {
        let mut step = [0.0_f32; LANES];
        for l in 0..LANES {
            step[l] = (factor[l] * row[l]).clamp(-4.0, 4.0);
        }
        // A tree of fixed shape.
        let half = [step[0] + step[4], step[1] + step[5], step[2] + step[6], step[3] + step[7]];
        *p += alpha * ((half[0] + half[2]) + (half[1] + half[3]));
    }
}

#[cfg(test)]
mod tests {
    use super::power;

    #[test]
    fn powers_are_near_the_library() {
        for b in [0.3_f32, 0.8951, 1.6] {
            for i in -60..60 {
                let x = 1.37_f32.powi(i);
                let expected = f64::from(x).powf(f64::from(b));
                let found = f64::from(power([x; 8], b)[3]);
                assert!((found / expected - 1.0).abs() < 5e-6, "{x}^{b}: {found} and {expected}");
            }
        }
    }
}
