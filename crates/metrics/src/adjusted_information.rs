use crate::information::{entropy_of_sizes, information};
use crate::{Average, Contingency, Result};

/// The adjusted mutual information
/// AMI = (MI − E\[MI\]) / (mean(H(U), H(V)) − E\[MI\]), at most 1, symmetric; 0 in expectation for random labellings.
///
/// E\[MI\] is over all labellings with the given group sizes. Two labellings of one cluster each score 1; one against
/// several scores 0. Where one labelling has a cluster for each sample, every labelling of the other's sizes has the same
/// information: the score is 0, or 1 where the denominator vanishes as well (both of singletons, or the smaller entropy).
///
/// Source: Vinh, Epps, Bailey: Information theoretic measures for clusterings comparison, JMLR 2010.
///
/// # Errors
/// [`Error::LengthMismatch`](crate::Error::LengthMismatch), [`Error::Empty`](crate::Error::Empty).
pub fn adjusted_mutual_info(truth: &[usize], pred: &[usize], average: Average) -> Result<f64> {
    let table = Contingency::new(truth, pred)?;
    match (table.classes().len(), table.clusters().len()) {
        (1, 1) => return Ok(1.0),
        (1, _) | (_, 1) => return Ok(0.0),
        _ => {}
    }
    let singletons = |groups: usize| groups == table.samples();
    match (singletons(table.classes().len()), singletons(table.clusters().len())) {
        (true, true) => return Ok(1.0),
        (false, false) => {}
        // 0/0 for the smaller entropy. Rounding would make it any number.
        _ => return Ok(if average == Average::Min { 1.0 } else { 0.0 }),
    }
    let expected = expected_mutual_info(&table);
    let (u, v) = (entropy_of_sizes(table.class_sizes()), entropy_of_sizes(table.cluster_sizes()));
    // As scikit-learn does: differences that rounding has made 0 are not divided as such.
    let numerator = away_from_zero(information(&table) - expected);
    let denominator = away_from_zero(average.of(u, v) - expected);
    Ok(numerator / denominator)
}

/// Keeps the sign, but is at least the spacing of numbers near 1.
fn away_from_zero(value: f64) -> f64 {
    if value < 0.0 { value.min(-f64::EPSILON) } else { value.max(f64::EPSILON) }
}

/// The expectation of the mutual information, in nats, over all pairs of labellings with the group sizes of the table:
/// Σᵢⱼ Σ_*m* P(*m*) (*m*/*n*) ln(*n m* / (*aᵢ bⱼ*)), where *m* is hypergeometric.
///
/// Pairs of groups with the same sizes share their term, so the cost depends on the number of different sizes, at most
/// √(2*n*) a side.
pub fn expected_mutual_info(table: &Contingency) -> f64 {
    let (rows, columns) = (multiplicities(table.class_sizes()), multiplicities(table.cluster_sizes()));
    if table.classes().len() == 1 || table.clusters().len() == 1 {
        return 0.0;
    }
    let mut sum = 0.0;
    for &(a, times_a) in &rows {
        for &(b, times_b) in &columns {
            sum += times_a as f64 * times_b as f64 * expected_cell(a, b, table.samples());
        }
    }
    sum
}

/// Each different size with the number of groups that have it, ascending.
fn multiplicities(sizes: &[usize]) -> Vec<(usize, usize)> {
    let mut sizes = sizes.to_vec();
    sizes.sort_unstable();
    sizes.chunk_by(|a, b| a == b).map(|run| (run[0], run.len())).collect()
}

