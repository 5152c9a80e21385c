use super::settings::ChooseSettings;
use crate::communities::{Arranged, Graph, Scan, modularity, near, weigh};
use crate::error::{Error, Result};
use deepclust_metrics::adjusted_rand_index;
use ndarray::{ArrayView2, Axis};
use rand::seq::index::sample;
use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// How well communities agree with each other, by their number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CommunityStability {
    /// Searches for each number: seeds on all rows, and draws of rows.
    pub views: usize,
    /// One entry for each k, in order.
    pub by_k: Vec<StableAt>,
}

/// The stability of `k` communities.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StableAt {
    /// Number of communities.
    pub k: usize,
    /// Mean adjusted Rand index of all pairs of seeds; absent where fewer than half of them, or fewer than two, reach k.
    pub seeds: Option<f64>,
    /// Mean adjusted Rand index of all pairs of draws, on the rows that both hold; absent as for the seeds.
    pub resampled: Option<f64>,
    /// The community that comes back worst: of the communities of the seed of the highest modularity the least mean Jaccard index
    /// with the most similar one of every other search (Hennig 2007); absent where no seed or fewer than half of all searches reach k.
    pub weakest: Option<f64>,
    /// Searches that found k communities.
    pub reached: usize,
    /// The least and the greatest resolution at which they did.
    pub resolutions: Option<(f64, f64)>,
}

impl StableAt {
    /// The lesser of the two means; absent where either is.
    pub fn value(&self) -> Option<f64> {
        Some(self.seeds?.min(self.resampled?))
    }
}

impl CommunityStability {
    /// The mean Jaccard index from which on a cluster counts as stable (Hennig 2007, and the R package fpc).
    pub const STABLE: f64 = 0.75;
    /// How much less stable than the most stable number another one may be.
    pub const NEARLY: f64 = 0.05;

    /// The largest k that is nearly as stable as the most stable one, by its weakest community: those of a smaller k may be whole groups
    /// of communities, and parts of one cloud are stable too, but less. The rule took the place of others, the best index and the
    /// largest k above [`STABLE`](Self::STABLE), when the classes of MNIST, USPS, Fashion-MNIST and HAR were known: on these four its
    /// answers are no test of it.
    pub(super) fn choice(&self) -> std::result::Result<usize, String> {
        let known = || self.by_k.iter().filter_map(|at| Some((at.k, at.weakest?)));
        let most = known().map(|e| e.1).fold(0.0, f64::max);
        if let Some((k, _)) = known().rfind(|e| most >= Self::STABLE && e.1 >= most - Self::NEARLY) {
            return Ok(k);
        }
        Err(match known().reduce(|a, b| if b.1 > a.1 { b } else { a }) {
            Some((k, best)) => format!(
                "for no k does every community come back: the best is k = {k}, where the weakest has a mean Jaccard index of {best:.2}, \
                 expected at least {}",
                Self::STABLE
            ),
            None => "no number of communities was reached by half of the searches".to_owned(),
        })
    }
}

/// Rows a community has on average at least: below, every row is a stable community of its own.
const FEWEST: usize = 5;

/// A graph of some of the rows, and the seed of its communities.
struct View<'a> {
    rows: &'a [usize],
    data: ArrayView2<'a, f32>,
    scan: Scan<'a>,
}

