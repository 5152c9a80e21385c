//! The run that is shown, chosen without labels.

use super::agreement::with_others;
use super::{NOISE, Result, Run};
use deepclust_methods::{Seed, facts};
use deepclust_metrics::{Distance, silhouette_samples};
use ndarray::{Array2, ArrayView2, Axis};

/// By what a run is chosen among others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Rule {
    /// There is one run.
    Single,
    /// The highest modularity: all runs are of one graph.
    Modularity,
    /// The lowest inertia: all runs are of the same features.
    Inertia,
    /// The highest mean agreement with the other runs: how many clusters there are differs.
    Agreement,
    /// The best mean rank of its silhouette in the embeddings of all runs (ACE, arXiv 2403.14830, without its weights): what is best in
    /// its own embedding alone may owe it to the embedding.
    Silhouettes,
}

impl std::fmt::Display for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Single => "it is the only one",
            Self::Modularity => "its modularity is the highest",
            Self::Inertia => "its inertia is the lowest",
            Self::Agreement => "it agrees most with the others",
            Self::Silhouettes => "its silhouette ranks best in the embeddings of all seeds",
        })
    }
}

/// Which run is shown, and why.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Its place among the runs.
    pub run: usize,
    /// By what it was chosen.
    pub rule: Rule,
    /// A value for each run; the highest was chosen, the first of equals.
    pub scores: Vec<f64>,
    /// Silhouettes: of each run (rows) in each embedding (columns; a single one where all share it). NaN where there are not two clusters.
    pub silhouettes: Array2<f64>,
}

/// At most this many samples are looked at.
pub(super) const SAMPLES: usize = 5_000;

/// Samples whose silhouettes are taken, ascending.
pub(super) fn sample(n: usize, seed: u64) -> Vec<usize> {
    if n <= SAMPLES {
        return (0..n).collect();
    }
    let mut rng = Seed(seed).stream("silhouette sample");
    let mut drawn = rand::seq::index::sample(&mut rng, n, SAMPLES).into_vec();
    drawn.sort_unstable();
    drawn
}

/// Silhouettes of samples by their clusters, in the order of the samples; 0 for those without a cluster. None where there are not
/// two clusters.
///
/// # Errors
/// Features that are not finite.
pub(super) fn silhouettes(
    features: ArrayView2<'_, f32>,
    labels: &[i32],
    rows: &[usize],
) -> Result<Option<Vec<f64>>> {
    let clustered: Vec<usize> = (0..rows.len()).filter(|&i| labels[rows[i]] != NOISE).collect();
    let numbers: Vec<usize> =
        clustered.iter().filter_map(|&i| usize::try_from(labels[rows[i]]).ok()).collect();
    let first = numbers.first();
    if numbers.iter().all(|number| Some(number) == first) {
        return Ok(None);
    }
    let places: Vec<usize> = clustered.iter().map(|&i| rows[i]).collect();
    let found = silhouette_samples(features.select(Axis(0), &places).view(), &numbers, Distance::Euclidean);
    let found = match found {
        // As many clusters as samples.
        Err(deepclust_metrics::Error::ClusterCount { .. }) => return Ok(None),
        other => other?,
    };
    let mut values = vec![0.0; rows.len()];
    clustered.iter().zip(found).for_each(|(&i, value)| values[i] = value);
    Ok(Some(values))
}

/// Chooses among runs. `shared` are the features that all have in common, where they do; `agreement` their indices pair by pair.
///
/// # Errors
/// Features that are not finite.
pub(super) fn choose(
    runs: &[Run],
    shared: Option<ArrayView2<'_, f32>>,
    agreement: &Array2<f64>,
    seed: u64,
) -> Result<Choice> {
    let embeddings: Vec<ArrayView2<'_, f32>> = match shared {
        Some(features) => vec![features],
        None => runs.iter().filter_map(|run| Some(run.embedding.as_ref()?.view())).collect(),
    };
    let rows = sample(runs.first().map_or(0, |run| run.labels.len()), seed);
    let mut table = Array2::from_elem((runs.len(), embeddings.len()), f64::NAN);
    for (e, features) in embeddings.iter().enumerate() {
        for (r, run) in runs.iter().enumerate() {
            if let Some(values) = silhouettes(*features, &run.labels, &rows)? {
                table[[r, e]] = values.iter().sum::<f64>() / values.len() as f64;
            }
        }
    }
    let fact = |name: &str| runs.iter().map(|run| run.facts.get(name).copied()).collect::<Option<Vec<_>>>();
    let (rule, scores) = if runs.len() < 2 {
        (Rule::Single, vec![1.0; runs.len()])
    } else if let (Some(_), Some(values)) = (shared, fact(facts::MODULARITY)) {
        (Rule::Modularity, values)
    } else if let (Some(_), Some(values)) = (shared, fact(facts::INERTIA)) {
        (Rule::Inertia, values.into_iter().map(|value| -value).collect())
    } else if fact(facts::CLUSTERS_FOUND).is_some() {
        (Rule::Agreement, with_others(agreement))
    } else {
        (Rule::Silhouettes, mean_ranks(&table))
    };
    let best = (0..scores.len()).reduce(|a, b| if scores[b] > scores[a] { b } else { a });
    Ok(Choice { run: best.unwrap_or(0), rule, scores, silhouettes: table })
}