/// E\[(*m*/*n*) ln(*n m* / (*a b*))\] for *m* hypergeometric: *b* draws from *n* of which *a* count.
///
/// The probabilities are taken relative to the mode, from the ratio of neighbours
/// P(*m*+1)/P(*m*) = (*a*−*m*)(*b*−*m*) / ((*m*+1)(*n*−*a*−*b*+*m*+1)), and divided by their sum: no factorial, whose
/// logarithm would cost six digits, and no more than some dozen standard deviations of terms.
fn expected_cell(a: usize, b: usize, n: usize) -> f64 {
    // Below this share of the mode the rest of the tail, which falls faster than geometrically, is lost in rounding.
    const NEGLIGIBLE: f64 = 1e-20;
    let (low, high) = ((a + b).saturating_sub(n), a.min(b));
    let mode = ((a as u128 + 1) * (b as u128 + 1) / (n as u128 + 2)) as usize;
    let mode = mode.clamp(low, high);
    let gain = |m: usize| {
        if m == 0 {
            return 0.0;
        }
        let ratio = (n as u128 * m as u128) as f64 / (a as u128 * b as u128) as f64;
        m as f64 / n as f64 * ratio.ln()
    };
    let up = |m: usize| ((a - m) as f64 * (b - m) as f64) / ((m + 1) as f64 * ((n + m + 1) - a - b) as f64);
    let (mut weight, mut total) = (1.0, gain(mode));
    let mut p = 1.0;
    for m in mode..high {
        p *= up(m);
        weight += p;
        total += p * gain(m + 1);
        if p < NEGLIGIBLE {
            break;
        }
    }
    p = 1.0;
    for m in (low..mode).rev() {
        p /= up(m);
        weight += p;
        total += p * gain(m);
        if p < NEGLIGIBLE {
            break;
        }
    }
    total / weight
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    const TRUTH: [usize; 10] = [0, 0, 0, 1, 1, 1, 2, 2, 2, 2];
    const PRED: [usize; 10] = [1, 1, 0, 0, 0, 2, 2, 3, 2, 1];

    #[test]
    fn reference_values() {
        // sklearn 1.9.1: adjusted_mutual_info_score(TRUTH, PRED, average_method=…)
        for (average, expected) in [
            (Average::Arithmetic, 0.12300591114600623),
            (Average::Min, 0.14368512889724547),
            (Average::Max, 0.10753013386738619),
            (Average::Geometric, 0.12384202327683873),
        ] {
            let score = adjusted_mutual_info(&TRUTH, &PRED, average).unwrap();
            assert_relative_eq!(score, expected, max_relative = 1e-13);
        }
        // sklearn 1.9.1: expected_mutual_information(contingency_matrix(TRUTH, PRED), 10)
        let table = Contingency::new(&TRUTH, &PRED).unwrap();
        assert_relative_eq!(expected_mutual_info(&table), 0.4199138689523685, max_relative = 1e-13);
    }

    #[test]
    fn the_expectation_is_the_mean_over_all_permutations() {
        // All 7! orders of one labelling against the other: the definition itself.
        let (truth, mut pred) = ([0, 0, 0, 1, 1, 2, 2], [0, 0, 1, 1, 1, 1, 2]);
        let expected = expected_mutual_info(&Contingency::new(&truth, &pred).unwrap());
        let (mut sum, mut count) = (0.0, 0);
        permute(&mut pred, 0, &mut |pred| {
            sum += information(&Contingency::new(&truth, pred).unwrap());
            count += 1;
        });
        assert_eq!(count, 5040);
        assert_relative_eq!(expected, sum / 5040.0, max_relative = 1e-12);
    }

    fn permute(items: &mut [usize; 7], from: usize, visit: &mut impl FnMut(&[usize])) {
        if from == items.len() {
            return visit(items);
        }
        for other in from..items.len() {
            items.swap(from, other);
            permute(items, from + 1, visit);
            items.swap(from, other);
        }
    }

    #[test]
    fn large_tables_keep_their_digits() {
        // mpmath would do; the size makes scikit-learn's own log-factorials good to about 1e-9 only.
        // sklearn 1.9.1: t = arange(70000) % 10; p = arange(70000) * 7919 // 13 % 47
        // expected_mutual_information(contingency_matrix(t, p), 70000)
        let truth: Vec<usize> = (0..70_000).map(|i| i % 10).collect();
        let pred: Vec<usize> = (0..70_000).map(|i| i * 7919 / 13 % 47).collect();
        let table = Contingency::new(&truth, &pred).unwrap();
        assert_relative_eq!(expected_mutual_info(&table), 0.0029608828944142165, max_relative = 2e-8);
    }

    #[test]
    fn degenerate_labellings() {
        let ami = |a: &[usize], b: &[usize]| adjusted_mutual_info(a, b, Average::Arithmetic).unwrap();
        // sklearn 1.9.1: 1.0, 0.0, 1.0, 1.0
        assert_eq!(ami(&[1, 1], &[2, 2]), 1.0);
        assert_eq!(ami(&[1, 1, 1], &[0, 1, 2]), 0.0);
        assert_eq!(ami(&[0, 1, 2], &[2, 1, 0]), 1.0);
        assert_eq!(ami(&[5], &[6]), 1.0);
    }

    #[test]
    fn a_cluster_for_each_of_many_samples() {
        let singles: Vec<usize> = (0..70_000).collect();
        let classes: Vec<usize> = (0..70_000).map(|i| i % 10).collect();
        assert_eq!(adjusted_mutual_info(&classes, &singles, Average::Arithmetic).unwrap(), 0.0);
        assert_eq!(adjusted_mutual_info(&singles, &classes, Average::Min).unwrap(), 1.0);
        // The expectation itself says so, up to rounding.
        let table = Contingency::new(&classes, &singles).unwrap();
        assert_relative_eq!(expected_mutual_info(&table), 10f64.ln(), max_relative = 1e-12);
        assert_eq!(adjusted_mutual_info(&singles, &singles, Average::Max).unwrap(), 1.0);
    }
}
