use super::{Chart, Item, Map};

/// What one clustering of some data is, for a reader: plain numbers and words, whoever made them. A part that is empty has no place on the page.
///
/// Words are text, neither Markdown nor HTML. The cluster −1 holds rows without a cluster.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClusteringReport {
    /// The page's title.
    pub title: String,
    /// What was done, in about three sentences.
    pub summary: Vec<String>,
    /// What a reader must know before trusting it, a sentence each.
    pub warnings: Vec<String>,
    /// Names and values: rows, columns, constant columns, …
    pub data: Vec<(String, String)>,
    /// Names of what [`Item::fields`] holds.
    pub columns: Vec<String>,
    /// The rows in two dimensions.
    pub map: Option<Map>,
    /// In the order of the page; the one of id −1 is named "no cluster".
    pub clusters: Vec<Cluster>,
    /// How well rows fit into their clusters.
    pub silhouettes: Option<Silhouettes>,
    /// How far runs with several seeds agree.
    pub agreement: Option<Agreement>,
    /// How many clusters there are, by several criteria.
    pub choice_of_k: Option<ChoiceOfK>,
    /// What training minimised.
    pub losses: Vec<Chart>,
    /// Names and values of what decided the result.
    pub settings: Vec<(String, String)>,
    /// Agreement with true classes, marked on the page as used for scoring only.
    pub labels: Option<LabelScores>,
}

/// A cluster.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cluster {
    /// Its number; −1 is what belongs to none.
    pub id: i32,
    /// Its name; where that is empty "cluster 3", or "no cluster".
    pub name: String,
    /// Rows in it.
    pub size: usize,
    /// Mean silhouette of its rows, −1 to 1.
    pub silhouette: Option<f64>,
    /// Mean confidence of its rows, 0 to 1.
    pub confidence: Option<f64>,
    /// In which columns it differs from all rows, the most telling first.
    pub traits: Vec<Trait>,
    /// Rows from the nearest to its centre on; about eight.
    pub nearest: Vec<Item>,
    /// Rows from the farthest from its centre on; about eight.
    pub farthest: Vec<Item>,
}

/// A column in which the rows of a cluster differ from all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trait {
    /// The column.
    pub column: String,
    /// The mean of the cluster's rows, as it is shown.
    pub here: String,
    /// The mean of all rows, as it is shown.
    pub all: String,
    /// The difference of the two, in standard deviations of all rows.
    pub apart: f64,
}

impl Cluster {
    /// Its name, or what stands for it.
    pub(super) fn label(&self) -> String {
        if self.name.is_empty() { default_name(self.id) } else { self.name.clone() }
    }
}

/// What a cluster without a name of its own is called.
pub(super) fn default_name(id: i32) -> String {
    if id == -1 { "no cluster".to_owned() } else { format!("cluster {id}") }
}

/// Silhouettes of rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Silhouettes {
    /// Of which distances, and of which rows.
    pub note: String,
    /// Cluster and silhouette of each of these rows, in any order.
    pub values: Vec<(i32, f64)>,
}

/// Agreement of several runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Agreement {
    /// How far they agree, and how the one that is shown was chosen.
    pub note: String,
    /// Their names.
    pub runs: Vec<String>,
    /// Adjusted Rand index of each pair, a row and a column a run.
    pub ari: Vec<Vec<f64>>,
    /// The place of the run that is shown.
    pub shown: Option<usize>,
}

/// How many clusters.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChoiceOfK {
    /// What was taken, and whether the criteria disagree.
    pub note: String,
    /// Numbers of clusters that were tried, ascending.
    pub ks: Vec<usize>,
    /// What was computed for each.
    pub criteria: Vec<Criterion>,
}

/// A criterion for the number of clusters.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Criterion {
    /// Its name.
    pub name: String,
    /// A value for each k; none where it is not defined.
    pub values: Vec<Option<f64>>,
    /// The k that it chooses.
    pub chosen: Option<usize>,
    /// By which rule, or why it chooses none.
    pub reason: String,
}

/// What true classes say, which had no part in the clustering.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LabelScores {
    /// Names of the classes.
    pub classes: Vec<String>,
    /// The clusters, in the order of their columns.
    pub clusters: Vec<i32>,
    /// Rows of the data by class and cluster.
    pub counts: Vec<Vec<usize>>,
    /// ACC, NMI, ARI, …
    pub metrics: Vec<(String, f64)>,
}
