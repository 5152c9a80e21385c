//! How many clusters, where that is asked.

use super::plan::USUAL;
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
/// and the indices of k-means.
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
    /// Settles the number of clusters where it is to be chosen from a range: the one that the stability of communities names. What
    /// else speaks for one is kept beside it. Where the method finds the number, communities are asked for a second opinion. Where they
    /// have one, density finds at least twice as many clusters, and no method was asked for, theirs is taken: density also parts what
    /// no gap parts.
    ///
    /// # Errors
    /// [`Error::Option`] where no number stands out; the range is wrong, or the method needs a number from you.
    pub fn choose(&mut self, x: ArrayView2<'_, f32>, host: &dyn Host) -> Result<()> {
        if self.k.is_some() || self.opinions.is_some() {
            return Ok(());
        }
        let Some(range) = self.range.clone() else {
            // The method finds the number. That something else cannot be asked, as of very few rows, is no reason to stop.
            let range = *USUAL.start()..=(*USUAL.end()).min(x.nrows() / 10);
            self.opinions =
                (range.end() > range.start()).then(|| second_opinion(x, self, &range, host).ok()).flatten();
            return self.prefer_stable(x);
        };
        let found = opinions(x, self, &range, host)?;
        match by_communities(&found) {
            Ok(k) => {
                let because = "the number of clusters at which communities of the neighbour graph are stable";
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
        let free = self.options.method.as_deref().is_none_or(|name| name == "auto");
        if !free || !self.options.settings.is_empty() {
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
