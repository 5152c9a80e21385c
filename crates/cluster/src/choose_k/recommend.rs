use super::{Choice, Sweep};
use crate::error::{Error, Result};

/// What speaks for one number of clusters or another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Criterion {
    /// The elbow of the inertia: the point farthest below the line from the first to the last, both axes scaled to 0…1
    /// (Satopää et al. 2011).
    Elbow,
    /// The highest silhouette.
    Silhouette,
    /// The highest Calinski-Harabasz index.
    CalinskiHarabasz,
    /// The lowest Davies-Bouldin index.
    DaviesBouldin,
    /// The smallest k whose gap is at least the next one's less its error, as the gap statistic's authors choose.
    Gap,
}

impl std::fmt::Display for Criterion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Elbow => "the elbow",
            Self::Silhouette => "the silhouette",
            Self::CalinskiHarabasz => "the Calinski-Harabasz index",
            Self::DaviesBouldin => "the Davies-Bouldin index",
            Self::Gap => "the gap statistic",
        })
    }
}

impl Sweep {
    /// The number of clusters that a criterion recommends; of equally good ones the smallest.
    ///
    /// # Errors
    /// [`Error::NoRecommendation`] with the reason.
    pub fn recommend(&self, criterion: Criterion) -> Result<usize> {
        self.choice(criterion).map_err(|reason| Error::NoRecommendation { criterion, reason })
    }

    /// [`recommend`](Self::recommend) with the bare reason.
    pub(super) fn choice(&self, criterion: Criterion) -> std::result::Result<usize, String> {
        match criterion {
            Criterion::Elbow => self.of_elbow(),
            Criterion::Silhouette => self.highest(|c| c.silhouette),
            Criterion::CalinskiHarabasz => self.highest(|c| c.calinski_harabasz),
            Criterion::DaviesBouldin => self.highest(|c| c.davies_bouldin.map(|v| -v)),
            Criterion::Gap => self.of_gap(),
        }
    }

    fn of_elbow(&self) -> std::result::Result<usize, String> {
        let [first, _, .., last] = &self.choices[..] else {
            return Err(format!("it needs at least three numbers of clusters, found {}", self.choices.len()));
        };
        let (width, height) = ((last.k - first.k) as f64, first.inertia - last.inertia);
        if height <= 0.0 {
            return Err(format!("the inertia does not fall from k = {} to k = {}", first.k, last.k));
        }
        let below = |c: &Choice| 1.0 - (c.k - first.k) as f64 / width - (c.inertia - last.inertia) / height;
        let best = self.choices.iter().max_by(|a, b| below(a).total_cmp(&below(b)).then(b.k.cmp(&a.k)));
        Ok(best.unwrap_or(first).k)
    }

    fn of_gap(&self) -> std::result::Result<usize, String> {
        if self.choices.iter().all(|c| c.gap.is_none()) {
            return Err(
                "it is known for no k: the setting `references` was 0, or every inertia is 0".to_owned()
            );
        }
        let [.., last] = &self.choices[1..] else {
            return Err("it needs at least two numbers of clusters, found 1".to_owned());
        };
        let good = |w: &&[Choice]| matches!((w[0].gap, w[1].gap), (Some(a), Some(b)) if a.value >= b.value - b.error);
        let found = self.choices.windows(2).find(good).map(|w| w[0].k);
        found.ok_or_else(|| {
            format!(
                "from each k to the next it grows by more than its error, up to k = {}: try a larger `to`",
                last.k
            )
        })
    }

    fn highest(&self, value: impl Fn(&Choice) -> Option<f64>) -> std::result::Result<usize, String> {
        let known = self.choices.iter().filter_map(|c| Some((c.k, value(c)?)));
        let best = known.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
        best.map(|(k, _)| k).ok_or_else(|| {
            // The two indices that are always computed say whether the clusters are the reason.
            if self.choices.iter().any(|c| c.calinski_harabasz.is_some()) {
                "it was not computed: the setting `silhouette` was false".to_owned()
            } else {
                "it is known for no k: it needs at least two clusters with samples, and fewer than there are samples"
                    .to_owned()
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Gap;

    /// Inertia and gap of k = 1, 2, …
    fn sweep(values: &[(f64, Option<f64>)]) -> Sweep {
        let choice = |(i, &(inertia, gap)): (usize, &(f64, Option<f64>))| Choice {
            k: i + 1,
            inertia,
            silhouette: None,
            calinski_harabasz: None,
            davies_bouldin: None,
            gap: gap.map(|value| Gap { value, error: 0.01 }),
        };
        Sweep { choices: values.iter().enumerate().map(choice).collect() }
    }

    fn reason(sweep: &Sweep, criterion: Criterion) -> String {
        sweep.recommend(criterion).unwrap_err().to_string()
    }

    #[test]
    fn a_recommendation_or_the_reason_why_there_is_none() {
        use Criterion::{CalinskiHarabasz, DaviesBouldin, Elbow, Gap, Silhouette};
        let falling = sweep(&[(9.0, Some(0.1)), (2.0, Some(0.5)), (1.0, Some(0.45))]);
        assert_eq!(falling.recommend(Elbow), Ok(2));
        assert_eq!(falling.recommend(Gap), Ok(2));
        let growing = sweep(&[(9.0, Some(0.1)), (8.0, Some(0.5)), (7.0, Some(0.9))]);
        let expected = "the gap statistic recommends no k: from each k to the next it grows by more than its error, up to k = 3";
        assert!(reason(&growing, Gap).starts_with(expected), "{}", reason(&growing, Gap));
        assert!(reason(&sweep(&[(9.0, None), (2.0, None)]), Gap).contains("`references` was 0"));
        assert!(reason(&sweep(&[(9.0, Some(0.1))]), Gap).contains("at least two numbers of clusters"));
        assert!(reason(&sweep(&[]), Gap).contains("known for no k"));
        assert!(
            reason(&sweep(&[(9.0, None), (2.0, None)]), Elbow)
                .contains("at least three numbers of clusters, found 2")
        );
        assert!(reason(&sweep(&[(0.0, None); 3]), Elbow).contains("does not fall from k = 1 to k = 3"));
        for criterion in [Silhouette, CalinskiHarabasz, DaviesBouldin] {
            assert!(reason(&growing, criterion).contains("at least two clusters with samples"));
        }
        let mut without = growing;
        without.choices[1].calinski_harabasz = Some(1.0);
        assert!(reason(&without, Silhouette).contains("the setting `silhouette` was false"));
        assert_eq!(
            (without.recommend(CalinskiHarabasz).ok(), without.recommend(Silhouette).ok()),
            (Some(2), None)
        );
    }
}
