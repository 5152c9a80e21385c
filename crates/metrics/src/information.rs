use crate::{Contingency, Error, Result};

/// Which mean of the two entropies divides the mutual information.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Average {
    /// (H(U) + H(V)) / 2, the default.
    #[default]
    Arithmetic,
    /// √(H(U) H(V)).
    Geometric,
    /// min(H(U), H(V)).
    Min,
    /// max(H(U), H(V)).
    Max,
}

impl Average {
    pub(crate) fn of(self, u: f64, v: f64) -> f64 {
        match self {
            Self::Arithmetic => f64::midpoint(u, v),
            Self::Geometric => (u * v).sqrt(),
            Self::Min => u.min(v),
            Self::Max => u.max(v),
        }
    }
}

/// H = −Σ (*s*/*n*) ln(*s*/*n*) over group sizes *s*, in nats.
pub(crate) fn entropy_of_sizes(sizes: &[usize]) -> f64 {
    let total: usize = sizes.iter().sum();
    let n = total as f64;
    // ln(n/s), not −ln(s/n): one group then gives +0 and every term is at least 0.
    sizes.iter().filter(|&&size| size > 0).map(|&size| size as f64 / n * (n / size as f64).ln()).sum()
}

/// The mutual information of a table in nats, at least 0.
pub(crate) fn information(table: &Contingency) -> f64 {
    let (rows, columns) = (table.class_sizes(), table.cluster_sizes());
    if rows.len() == 1 || columns.len() == 1 {
        return 0.0;
    }
    let n = table.samples() as u128;
    let term = |cell: &crate::contingency::Cell| {
        // The ratio n·nᵢⱼ/(aᵢ bⱼ) from integers, so that independence gives ln 1 = 0 exactly.
        let ratio =
            (n * cell.count as u128) as f64 / (rows[cell.row] as u128 * columns[cell.column] as u128) as f64;
        cell.count as f64 / n as f64 * ratio.ln()
    };
    let sum: f64 = table.cells().iter().map(term).sum();
    // The terms have both signs: rounding may leave a sum just below 0.
    sum.max(0.0)
}

/// The mutual information of two labellings,
/// MI = Σᵢⱼ (*nᵢⱼ*/*n*) ln(*n nᵢⱼ* / (*aᵢ bⱼ*)), in nats, at least 0.
///
/// # Errors
/// [`Error::LengthMismatch`], [`Error::Empty`].
pub fn mutual_info(truth: &[usize], pred: &[usize]) -> Result<f64> {
    Ok(information(&Contingency::new(truth, pred)?))
}

/// The normalised mutual information
/// NMI = MI(U, V) / mean(H(U), H(V)), in [0, 1], symmetric.
///
/// Deep-clustering papers use different means; the arithmetic one is scikit-learn's default and this crate's. Two
/// labellings of one cluster each score 1; where the information is 0 otherwise, the score is 0 by any mean.
///
/// Source: Strehl, Ghosh: Cluster ensembles, JMLR 2002 (geometric); Vinh, Epps, Bailey, JMLR 2010 (all four).
///
/// # Errors
/// [`Error::LengthMismatch`], [`Error::Empty`].
pub fn normalized_mutual_info(truth: &[usize], pred: &[usize], average: Average) -> Result<f64> {
    let table = Contingency::new(truth, pred)?;
    if table.classes().len() == 1 && table.clusters().len() == 1 {
        return Ok(1.0);
    }
    let shared = information(&table);
    if shared == 0.0 {
        return Ok(0.0);
    }
    let (u, v) = (entropy_of_sizes(table.class_sizes()), entropy_of_sizes(table.cluster_sizes()));
    Ok((shared / average.of(u, v)).min(1.0))
}

/// Homogeneity, completeness and their weighted harmonic mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HomogeneityCompletenessV {
    /// 1 − H(class | cluster) / H(class): 1 where each cluster holds samples of one class only.
    pub homogeneity: f64,
    /// 1 − H(cluster | class) / H(cluster): 1 where each class lies in one cluster.
    pub completeness: f64,
    /// (1 + β) *h c* / (β *h* + *c*); with β = 1 it equals NMI with the arithmetic mean.
    pub v_measure: f64,
}

