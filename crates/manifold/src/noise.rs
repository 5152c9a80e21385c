//! Random arrays, drawn row by row.

use ndarray::Array2;
use ndarray_rand::RandomExt;
use rand::Rng;
use rand_distr::{StandardNormal, Uniform};

/// Standard normal numbers, n × d.
pub(crate) fn normal(n: usize, d: usize, rng: &mut impl Rng) -> Array2<f64> {
    Array2::random_using((n, d), StandardNormal, rng)
}

/// Uniform numbers from −1 to 1, n × d.
pub(crate) fn uniform(n: usize, d: usize, rng: &mut impl Rng) -> Array2<f64> {
    Array2::random_using((n, d), Uniform::new(-1.0, 1.0).expect("−1 is below 1"), rng)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    /// Maps hang on these draws: another order, or other numbers, would move recorded ones.
    #[test]
    fn draws_are_those_of_single_numbers_in_row_order() {
        let (mut arrays, mut single) = (ChaCha8Rng::seed_from_u64(3), ChaCha8Rng::seed_from_u64(3));
        let drawn = normal(7, 3, &mut arrays);
        assert!(drawn.iter().all(|&v| v == single.sample::<f64, _>(StandardNormal)));
        let drawn = uniform(5, 2, &mut arrays);
        assert!(drawn.iter().all(|&v| v == single.random_range(-1.0..1.0)));
        assert_eq!(arrays, single);
    }
}
