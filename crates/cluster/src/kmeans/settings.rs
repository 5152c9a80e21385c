use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// Where the first centres come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Init {
    /// Greedy k-means++ (Arthur and Vassilvitskii 2007): each new centre is the best of 2 + ⌊ln k⌋ samples drawn with probability
    /// proportional to the squared distance to the nearest centre so far. scikit-learn's default.
    #[default]
    KMeansPlusPlus,
    /// k different samples, drawn uniformly (by weight, where weights are given).
    Random,
}

/// How the assignment step saves work. Every choice gives the same labels and the same centres, bit for bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Algorithm {
    /// The choice that measured best for the data's shape.
    #[default]
    Auto,
    /// All distances in every iteration.
    Lloyd,
    /// One lower bound for each sample (Hamerly 2010).
    Hamerly,
    /// One lower bound for each sample and group of centres (Ding et al. 2015). There are as many groups as a vector of the machine has
    /// lanes, so that for k up to 16 (AVX-512, f32) each centre has a bound of its own, as in Elkan 2003.
    Yinyang,
}

/// Which of several runs is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Keep {
    /// The one of the lowest inertia. As in scikit-learn, a later run replaces an earlier one only if its inertia is below
    /// 1 − 10⁻⁶ times the earlier one's and its partition differs.
    #[default]
    Best,
    /// The last one.
    Last,
}

/// Settings of [`KMeans`](super::KMeans).
///
/// ```
/// use deepclust_cluster::{Init, KMeansSettings};
/// let settings = KMeansSettings::new(10).init(Init::Random).n_init(20).tol(0.0);
/// let same: KMeansSettings = serde_json::from_str(r#"{ "n_clusters": 10, "init": "random", "n_init": 20, "tol": 0.0 }"#)?;
/// assert_eq!(settings, same);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KMeansSettings {
    /// Number of clusters.
    pub n_clusters: usize,
    /// First centres.
    #[serde(default)]
    pub init: Init,
    /// Number of runs, each from its own first centres.
    #[serde(default = "defaults::n_init")]
    pub n_init: usize,
    /// Most iterations of a run.
    #[serde(default = "defaults::max_iter")]
    pub max_iter: usize,
    /// A run ends when the centres' squared shifts sum to at most this times the mean variance of a feature.
    #[serde(default = "defaults::tol")]
    pub tol: f64,
    /// Assignment step.
    #[serde(default)]
    pub algorithm: Algorithm,
    /// Which run is reported.
    #[serde(default)]
    pub keep: Keep,
    /// Most iterations of each run, one run for each number, in place of `n_init` and `max_iter`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Vec<usize>>,
}

mod defaults {
    pub(super) fn n_init() -> usize {
        10
    }
    pub(super) fn max_iter() -> usize {
        300
    }
    pub(super) fn tol() -> f64 {
        1e-4
    }
}

impl KMeansSettings {
    /// Ten runs of greedy k-means++ with at most 300 iterations each and a tolerance of 10⁻⁴, the best by inertia.
    #[must_use]
    pub fn new(n_clusters: usize) -> Self {
        Self {
            n_clusters,
            init: Init::default(),
            n_init: defaults::n_init(),
            max_iter: defaults::max_iter(),
            tol: defaults::tol(),
            algorithm: Algorithm::default(),
            keep: Keep::default(),
            schedule: None,
        }
    }

    /// The schedule of the soft-nearest-neighbour paper: nine runs of k-means++ of at most 10, 20, …, 90 iterations, the last reported.
    #[must_use]
    pub fn nine_runs(n_clusters: usize) -> Self {
        Self { keep: Keep::Last, schedule: Some((1..=9).map(|i| 10 * i).collect()), ..Self::new(n_clusters) }
    }

    /// Ten restarts, the best by inertia: the protocol of Dahal's thesis, and this crate's default under a name.
    #[must_use]
    pub fn ten_restarts(n_clusters: usize) -> Self {
        Self::new(n_clusters)
    }

    /// Sets [`init`](Self::init).
    #[must_use]
    pub fn init(mut self, init: Init) -> Self {
        self.init = init;
        self
    }

    /// Sets [`n_init`](Self::n_init).
    #[must_use]
    pub fn n_init(mut self, n_init: usize) -> Self {
        self.n_init = n_init;
        self
    }

    /// Sets [`max_iter`](Self::max_iter).
    #[must_use]
    pub fn max_iter(mut self, max_iter: usize) -> Self {
        self.max_iter = max_iter;
        self
    }

    /// Sets [`tol`](Self::tol).
    #[must_use]
    pub fn tol(mut self, tol: f64) -> Self {
        self.tol = tol;
        self
    }

    /// Sets [`algorithm`](Self::algorithm).
    #[must_use]
    pub fn algorithm(mut self, algorithm: Algorithm) -> Self {
        self.algorithm = algorithm;
        self
    }

    /// Sets [`keep`](Self::keep).
    #[must_use]
    pub fn keep(mut self, keep: Keep) -> Self {
        self.keep = keep;
        self
    }

    /// Sets [`schedule`](Self::schedule).
    #[must_use]
    pub fn schedule(mut self, schedule: Vec<usize>) -> Self {
        self.schedule = Some(schedule);
        self
    }

    /// Checks every setting's range.
    ///
    /// # Errors
    /// [`Error::Setting`] with the name of the first setting out of range.
    pub fn validate(&self) -> Result<()> {
        at_least_one("n_clusters", self.n_clusters)?;
        at_least_one("n_init", self.n_init)?;
        at_least_one("max_iter", self.max_iter)?;
        if !(self.tol.is_finite() && self.tol >= 0.0) {
            return Err(Error::Setting {
                name: "tol",
                expected: "finite and not negative",
                found: self.tol.to_string(),
            });
        }
        if let Some(schedule) = &self.schedule
            && (schedule.is_empty() || schedule.contains(&0))
        {
            let found = format!("{schedule:?}");
            return Err(Error::Setting {
                name: "schedule",
                expected: "a list of numbers of at least 1",
                found,
            });
        }
        Ok(())
    }

    /// Most iterations of each run.
    pub(crate) fn runs(&self) -> Vec<usize> {
        self.schedule.clone().unwrap_or_else(|| vec![self.max_iter; self.n_init])
    }
}

pub(crate) fn at_least_one(name: &'static str, value: usize) -> Result<()> {
    if value == 0 {
        return Err(Error::Setting { name, expected: "at least 1", found: value.to_string() });
    }
    Ok(())
}