/// Homogeneity *h* = MI/H(U), completeness *c* = MI/H(V) and the V-measure with weight β of completeness, each in [0, 1].
/// A labelling without entropy counts as perfectly homogeneous (or complete).
///
/// Source: Rosenberg, Hirschberg: V-Measure, EMNLP-CoNLL 2007.
///
/// # Errors
/// [`Error::Beta`] for a negative or non-finite β, [`Error::LengthMismatch`], [`Error::Empty`].
pub fn homogeneity_completeness_v(
    truth: &[usize],
    pred: &[usize],
    beta: f64,
) -> Result<HomogeneityCompletenessV> {
    if !(beta >= 0.0 && beta.is_finite()) {
        return Err(Error::Beta { got: beta });
    }
    let table = Contingency::new(truth, pred)?;
    let shared = information(&table);
    let share = |entropy: f64| if entropy == 0.0 { 1.0 } else { (shared / entropy).min(1.0) };
    let homogeneity = share(entropy_of_sizes(table.class_sizes()));
    let completeness = share(entropy_of_sizes(table.cluster_sizes()));
    let v_measure = if homogeneity == 0.0 || completeness == 0.0 {
        0.0
    } else {
        (1.0 + beta) * homogeneity * completeness / (beta * homogeneity + completeness)
    };
    Ok(HomogeneityCompletenessV { homogeneity, completeness, v_measure })
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    const TRUTH: [usize; 10] = [0, 0, 0, 1, 1, 1, 2, 2, 2, 2];
    const PRED: [usize; 10] = [1, 1, 0, 0, 0, 2, 2, 3, 2, 1];

    #[test]
    fn reference_values() {
        // sklearn 1.9.1: mutual_info_score(TRUTH, PRED)
        assert_relative_eq!(mutual_info(&TRUTH, &PRED).unwrap(), 0.5160372238798923, max_relative = 1e-14);
        // sklearn 1.9.1: normalized_mutual_info_score(TRUTH, PRED, average_method=…)
        for (average, expected) in [
            (Average::Arithmetic, 0.42954169878661974),
            (Average::Min, 0.47390691116168715),
            (Average::Max, 0.3927720022793675),
            (Average::Geometric, 0.43143639901033637),
        ] {
            let score = normalized_mutual_info(&TRUTH, &PRED, average).unwrap();
            assert_relative_eq!(score, expected, max_relative = 1e-14);
        }
        // sklearn 1.9.1: homogeneity_completeness_v_measure(TRUTH, PRED), v_measure_score(TRUTH, PRED, beta=0.5)
        let scores = homogeneity_completeness_v(&TRUTH, &PRED, 1.0).unwrap();
        assert_relative_eq!(scores.homogeneity, 0.47390691116168715, max_relative = 1e-14);
        assert_relative_eq!(scores.completeness, 0.3927720022793675, max_relative = 1e-14);
        assert_relative_eq!(scores.v_measure, 0.4295416987866198, max_relative = 1e-14);
        let half = homogeneity_completeness_v(&TRUTH, &PRED, 0.5).unwrap();
        assert_relative_eq!(half.v_measure, 0.4433774212261378, max_relative = 1e-14);
    }

    #[test]
    fn degenerate_labellings() {
        // sklearn 1.9.1 gives the same for each.
        let nmi = |a: &[usize], b: &[usize]| normalized_mutual_info(a, b, Average::Min).unwrap();
        assert_eq!(nmi(&[4, 4], &[7, 7]), 1.0);
        assert_eq!(nmi(&[4, 4], &[7, 8]), 0.0);
        assert_eq!(nmi(&[0, 0, 1, 1], &[0, 1, 0, 1]), 0.0);
        assert_eq!(nmi(&[9], &[0]), 1.0);
        let one_class = homogeneity_completeness_v(&[4, 4], &[7, 8], 1.0).unwrap();
        assert_eq!((one_class.homogeneity, one_class.completeness, one_class.v_measure), (1.0, 0.0, 0.0));
        let no_weight = homogeneity_completeness_v(&[4, 4], &[7, 8], 0.0).unwrap();
        assert_eq!(no_weight.v_measure, 0.0);
    }

    #[test]
    fn bad_input_is_refused() {
        assert_eq!(mutual_info(&[], &[]).unwrap_err(), Error::Empty);
        for beta in [-1.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(homogeneity_completeness_v(&[1, 2], &[1, 2], beta), Err(Error::Beta { .. })));
        }
    }
}
