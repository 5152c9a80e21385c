//! How many clusters, where that is asked.

use super::plan::{USUAL, WITHOUT_K, is_free};
use super::{ClusterCount, Error, Host, Options, Plan, Result};
use deepclust_cluster::{ChooseSettings, GraphCommunitiesSettings, Opinions, Source, choose_k_with};
use deepclust_manifold::Metric;
use deepclust_methods::{Seed, Shape};
use ndarray::{ArrayView2, Axis};
use std::ops::RangeInclusive;

/// Rows that are looked at, drawn at random of more.
const ROWS: usize = 10_000;
/// The same for a second opinion beside a method that finds the number.
const FEW_ROWS: usize = 3_000;
/// How many times as many clusters as stable communities density may find before it is not believed.
const FAR_MORE: usize = 2;
/// Seeds and draws of rows whose communities are compared.
const VIEWS: usize = 5;

/// What speaks for one number of clusters or another among rows that are scaled as the plan says: the stability of communities, density,
/// its peaks where rows lie in few dimensions, and the indices of k-means.
///
/// # Errors
/// A range that the rows cannot have; what the parts report.
pub fn opinions(
    x: ArrayView2<'_, f32>,
    plan: &Plan,
    range: &RangeInclusive<usize>,
    host: &dyn Host,
) -> Result<Opinions> {
    ask(x, plan, range, host, ROWS, true)
}

/// The stability of communities and density, of fewer rows.
fn second_opinion(
    x: ArrayView2<'_, f32>,
    plan: &Plan,
    range: &RangeInclusive<usize>,
    host: &dyn Host,
) -> Result<Opinions> {
    ask(x, plan, range, host, FEW_ROWS, false)
}

fn ask(
    x: ArrayView2<'_, f32>,
    plan: &Plan,
    range: &RangeInclusive<usize>,
    host: &dyn Host,
    most: usize,
    all: bool,
) -> Result<Opinions> {
    let (n, seed) = (x.nrows(), plan.seeds.first().copied().unwrap_or(0));
    let scaling = plan.scaling.fit(x);
    let scaled = if n > most {
        let mut rng = Seed(seed).stream("rows for the number of clusters");
        let mut rows = rand::seq::index::sample(&mut rng, n, most).into_vec();
        rows.sort_unstable();
        scaling.apply(x.select(Axis(0), &rows).view())?
    } else {
        scaling.apply(x)?
    };
    let mut settings = ChooseSettings::new(*range.start(), *range.end());
    settings.graph = graph(plan);
    settings.graph.seeds = VIEWS;
    settings.subsamples = VIEWS;
    let drawn = (settings.share * scaled.nrows() as f64) as usize;
    settings.graph.neighbours = settings.graph.neighbours.min(drawn).max(2);
    if !all {
        settings.indices = None;
    }
    let mut progress = host.progress(None);
    let tell = |step: deepclust_cluster::ChooseStep| {
        progress.report(&format!("number of clusters: {}", step.stage), step.done, step.total, "")
    };
    Ok(choose_k_with(scaled.view(), &settings, seed, tell)?)
}

/// What communities speak for, or why for nothing.
pub(super) fn by_communities(opinions: &Opinions) -> std::result::Result<usize, String> {
    let own = opinions.all().into_iter().find(|opinion| opinion.source == Source::Communities);
    own.map_or_else(|| Err("they were not asked".to_owned()), |opinion| opinion.choice)
}

/// The number of peaks of the density, where they were asked and it is in the range; else what communities speak for. And what it is.
fn settled(
    opinions: &Opinions,
    range: &RangeInclusive<usize>,
) -> std::result::Result<(usize, &'static str), String> {
    let peaks = opinions.all().into_iter().find(|opinion| opinion.source == Source::Peaks);
    match peaks.and_then(|opinion| opinion.choice.ok()).filter(|k| range.contains(k)) {
        Some(k) => Ok((k, "the number of peaks of the density that stand out")),
        None => by_communities(opinions)
            .map(|k| (k, "the number of clusters at which communities of the neighbour graph are stable")),
    }
}

/// The median of the numbers of clusters that density found.
fn usual_count(opinions: &Opinions) -> Option<usize> {
    let counts = opinions.density.as_ref()?.by_k.iter();
    let counts: Vec<usize> = counts.flat_map(|&(k, times)| std::iter::repeat_n(k, times)).collect();
    counts.get(counts.len() / 2).copied()
}