/// The communities of `rows` (n × d), whose graph is `graph`, for every k; `tell` is called after each.
pub(super) fn stability(
    rows: ArrayView2<'_, f32>,
    graph: &Graph,
    settings: &ChooseSettings,
    rng: &mut ChaCha8Rng,
    mut tell: impl FnMut() -> Result<()>,
) -> Result<CommunityStability> {
    let n = rows.nrows();
    let all: Vec<usize> = (0..n).collect();
    let size = (settings.share * n as f64).round() as usize;
    let neighbours = settings.graph.neighbours;
    if size < neighbours {
        let found = format!("{neighbours} for draws of {size} rows");
        return Err(Error::Setting { name: "neighbours", expected: "at most the number of rows", found });
    }
    let seeds: Vec<u64> = (0..settings.graph.seeds).map(|_| rng.next_u64()).collect();
    let draws: Vec<u64> = (0..settings.subsamples).map(|_| rng.next_u64()).collect();
    let drawn: Vec<_> = draws
        .par_iter()
        .map(|&seed| {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let mut chosen = sample(&mut rng, n, size).into_vec();
            chosen.sort_unstable();
            let data = rows.select(Axis(0), &chosen);
            let graph = weigh(&near(data.view(), &settings.graph, rng.next_u64())?, &settings.graph)?;
            let arranged = Arranged::of(&graph);
            Ok((chosen, data, (graph, arranged), rng.next_u64()))
        })
        .collect::<Result<_>>()?;
    let arranged = Arranged::of(graph);
    let scan = |graph, arranged, seed| Scan::new(graph, arranged, &settings.graph, seed);
    let of_seeds =
        seeds.iter().map(|&seed| View { rows: &all, data: rows, scan: scan(graph, &arranged, seed) });
    let of_draws = drawn.iter().map(|(rows, data, (graph, arranged), seed)| View {
        rows,
        data: data.view(),
        scan: scan(graph, arranged, *seed),
    });
    let mut views: Vec<View<'_>> = of_seeds.chain(of_draws).collect();
    let mut by_k = Vec::new();
    for k in settings.from..=settings.to {
        if n < FEWEST * k {
            let (seeds, resampled, weakest) = (None, None, None);
            by_k.push(StableAt { k, seeds, resampled, weakest, reached: 0, resolutions: None });
            tell()?;
            continue;
        }
        // Where the first search ends the others begin.
        let first = views[0].scan.communities(k, None, rows);
        let hint = first.as_ref().map(|found| found.0);
        let others: Vec<Option<(f64, Vec<usize>)>> =
            views[1..].par_iter_mut().map(|view| view.scan.communities(k, hint, view.data)).collect();
        let found: Vec<_> = std::iter::once(first).chain(others).collect();
        let resolutions = found.iter().flatten().map(|f| (f.0, f.0));
        let labelled: Vec<Option<Labelled<'_>>> =
            views.iter().zip(&found).map(|(v, f)| Some((v.rows, f.as_ref()?.1.as_slice()))).collect();
        let (of_seeds, of_draws) = labelled.split_at(settings.graph.seeds);
        by_k.push(StableAt {
            k,
            seeds: agreement(of_seeds)?,
            resampled: agreement(of_draws)?,
            weakest: best(graph, of_seeds)?.and_then(|at| weakest(&labelled, at, k)),
            reached: labelled.iter().flatten().count(),
            resolutions: resolutions.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))),
        });
        tell()?;
    }
    Ok(CommunityStability { views: views.len(), by_k })
}

/// Rows, ascending, and the community of each.
type Labelled<'a> = (&'a [usize], &'a [usize]);

