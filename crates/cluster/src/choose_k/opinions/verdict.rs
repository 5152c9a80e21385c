use super::Opinions;
use crate::Criterion;

/// What speaks for a number of clusters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The largest number of communities that all come back from other seeds and rows.
    Communities,
    /// The number of clusters that most clusterings by density find.
    Density,
    /// The number of peaks of the density that stand out.
    Peaks,
    /// An index of k-means.
    Index(Criterion),
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Communities => f.write_str("the stability of communities"),
            Self::Density => f.write_str("density on a map"),
            Self::Peaks => f.write_str("the number of density peaks"),
            Self::Index(criterion) => criterion.fmt(f),
        }
    }
}

/// The choice of one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opinion {
    /// Whose it is.
    pub source: Source,
    /// The number of clusters, or why there is none.
    pub choice: Result<usize, String>,
}

const INDICES: [Criterion; 5] = [
    Criterion::Elbow,
    Criterion::Silhouette,
    Criterion::CalinskiHarabasz,
    Criterion::DaviesBouldin,
    Criterion::Gap,
];

impl Opinions {
    /// The choice of every source that was asked: communities, density, its peaks, then the indices.
    pub fn all(&self) -> Vec<Opinion> {
        let communities = Opinion { source: Source::Communities, choice: self.communities.choice() };
        let density = self.density.as_ref().map(|d| Opinion { source: Source::Density, choice: d.choice() });
        let peaks = self.peaks.as_ref().map(|p| Opinion { source: Source::Peaks, choice: p.choice() });
        let indices = self.indices.iter().flat_map(|sweep| {
            INDICES.map(|criterion| {
                let choice = sweep.choice(criterion);
                Opinion { source: Source::Index(criterion), choice }
            })
        });
        std::iter::once(communities).chain(density).chain(peaks).chain(indices).collect()
    }

    /// The number that all sources with a choice name; none where they differ, or where fewer than two have one.
    pub fn agree(&self) -> Option<usize> {
        let named: Vec<usize> = self.all().into_iter().filter_map(|o| o.choice.ok()).collect();
        let first = *named.first()?;
        (named.len() > 1 && named.iter().all(|&k| k == first)).then_some(first)
    }

    /// The choices in words, by rising k: whether they agree, who says what, and who says nothing.
    pub fn sentence(&self) -> String {
        let all = self.all();
        let mut named: Vec<(usize, Vec<Source>)> = Vec::new();
        let mut silent = Vec::new();
        for Opinion { source, choice } in all {
            match choice {
                Ok(k) => match named.iter_mut().find(|e| e.0 == k) {
                    Some((_, sources)) => sources.push(source),
                    None => named.push((k, vec![source])),
                },
                Err(_) => silent.push(source),
            }
        }
        named.sort_by_key(|e| e.0);
        let says = |(k, sources): &(usize, Vec<Source>)| {
            format!("{} {} {k}", list(sources), if sources.len() == 1 { "says" } else { "say" })
        };
        let mut text = match &named[..] {
            [] => "Nothing speaks for a number of clusters".to_owned(),
            [one] => upper(&says(one)),
            many => format!("They disagree: {}", many.iter().map(says).collect::<Vec<_>>().join("; ")),
        };
        if !silent.is_empty() && !named.is_empty() {
            let verb = if silent.len() == 1 { "has" } else { "have" };
            text = format!("{text}; {} {verb} no answer", list(&silent));
        }
        text + "."
    }
}

fn list(sources: &[Source]) -> String {
    let names: Vec<String> = sources.iter().map(Source::to_string).collect();
    match &names[..] {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn upper(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