/// The graph of the plan's method, or the usual one.
fn graph(plan: &Plan) -> GraphCommunitiesSettings {
    let own = plan.settings.get("graph").cloned().and_then(|graph| serde_json::from_value(graph).ok());
    own.unwrap_or_else(|| {
        let mut graph = GraphCommunitiesSettings::default();
        if plan.shape == Shape::Text {
            graph.metric = Metric::Cosine;
        }
        graph
    })
}

impl Plan {
    /// Settles the number of clusters where it is to be chosen from a range. Where rows lie in few dimensions it is that of the peaks of
    /// the density, if it is in the range; else the one that the stability of communities names. What else speaks for one is kept beside it.
    ///
    /// Where the method finds the number on a map, communities are asked for a second opinion. If density finds at least twice their number,
    /// and no method was asked for, theirs is taken: a map also parts what no gap parts.
    ///
    /// # Errors
    /// [`Error::Option`] where no number stands out; the range is wrong, or the method needs a number from you.
    pub fn choose(&mut self, x: ArrayView2<'_, f32>, host: &dyn Host) -> Result<()> {
        if self.k.is_some() || self.opinions.is_some() {
            return Ok(());
        }
        let Some(range) = self.range.clone() else {
            if self.method.slug != WITHOUT_K {
                return Ok(());
            }
            // The method finds the number. That something else cannot be asked, as of very few rows, is no reason to stop.
            let range = *USUAL.start()..=(*USUAL.end()).min(x.nrows() / 10);
            self.opinions =
                (range.end() > range.start()).then(|| second_opinion(x, self, &range, host).ok()).flatten();
            return self.prefer_stable(x);
        };
        let found = opinions(x, self, &range, host)?;
        match settled(&found, &range) {
            Ok((k, because)) => {
                self.why = format!("{} k is {k}, {because}. {}", self.why, found.sentence());
                (self.k, self.opinions) = (Some(k), Some(found));
                Ok(())
            }
            Err(reason) => {
                let expected = "a range in which a number of clusters stands out, or one number";
                let (from, to, others) = (range.start(), range.end(), found.sentence());
                let found = format!("{from}-{to}, where {reason}. {others}");
                Err(Error::option("k", expected, found.trim_end_matches('.')))
            }
        }
    }

    /// Takes the number of clusters that communities speak for where density finds far more.
    fn prefer_stable(&mut self, x: ArrayView2<'_, f32>) -> Result<()> {
        if !is_free(&self.options) {
            return Ok(());
        }
        let Some(opinions) = self.opinions.take() else { return Ok(()) };
        if let (Ok(stable), Some(dense)) = (by_communities(&opinions), usual_count(&opinions))
            && dense >= FAR_MORE * stable
        {
            let options = Options { clusters: ClusterCount::Number(stable), ..self.options.clone() };
            let plan = Self::new(x, &options)?;
            let because = format!(
                "k was not given: it is {stable}, because communities of the neighbour graph are stable at that number; density finds {dense} clusters"
            );
            *self = Self { why: format!("{because}. {}", plan.why), ..plan };
        }
        self.opinions = Some(opinions);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use deepclust_cluster::{CommunityStability, DensityCounts, StableAt};
    use ndarray::Array2;

    #[test]
    fn the_stable_number_is_taken_where_density_finds_far_more() {
        let noise = |a: usize| ((a as f64 * 12.9898).sin() * 43_758.547).rem_euclid(1.0) as f32;
        let x = Array2::from_shape_fn((200, 12), |(i, j)| 9.0 * noise(12 * i + j + 1));
        let stable = |k, value| {
            let value = Some(value);
            StableAt { k, seeds: value, resampled: value, weakest: value, reached: 6, resolutions: None }
        };
        let by_k = vec![stable(2, 0.5), stable(3, 0.99), stable(4, 0.6)];
        let mut opinions = Opinions {
            rows: 200,
            communities: CommunityStability { views: 6, by_k },
            density: None,
            peaks: None,
            indices: None,
        };
        for (found, method, k) in [(5, "umap-hdbscan", None), (6, "graph-communities", Some(3))] {
            let mut plan = Plan::new(x.view(), &Options::default()).unwrap();
            opinions.density = Some(DensityCounts { by_k: vec![(found, 15)], clusterings: 15, noise: 0.0 });
            plan.opinions = Some(opinions.clone());
            plan.prefer_stable(x.view()).unwrap();
            assert_eq!((plan.method.slug, plan.k), (method, k));
            assert_eq!(plan.why.contains("density finds 6 clusters"), k.is_some());
        }
        assert_eq!(settled(&opinions, &(2..=6)).unwrap().0, 3);
    }
}