/// Which of those found, on all rows of the graph, has the highest modularity, the first of equals.
fn best(graph: &Graph, found: &[Option<Labelled<'_>>]) -> Result<Option<usize>> {
    let found = found.iter().enumerate().filter_map(|(at, found)| Some((at, found.as_ref()?.1)));
    let modular: Vec<(usize, f64)> =
        found.map(|(at, labels)| Ok((at, modularity(graph, labels, 1.0)?))).collect::<Result<_>>()?;
    Ok(modular.into_iter().reduce(|a, b| if b.1 > a.1 { b } else { a }).map(|best| best.0))
}

/// The mean over all pairs of those found; none where fewer than half were, or fewer than two.
fn agreement(found: &[Option<Labelled<'_>>]) -> Result<Option<f64>> {
    let known: Vec<&Labelled<'_>> = found.iter().flatten().collect();
    if known.len() < 2 || 2 * known.len() < found.len() {
        return Ok(None);
    }
    let (mut sum, mut pairs) = (0.0, 0);
    for (i, a) in known.iter().enumerate() {
        for b in &known[i + 1..] {
            let (left, right) = common(a, b);
            sum += adjusted_rand_index(&left, &right).map_err(|e| Error::Agreement(e.to_string()))?;
            pairs += 1;
        }
    }
    Ok(Some(sum / f64::from(pairs)))
}

/// The least, over the communities of the one found at `at`, of the mean Jaccard index with the most similar one of every other.
fn weakest(found: &[Option<Labelled<'_>>], at: usize, k: usize) -> Option<f64> {
    let first = found[at].as_ref()?;
    let others: Vec<&Labelled<'_>> =
        found.iter().enumerate().filter(|e| e.0 != at).filter_map(|e| e.1.as_ref()).collect();
    if others.is_empty() || 2 * (others.len() + 1) < found.len() {
        return None;
    }
    let mut sums = vec![0.0; k];
    for other in &others {
        let (left, right) = common(first, other);
        let (mut both, mut sizes) = (vec![0_usize; k * k], [vec![0_usize; k], vec![0_usize; k]]);
        for (&a, &b) in left.iter().zip(&right) {
            both[a * k + b] += 1;
            sizes[0][a] += 1;
            sizes[1][b] += 1;
        }
        for (a, sum) in sums.iter_mut().enumerate() {
            let index = |b: usize| {
                let shared = both[a * k + b];
                let either = sizes[0][a] + sizes[1][b] - shared;
                if either == 0 { 0.0 } else { shared as f64 / either as f64 }
            };
            *sum += (0..k).map(index).fold(0.0, f64::max);
        }
    }
    sums.into_iter().reduce(f64::min).map(|sum| sum / others.len() as f64)
}

/// The labels of the rows that both hold.
fn common(a: &Labelled<'_>, b: &Labelled<'_>) -> (Vec<usize>, Vec<usize>) {
    let mut at = 0;
    let mut pair = |(row, label): (&usize, &usize)| {
        while b.0.get(at).is_some_and(|other| other < row) {
            at += 1;
        }
        b.0.get(at).filter(|other| *other == row).map(|_| (*label, b.1[at]))
    };
    a.0.iter().zip(a.1).filter_map(&mut pair).unzip()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(values: &[Option<f64>]) -> std::result::Result<usize, String> {
        let at = |(&weakest, k)| StableAt {
            k,
            seeds: Some(1.0),
            resampled: Some(1.0),
            weakest,
            reached: 10,
            resolutions: None,
        };
        CommunityStability { views: 10, by_k: values.iter().zip(2..).map(at).collect() }.choice()
    }

    #[test]
    fn the_largest_number_that_is_nearly_as_stable_as_any_is_chosen() {
        assert_eq!(choice(&[Some(0.99), Some(0.7), Some(0.95), Some(0.9)]), Ok(4));
        assert_eq!(choice(&[Some(0.76), Some(0.72), None]), Ok(3));
        assert!(choice(&[Some(0.5), Some(0.4), None]).unwrap_err().contains("k = 2, where the weakest has"));
        assert!(choice(&[None, None]).unwrap_err().contains("reached by half"));
    }

    #[test]
    fn the_weakest_community_is_the_one_that_others_tear_apart() {
        let rows: Vec<usize> = (0..8).collect();
        let with = |labels: &'static [usize]| Some((&rows[..], labels));
        let first = with(&[0, 0, 0, 0, 1, 1, 1, 1]);
        // Jaccard: 4/5 and 3/4.
        let second = with(&[1, 1, 1, 1, 1, 0, 0, 0]);
        assert_eq!(weakest(&[first, first], 0, 2), Some(1.0));
        assert_eq!(weakest(&[first, second], 0, 2), Some(0.75));
        assert_eq!(weakest(&[second, first, first, None], 1, 2), Some(0.875));
        assert_eq!(weakest(&[None, first, second, None, None, None, None], 1, 2), None);
        assert_eq!(weakest(&[first], 0, 2), None);
    }

    #[test]
    fn the_best_search_is_that_of_the_highest_modularity() {
        // Two pairs that one edge joins.
        let graph = Graph::new(4, &[(0, 1, 1.0), (2, 3, 1.0), (1, 2, 0.1)]).unwrap();
        let rows = [0, 1, 2, 3];
        let with = |labels: &'static [usize]| Some((&rows[..], labels));
        let (poor, good) = (with(&[0, 1, 0, 1]), with(&[0, 0, 1, 1]));
        assert_eq!(best(&graph, &[None, poor, good, good]), Ok(Some(2)));
        assert_eq!(best(&graph, &[None, None]), Ok(None));
    }

    #[test]
    fn partitions_are_compared_on_the_rows_that_both_hold() {
        let (a, b): (Labelled<'_>, Labelled<'_>) =
            ((&[0, 2, 3, 5], &[0, 0, 1, 1]), (&[1, 2, 3, 4, 5], &[9, 1, 0, 9, 0]));
        assert_eq!(common(&a, &b), (vec![0, 1, 1], vec![1, 0, 0]));
        assert_eq!(agreement(&[Some(a), Some(b)]), Ok(Some(1.0)));
        assert_eq!(agreement(&[Some(a), Some(b), None, None, None]), Ok(None));
    }
}
