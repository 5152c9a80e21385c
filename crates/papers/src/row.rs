use crate::Result;
use deepclust_datasets::{Split, Subset};
use deepclust_experiments::{Clusters, DataSpec, MeasureSpec, MethodSpec, RunSpec, Scale, Source};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What a row is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It stands in a table of the paper.
    Table,
    /// It differs from a row in one thing, and answers a question that a reader of the table has.
    Ablation,
}

/// One line of a paper's tables: a method with its settings on some data sets.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its name within the paper, on the command line and in CSV files.
    pub id: &'static str,
    /// Its name in tables; of an ablation, what is changed.
    pub label: String,
    /// The method's name in the published tables; a row without runs only quotes what is printed there.
    pub published: Option<&'static str>,
    /// The row with the clusters that its training begins with.
    pub start: Option<&'static str>,
    /// The row that an ablation differs from.
    pub base: Option<&'static str>,
    /// Of a row whose runs are another's: the fact by which one of them is kept, that of its greatest value. It is a choice without labels.
    pub kept_by: Option<&'static str>,
    /// What it is for.
    pub kind: Kind,
    /// The table that it stands in, where a paper has several.
    pub table: &'static str,
    /// Its runs, one entry a data set.
    pub runs: Vec<Planned>,
}

/// The runs of a row on one data set.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The data set.
    pub dataset: String,
    /// The run from seed 0, with what every seed measures.
    pub spec: RunSpec,
    /// Seeds 0, 1, … of that number.
    pub seeds: u64,
    /// What is measured at the first seed besides: what is drawn.
    pub pictured: Vec<MeasureSpec>,
    /// Whether it is made only when its data set is named: the user has to provide the files.
    pub on_request: bool,
}

/// A method on all samples of a data set, from seed 0; the small version has `few` of them.
pub(crate) fn run(
    dataset: &str,
    method: &str,
    settings: impl Serialize,
    few: usize,
    scale: Scale,
) -> Result<RunSpec> {
    let subset = scale.pick(None, Some(Subset::Random { n: few }));
    Ok(RunSpec {
        data: DataSpec { source: Source::Named(dataset.to_owned()), split: Split::All, subset },
        fit: None,
        clusters: Clusters::Classes,
        method: MethodSpec { name: method.to_owned(), settings: serde_json::to_value(settings)? },
        seed: 0,
        scale,
        measures: Vec::new(),
    })
}

impl Planned {
    /// The run from a seed.
    pub fn at(&self, seed: u64) -> RunSpec {
        let mut spec = self.spec.with_seed(seed);
        if seed == 0 {
            spec.measures.extend(self.pictured.iter().cloned());
        }
        spec
    }

    pub(crate) fn is_generated(&self) -> bool {
        matches!(self.spec.data.source, Source::Generated(_))
    }
}

impl Row {
    /// A row of a table, without runs.
    pub fn new(id: &'static str, label: impl Into<String>) -> Self {
        Self {
            id,
            label: label.into(),
            published: None,
            start: None,
            base: None,
            kept_by: None,
            kind: Kind::Table,
            table: "",
            runs: Vec::new(),
        }
    }

    /// A row of another paper on some data sets: its runs are the same.
    pub(crate) fn shared(id: &'static str, label: &str, of: &str, rows: &[Self], datasets: &[&str]) -> Self {
        let runs = rows.iter().filter(|row| row.id == of).flat_map(|row| &row.runs);
        let here = runs.filter(|planned| datasets.contains(&planned.dataset.as_str()));
        Self { runs: here.cloned().collect(), ..Self::new(id, label) }
    }

    /// Sets its name in the published tables.
    pub fn published(mut self, name: &'static str) -> Self {
        self.published = Some(name);
        self
    }

    /// Sets the row that it starts from.
    pub fn start(mut self, id: &'static str) -> Self {
        self.start = Some(id);
        self
    }

    /// Sets the table that it stands in.
    pub fn table(mut self, name: &'static str) -> Self {
        self.table = name;
        self
    }

    /// A row of one of this row's runs on each data set that has several: the one in which a fact is greatest.
    pub(crate) fn keep(&self, id: &'static str, label: impl Into<String>, fact: &'static str) -> Self {
        let runs = self.runs.iter().filter(|planned| planned.seeds > 1).cloned().collect();
        Self { id, label: label.into(), kept_by: Some(fact), runs, ..self.clone() }
    }

    /// Adds the runs on a data set.
    pub fn on(mut self, spec: RunSpec, seeds: u64) -> Self {
        let dataset = spec.dataset();
        self.runs.push(Planned { dataset, spec, seeds, pictured: Vec::new(), on_request: false });
        self
    }

    /// Measures at the first seed, on all of its data sets.
    pub fn pictured(mut self, measures: &[MeasureSpec]) -> Self {
        self.runs.iter_mut().for_each(|planned| planned.pictured = measures.to_vec());
        self
    }

    /// A row with other settings on some of the data sets, each with its number of seeds. It has the same published figure.
    ///
    /// # Errors
    /// When the settings are not those of `T`.
    pub fn derive<T: Serialize + DeserializeOwned>(
        &self,
        id: &'static str,
        label: impl Into<String>,
        on: &[(&str, u64)],
        change: impl Fn(&mut T),
    ) -> Result<Self> {
        let mut derived = Self { id, label: label.into(), runs: Vec::new(), ..self.clone() };
        for (dataset, seeds) in on {
            for planned in self.runs.iter().filter(|planned| planned.dataset == *dataset) {
                let mut planned = Planned { seeds: *seeds, pictured: Vec::new(), ..planned.clone() };
                let mut settings: T = serde_json::from_value(planned.spec.method.settings.clone())?;
                change(&mut settings);
                planned.spec.method.settings = serde_json::to_value(settings)?;
                derived.runs.push(planned);
            }
        }
        Ok(derived)
    }

    /// As [`derive`](Self::derive), an ablation: `words` say what is changed.
    ///
    /// # Errors
    /// As [`derive`](Self::derive).
    pub fn vary<T: Serialize + DeserializeOwned>(
        &self,
        id: &'static str,
        words: &str,
        on: &[(&str, u64)],
        change: impl Fn(&mut T),
    ) -> Result<Self> {
        let derived = self.derive(id, words, on, change)?;
        Ok(Self { kind: Kind::Ablation, base: Some(self.id), start: None, ..derived })
    }
}
