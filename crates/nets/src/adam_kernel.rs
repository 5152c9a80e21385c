//! One fused pass of Adam over plain slices.
//!
//! libtorch's own step is five passes over memory per parameter; this is one, compiled for the widest vectors that the
//! processor has. No fused multiply-add is used, so every instruction set gives the same bits.

/// The numbers of one step, the same for all parameters.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Coefficients {
    pub beta1: f32,
    pub beta2: f32,
    /// 1 − β₁, from f64: in f32 the subtraction would cost five digits of 1 − 0.999.
    pub rest1: f32,
    /// 1 − β₂, likewise.
    pub rest2: f32,
    /// lr / (1 − β₁ᵗ)
    pub step_size: f32,
    /// 1 / √(1 − β₂ᵗ)
    pub inverse_correction: f32,
    pub epsilon: f32,
}

/// m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², w ← w − step · m / (√v/√(1−β₂ᵗ) + ε), element by element.
pub(crate) fn step(w: &mut [f32], g: &[f32], m: &mut [f32], v: &mut [f32], c: Coefficients) {
    #[cfg(target_arch = "x86_64")]
    {
        if std::arch::is_x86_feature_detected!("avx512f") {
            // SAFETY: the feature was just detected.
            return unsafe { step_avx512(w, g, m, v, c) };
        }
        if std::arch::is_x86_feature_detected!("avx2") {
            // SAFETY: the feature was just detected.
            return unsafe { step_avx2(w, g, m, v, c) };
        }
    }
    step_portable(w, g, m, v, c);
}

