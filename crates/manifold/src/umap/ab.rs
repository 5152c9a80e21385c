//! The curve 1 / (1 + a d²ᵇ) of the embedding, fitted to `min_dist` and `spread`.

/// Points of the fit, as in umap-learn.
const POINTS: usize = 300;

/// a and b by least squares: 1 / (1 + a d²ᵇ) against 1 for d < `min_dist` and exp(−(d − min_dist) / spread) beyond, on
/// 300 points from 0 to 3 × spread (Levenberg and Marquardt's method from a = b = 1).
pub fn find_ab_params(spread: f64, min_dist: f64) -> (f64, f64) {
    let targets: Vec<(f64, f64)> = (0..POINTS)
        .map(|i| {
            let d = 3.0 * spread * i as f64 / (POINTS - 1) as f64;
            (d, if d < min_dist { 1.0 } else { (-(d - min_dist) / spread).exp() })
        })
        .collect();
    let cost = |a: f64, b: f64| -> f64 {
        targets.iter().map(|&(d, t)| (1.0 / (1.0 + a * d.powf(2.0 * b)) - t).powi(2)).sum()
    };
    let (mut a, mut b, mut damping) = (1.0, 1.0, 1e-3);
    let mut best = cost(a, b);
    for _ in 0..500 {
        let [mut aa, mut ab, mut bb, mut ga, mut gb] = [0.0; 5];
        for &(d, t) in targets.iter().filter(|(d, _)| *d > 0.0) {
            let power = d.powf(2.0 * b);
            let f = 1.0 / (1.0 + a * power);
            let (da, db) = (-f * f * power, -f * f * a * power * 2.0 * d.ln());
            aa += da * da;
            ab += da * db;
            bb += db * db;
            ga += da * (f - t);
            gb += db * (f - t);
        }
        let (aa, bb) = (aa * (1.0 + damping), bb * (1.0 + damping));
        let determinant = aa * bb - ab * ab;
        let (step_a, step_b) = ((ab * gb - bb * ga) / determinant, (ab * ga - aa * gb) / determinant);
        let next = cost(a + step_a, b + step_b);
        if next.is_finite() && next <= best && a + step_a > 0.0 && b + step_b > 0.0 {
            (a, b) = (a + step_a, b + step_b);
            let still = step_a.abs() <= 1e-12 * a && step_b.abs() <= 1e-12 * b;
            best = next;
            damping = (damping * 0.3_f64).max(1e-12);
            if still {
                break;
            }
        } else {
            damping *= 4.0;
            if damping > 1e12 {
                break;
            }
        }
    }
    (a, b)
}
