use crate::biswas::Biswas;
use crate::kdae::KDaePaper;
use crate::snnl::SnnlPaper;
use crate::{Error, Paper, Result};

/// Every paper. A new one is one folder and one line here.
pub const PAPERS: &[&dyn Paper] = &[&Biswas, &SnnlPaper, &KDaePaper];

/// What a name on the command line stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Slugs of the papers.
    pub papers: Vec<&'static str>,
    /// Only this data set, where the name was one.
    pub dataset: Option<&'static str>,
}

/// A paper, a data set (all papers that use it), or `all`.
///
/// # Errors
/// [`Error::UnknownName`] with the nearest name and the list.
pub fn parse_target(name: &str) -> Result<Target> {
    let slugs = |wanted: &dyn Fn(&dyn Paper) -> bool| {
        PAPERS.iter().filter(|paper| wanted(**paper)).map(|paper| paper.slug()).collect::<Vec<_>>()
    };
    if name == "all" {
        return Ok(Target { papers: slugs(&|_| true), dataset: None });
    }
    let papers = slugs(&|paper| paper.slug() == name);
    if !papers.is_empty() {
        return Ok(Target { papers, dataset: None });
    }
    let mut datasets: Vec<_> = PAPERS.iter().flat_map(|paper| paper.datasets().iter().copied()).collect();
    datasets.sort_unstable();
    datasets.dedup();
    // A data set's other names count too.
    let resolved = deepclust_datasets::entry(name).map_or(name, |entry| entry.name);
    match datasets.iter().find(|dataset| **dataset == resolved) {
        Some(dataset) => {
            Ok(Target { papers: slugs(&|paper| paper.datasets().contains(dataset)), dataset: Some(dataset) })
        }
        None if deepclust_datasets::entry(name).is_ok() => {
            Err(Error::UnusedDataset { name: resolved.to_owned() })
        }
        None => {
            let known = slugs(&|_| true).into_iter().chain(datasets.iter().copied()).chain(["all"]);
            Err(Error::unknown("target", name, known))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert_eq!(parse_target("biswas").unwrap(), Target { papers: vec!["biswas"], dataset: None });
        let mnist = parse_target("mnist").unwrap();
        assert_eq!((mnist.papers, mnist.dataset), (vec!["biswas", "snnl", "kdae"], Some("mnist")));
        assert_eq!(parse_target("fashion").unwrap().dataset, Some("fashion-mnist"));
        assert_eq!(parse_target("all").unwrap().dataset, None);
        let error = parse_target("minst").unwrap_err().to_string();
        assert_eq!(
            error,
            "unknown target `minst`, did you mean `mnist`?; known are biswas, snnl, kdae, emnist-balanced, emnist-bymerge-subset, fashion-mnist, mnist, usps-11000, usps-9298, all"
        );
    }
}