/// The same for a gradient in bf16, and the new weights are also written as bf16, rounded to nearest, ties to even.
pub(crate) fn step_bf16(
    w: &mut [f32],
    copy: &mut [u16],
    g: &[u16],
    m: &mut [f32],
    v: &mut [f32],
    c: Coefficients,
) {
    #[cfg(target_arch = "x86_64")]
    {
        if std::arch::is_x86_feature_detected!("avx512f") {
            // SAFETY: the feature was just detected.
            return unsafe { step_bf16_avx512(w, copy, g, m, v, c) };
        }
        if std::arch::is_x86_feature_detected!("avx2") {
            // SAFETY: the feature was just detected.
            return unsafe { step_bf16_avx2(w, copy, g, m, v, c) };
        }
    }
    step_bf16_portable(w, copy, g, m, v, c);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn step_avx512(w: &mut [f32], g: &[f32], m: &mut [f32], v: &mut [f32], c: Coefficients) {
    step_portable(w, g, m, v, c);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn step_avx2(w: &mut [f32], g: &[f32], m: &mut [f32], v: &mut [f32], c: Coefficients) {
    step_portable(w, g, m, v, c);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn step_bf16_avx512(
    w: &mut [f32],
    copy: &mut [u16],
    g: &[u16],
    m: &mut [f32],
    v: &mut [f32],
    c: Coefficients,
) {
    step_bf16_portable(w, copy, g, m, v, c);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn step_bf16_avx2(w: &mut [f32], copy: &mut [u16], g: &[u16], m: &mut [f32], v: &mut [f32], c: Coefficients) {
    step_bf16_portable(w, copy, g, m, v, c);
}

/// Below this a moment is taken as zero: moments of dead inputs would otherwise decay into denormal numbers, which are
/// many times slower to compute with. Its effect on a step is under lr · 1e-22.
const TINY: f32 = 1e-30;

#[inline(always)]
fn step_portable(w: &mut [f32], g: &[f32], m: &mut [f32], v: &mut [f32], c: Coefficients) {
    for (((w, &g), m), v) in w.iter_mut().zip(g).zip(m.iter_mut()).zip(v.iter_mut()) {
        update(w, g, m, v, c);
    }
}

#[inline(always)]
fn step_bf16_portable(
    w: &mut [f32],
    copy: &mut [u16],
    g: &[u16],
    m: &mut [f32],
    v: &mut [f32],
    c: Coefficients,
) {
    let moments = m.iter_mut().zip(v.iter_mut());
    for (((w, copy), &g), (m, v)) in w.iter_mut().zip(copy).zip(g).zip(moments) {
        update(w, f32::from_bits(u32::from(g) << 16), m, v, c);
        *copy = to_bf16(*w);
    }
}

#[inline(always)]
fn update(w: &mut f32, g: f32, m: &mut f32, v: &mut f32, c: Coefficients) {
    let first = c.beta1 * *m + c.rest1 * g;
    let second = c.beta2 * *v + c.rest2 * g * g;
    *m = if first.abs() < TINY { 0.0 } else { first };
    *v = if second < TINY { 0.0 } else { second };
    *w -= c.step_size * *m / (v.sqrt() * c.inverse_correction + c.epsilon);
}

/// The upper half of a finite f32, rounded to nearest, ties to even. A weight that is not finite stays so or becomes
/// infinite; training ends with an error then.
#[inline(always)]
fn to_bf16(x: f32) -> u16 {
    let bits = x.to_bits();
    ((bits.wrapping_add(0x7fff + ((bits >> 16) & 1))) >> 16) as u16
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array1;
    use ndarray_rand::RandomExt;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;
    use rand_distr::Uniform;

    /// Uniform numbers from −1 to 1, not a multiple of any vector's length.
    fn draw(rng: &mut ChaCha8Rng) -> Vec<f32> {
        Array1::random_using(1003, Uniform::new(-1.0, 1.0).unwrap(), rng).to_vec()
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        let mut rng = ChaCha8Rng::seed_from_u64(4);
        let (w, g, m) = (draw(&mut rng), draw(&mut rng), draw(&mut rng));
        let v: Vec<f32> = draw(&mut rng).iter().map(|x| x.abs()).collect();
        let c = Coefficients {
            beta1: 0.9,
            beta2: 0.999,
            rest1: 0.1,
            rest2: 0.001,
            step_size: 1e-3,
            inverse_correction: 1.5,
            epsilon: 1e-8,
        };
        let mut wide = (w.clone(), m.clone(), v.clone());
        step(&mut wide.0, &g, &mut wide.1, &mut wide.2, c);
        let mut portable = (w, m, v);
        step_portable(&mut portable.0, &g, &mut portable.1, &mut portable.2, c);
        assert_eq!(wide, portable);
    }

    #[test]
    fn bf16_is_rounded_to_nearest_even() {
        // torch 2.11: torch.tensor([1.0, 1.0039063, 1.0117188, -2.6, 1e-40, 65504.]).bfloat16().view(torch.int16)
        let x = [1.0f32, 1.003_906_3, 1.011_718_8, -2.6, 1e-40, 65504.0];
        let expected = [0x3f80u16, 0x3f80, 0x3f82, 0xc026, 0x0001, 0x4780];
        assert_eq!(x.map(to_bf16), expected);
    }

    #[test]
    fn a_bf16_gradient_takes_the_same_step() {
        let c = Coefficients {
            beta1: 0.9,
            beta2: 0.999,
            rest1: 0.1,
            rest2: 0.001,
            step_size: 1e-3,
            inverse_correction: 1.5,
            epsilon: 1e-8,
        };
        let g: Vec<u16> = draw(&mut ChaCha8Rng::seed_from_u64(5)).into_iter().map(to_bf16).collect();
        let wide: Vec<f32> = g.iter().map(|&g| f32::from_bits(u32::from(g) << 16)).collect();
        let start = || (vec![0.5f32; 1003], vec![0.0f32; 1003], vec![0.0f32; 1003]);
        let ((mut w, mut m, mut v), mut copy) = (start(), vec![0u16; 1003]);
        step_bf16(&mut w, &mut copy, &g, &mut m, &mut v, c);
        let (mut w2, mut m2, mut v2) = start();
        step(&mut w2, &wide, &mut m2, &mut v2, c);
        assert_eq!((&w, &m, &v), (&w2, &m2, &v2));
        assert_eq!(copy, w.iter().map(|&w| to_bf16(w)).collect::<Vec<_>>());
    }

    #[test]
    fn moments_never_become_denormal() {
        let c = Coefficients {
            beta1: 0.9,
            beta2: 0.999,
            rest1: 0.1,
            rest2: 0.001,
            step_size: 1e-3,
            inverse_correction: 1.0,
            epsilon: 1e-8,
        };
        let (mut w, mut m, mut v) = ([1.0f32], [1e-3f32], [1e-6f32]);
        for _ in 0..200_000 {
            step(&mut w, &[0.0], &mut m, &mut v, c);
            assert!(!m[0].is_subnormal() && !v[0].is_subnormal());
        }
        assert_eq!((m[0], v[0]), (0.0, 0.0));
    }
}
