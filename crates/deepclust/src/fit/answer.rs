use super::agreement::{agreement, mean_of_pairs};
use super::choice::{choose, sample, silhouettes};
use super::choose::by_communities;
use super::consensus::{align, vote};
use super::runs::{Start, make_runs};
use super::warnings::warnings;
use super::{Alone, Choice, Host, Options, Plan, Result, Run};
use deepclust_methods::{Context, Model, Preparation, Seed};
use ndarray::{Array2, ArrayRef2, CowArray, Ix2};

/// Clusters, and what is known about them.
pub struct Answer {
    /// What was done.
    pub plan: Plan,
    /// The seeds that came to an end, in order. Clusters have the numbers of those that they match in the chosen run, in which 0 is the
    /// largest; [`NOISE`](super::NOISE) is no cluster.
    pub runs: Vec<Run>,
    /// Seeds that failed, and why.
    pub failed: Vec<(u64, String)>,
    /// For every sample the share of the runs that have it in the cluster that it has in the chosen run.
    pub confidence: Vec<f32>,
    /// For every sample the cluster that most runs have it in, the chosen run deciding a tie.
    pub consensus: Vec<i32>,
    /// The adjusted Rand index of every pair of runs.
    pub agreement: Array2<f64>,
    /// The run that is shown, chosen without labels.
    pub choice: Choice,
    /// The features in which the chosen run found its clusters, shape (n, d′).
    pub embedding: Array2<f32>,
    /// For new samples, as the chosen run has them. It answers its own numbers: [`Run::ids`] of the chosen run has those of the answer.
    pub model: Box<dyn Model>,
    /// Samples and their silhouettes in the embedding; at most 5,000, drawn at random. Empty where there are not two clusters.
    pub silhouettes: Vec<(usize, f64)>,
    /// Sentences on what to look at before the clusters are used.
    pub warnings: Vec<String>,
}

impl Answer {
    /// The run that is shown: its labels are the answer.
    pub fn chosen(&self) -> &Run {
        &self.runs[self.choice.run]
    }

    /// Mean adjusted Rand index over the pairs of runs; 1 for a single one.
    pub fn mean_agreement(&self) -> f64 {
        mean_of_pairs(&self.agreement)
    }

    /// The number of clusters of the chosen run, noise not counted.
    pub fn clusters(&self) -> usize {
        super::sizes(&self.chosen().labels).0.len()
    }

    /// Clusters of samples that were not there, by the chosen run.
    ///
    /// # Errors
    /// Another number of columns than the fitted samples have, or a value that is not finite.
    pub fn predict(&self, x: &ArrayRef2<f32>) -> Result<Vec<i32>> {
        let own = self.model.predict(x.view())?;
        Ok(renumbered(&own, &self.chosen().ids))
    }
}

/// A model's own numbers as those of an answer.
pub(super) fn renumbered(own: &[usize], ids: &[i32]) -> Vec<i32> {
    own.iter().map(|&number| ids.get(number).copied().unwrap_or(super::NOISE)).collect()
}

/// Clusters the rows of `x`, shape (n, d).
///
/// The same samples and options give the same answer, whatever the number of seeds at the same time.
///
/// # Errors
/// [`Error::Option`](super::Error::Option) for options that cannot be, [`Error::UnknownMethod`](super::Error::UnknownMethod), and what
/// the method reports: empty samples, values that are not finite, and the like.
pub fn fit(x: &ArrayRef2<f32>, options: &Options) -> Result<Answer> {
    fit_with(x.view().into(), Plan::new(x.view(), options)?, &Alone)
}

/// [`fit`] by a plan that is made, with somebody who hears of it. Samples that are handed over, not lent, may be scaled in place: that
/// spares a copy.
///
/// # Errors
/// As [`fit`], and what `host` reports.
pub fn fit_with(x: CowArray<'_, f32, Ix2>, mut plan: Plan, host: &dyn Host) -> Result<Answer> {
    plan.choose(x.view(), host)?;
    host.planned(&plan);
    let method = plan.build()?;
    let first = plan.seeds.first().copied().unwrap_or(0);
    let preparation = {
        let mut progress = host.progress(None);
        method.prepare(x, &mut Context::new(Seed(first), plan.device, progress.as_mut()))?
    };
    let k = plan.k.unwrap_or(1);
    let start = match &preparation {
        Preparation::Shared(prepared) => Start::Shared(prepared.as_ref()),
        Preparation::Samples(x) => Start::Samples(x.view()),
    };
    let (mut runs, failed) = make_runs(&plan, method.as_ref(), start, k, host)?;
    let agreement = agreement(&runs)?;
    let shared = match &preparation {
        Preparation::Shared(prepared) => Some(prepared.embedding()),
        Preparation::Samples(_) => None,
    };
    let choice = choose(&runs, shared, &agreement, first)?;
    // Before its numbers change: the chosen run keeps them.
    let model = match (&preparation, runs[choice.run].model.take()) {
        (_, Some(model)) => model,
        (Preparation::Shared(prepared), None) => prepared.model(&runs[choice.run].to_partition())?,
        (Preparation::Samples(_), None) => {
            let problem = "it has no model".to_owned();
            return Err(super::Error::Kept { seed: runs[choice.run].seed, problem });
        }
    };
    align(&mut runs, choice.run)?;
    let (consensus, confidence) = vote(&runs, choice.run);
    let embedding = match preparation {
        Preparation::Shared(prepared) => prepared.into_embedding(),
        Preparation::Samples(_) => runs[choice.run].embedding.take().unwrap_or_default(),
    };
    let rows = sample(consensus.len(), first);
    let values = silhouettes(embedding.view(), &runs[choice.run].labels, &rows)?.unwrap_or_default();
    let silhouettes = rows.into_iter().zip(values).collect();
    let mean = mean_of_pairs(&agreement);
    let mut warnings = warnings(&runs, choice.run, plan.k, mean, &failed);
    let found = super::sizes(&runs[choice.run].labels).0.len();
    warnings.extend(second_thoughts(&plan, found));
    if runs.len() > 1 && mean < DOUBTFUL && !is_stable(&plan) {
        let doubt = "Perhaps there are no clusters: other seeds find others, and no number of communities of the neighbour graph is stable.";
        warnings.insert(0, doubt.to_owned());
    }
    let answer = Answer {
        plan,
        runs,
        failed,
        consensus,
        confidence,
        agreement,
        choice,
        embedding,
        model,
        silhouettes,
        warnings,
    };
    Ok(answer)
}

/// Mean agreement of the seeds below which there may be no clusters at all.
const DOUBTFUL: f64 = 0.5;

/// Whether communities were asked and speak for a number of clusters, or were not asked.
fn is_stable(plan: &Plan) -> bool {
    plan.opinions.as_ref().is_none_or(|opinions| by_communities(opinions).is_ok())
}

/// Where the method found another number of clusters than communities speak for.
fn second_thoughts(plan: &Plan, found: usize) -> Option<String> {
    let stable = plan.opinions.as_ref().filter(|_| plan.k.is_none())?;
    let stable = by_communities(stable).ok()?;
    let asked = plan.options.method.as_deref().is_some_and(|name| name != "auto");
    let how = if asked { ", which takes another method" } else { "" };
    (stable != found).then(|| {
        format!(
            "The method finds {found} clusters, the stability of communities of the neighbour graph speaks for {stable}: compare with -k {stable}{how}."
        )
    })
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer")
            .field("plan", &self.plan)
            .field("runs", &self.runs)
            .field("choice", &self.choice)
            .field("embedding", &self.embedding.dim())
            .field("warnings", &self.warnings)
            .finish_non_exhaustive()
    }
}
