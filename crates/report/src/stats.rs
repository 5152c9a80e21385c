/// Mean, deviation and extremes of a measured number over runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// Runs.
    pub n: usize,
    /// Arithmetic mean.
    pub mean: f64,
    /// Sample standard deviation (n − 1 in the denominator); none for one run.
    pub std: Option<f64>,
    /// The smallest value.
    pub min: f64,
    /// The largest value.
    pub max: f64,
}

impl Spread {
    /// The spread of some values; none when there are none.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let values: Vec<f64> = values.into_iter().collect();
        let n = values.len();
        if n == 0 {
            return None;
        }
        let mean = values.iter().sum::<f64>() / n as f64;
        let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
        Some(Self {
            n,
            mean,
            std: (n > 1).then(|| (squares / (n - 1) as f64).sqrt()),
            min: values.iter().copied().fold(f64::INFINITY, f64::min),
            max: values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        })
    }
}

/// Pearson's correlation of three pairs and more that differ.
pub fn correlation(pairs: &[(f64, f64)]) -> Option<f64> {
    if pairs.len() < 3 {
        return None;
    }
    let n = pairs.len() as f64;
    let (x, y) = (pairs.iter().map(|p| p.0).sum::<f64>() / n, pairs.iter().map(|p| p.1).sum::<f64>() / n);
    let sum = |of: fn(f64, f64) -> f64| pairs.iter().map(|p| of(p.0 - x, p.1 - y)).sum::<f64>();
    let r = sum(|x, y| x * y) / (sum(|x, _| x * x) * sum(|_, y| y * y)).sqrt();
    r.is_finite().then_some(r)
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn of_four_values() {
        // numpy 2: np.mean([.955, .958, .953, .951]), np.std(…, ddof=1)
        let spread = Spread::of([0.955, 0.958, 0.953, 0.951]).unwrap();
        assert_relative_eq!(spread.mean, 0.954_25, max_relative = 1e-12);
        assert_relative_eq!(spread.std.unwrap(), 0.002_986_078_811_2, max_relative = 1e-9);
        assert_eq!((spread.n, spread.min, spread.max), (4, 0.951, 0.958));
    }

    #[test]
    fn correlations() {
        // numpy 2: np.corrcoef([1, 2, 4], [1, 3, 2])[0, 1]
        let r = correlation(&[(1.0, 1.0), (2.0, 3.0), (4.0, 2.0)]).unwrap();
        assert_relative_eq!(r, 0.327_326_835_353_988_5, max_relative = 1e-12);
        assert_eq!(correlation(&[(1.0, 1.0), (2.0, 3.0)]), None);
        assert_eq!(correlation(&[(1.0, 1.0), (1.0, 3.0), (1.0, 2.0)]), None);
    }

    #[test]
    fn of_one_and_of_none() {
        assert_eq!(Spread::of([0.5]).unwrap().std, None);
        assert_eq!(Spread::of([]), None);
    }
}