/// For each run the mean over the embeddings of the share of the other runs that its silhouette is above, a tie counting half.
fn mean_ranks(table: &Array2<f64>) -> Vec<f64> {
    let (runs, embeddings) = table.dim();
    let value = |r: usize, e: usize| if table[[r, e]].is_nan() { f64::NEG_INFINITY } else { table[[r, e]] };
    let rank = |r: usize, e: usize| {
        let others = (0..runs).filter(|&other| other != r);
        let points = others.map(|other| match value(r, e).total_cmp(&value(other, e)) {
            std::cmp::Ordering::Greater => 1.0,
            std::cmp::Ordering::Equal => 0.5,
            std::cmp::Ordering::Less => 0.0,
        });
        points.sum::<f64>() / runs.saturating_sub(1).max(1) as f64
    };
    (0..runs).map(|r| (0..embeddings).map(|e| rank(r, e)).sum::<f64>() / embeddings.max(1) as f64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    fn points() -> Array2<f32> {
        array![[0.0], [0.1], [0.2], [5.0], [5.1], [5.2]]
    }

    #[test]
    fn the_partition_that_is_best_in_most_embeddings_is_chosen() {
        let run = |seed, labels: [i32; 6], embedding: Array2<f32>| Run {
            seed,
            labels: labels.to_vec(),
            embedding: Some(embedding),
            ..Run::default()
        };
        // The second run has shrunk its own embedding to its clusters: there alone it is the best.
        let own = array![[0.0], [0.0], [9.0], [9.0], [9.0], [0.0]];
        let runs = [
            run(0, [0, 0, 0, 1, 1, 1], points()),
            run(1, [0, 0, 1, 1, 1, 0], own),
            run(2, [0, 0, 0, 1, 1, 1], points() * 2.0),
        ];
        let choice = choose(&runs, None, &Array2::eye(3), 0).unwrap();
        assert_eq!((choice.run, choice.rule), (0, Rule::Silhouettes));
        // 1 and a half of 2, a half of 2, 1 and a half of 2; nothing, all, nothing.
        let expected = [1.75 / 3.0, 1.0 / 3.0, 1.75 / 3.0];
        assert!(choice.scores.iter().zip(expected).all(|(score, expected)| (score - expected).abs() < 1e-12));
        assert_eq!(choice.silhouettes[[1, 1]], 1.0);
    }

    #[test]
    fn runs_of_one_graph_go_by_its_modularity() {
        let run = |value: f64| Run {
            labels: vec![0, 0, 0, 1, 1, 1],
            facts: [(facts::MODULARITY.to_owned(), value)].into(),
            ..Run::default()
        };
        let choice =
            choose(&[run(0.3), run(0.5), run(0.4)], Some(points().view()), &Array2::eye(3), 0).unwrap();
        assert_eq!((choice.run, choice.rule), (1, Rule::Modularity));
    }

    #[test]
    fn samples_without_a_cluster_count_as_zero() {
        let (x, rows) = (points(), [0, 1, 2, 3, 4, 5]);
        let all = silhouettes(x.view(), &[0, 0, 0, 1, 1, 1], &rows).unwrap().unwrap();
        let some = silhouettes(x.view(), &[0, 0, 0, 1, 1, NOISE], &rows).unwrap().unwrap();
        assert!(all.iter().all(|&value| value > 0.9) && some[5] == 0.0);
        assert_eq!(silhouettes(x.view(), &[0; 6], &rows).unwrap(), None);
        assert_eq!(silhouettes(x.view(), &[NOISE; 6], &rows).unwrap(), None);
        assert_eq!(silhouettes(x.view(), &[0, 1, 2, 3, 4, 5], &rows).unwrap(), None);
    }
}
