use crate::{Error, Paper, Result, biswas, defaults, kdae, mixae, no_network, repnet, snnl};

/// Every paper. A new one is one folder and one line here.
pub const PAPERS: &[&Paper] = &[
    &biswas::PAPER,
    &snnl::PAPER,
    &kdae::PAPER,
    &repnet::PAPER,
    &mixae::PAPER,
    &no_network::PAPER,
    &defaults::PAPER,
];

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
    let slugs = |wanted: &dyn Fn(&Paper) -> bool| {
        PAPERS.iter().filter(|paper| wanted(paper)).map(|paper| paper.slug).collect::<Vec<_>>()
    };
    if name == "all" {
        return Ok(Target { papers: slugs(&|_| true), dataset: None });
    }
    let papers = slugs(&|paper| paper.slug == name);
    if !papers.is_empty() {
        return Ok(Target { papers, dataset: None });
    }
    let mut datasets: Vec<_> = PAPERS.iter().flat_map(|paper| paper.datasets.iter().copied()).collect();
    datasets.sort_unstable();
    datasets.dedup();
    // A data set's other names count too.
    let resolved = deepclust_datasets::entry(name).map_or(name, |entry| entry.name);
    match datasets.iter().find(|dataset| **dataset == resolved) {
        Some(dataset) => {
            Ok(Target { papers: slugs(&|paper| paper.datasets.contains(dataset)), dataset: Some(dataset) })
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
    use crate::{Kind, Request};
    use deepclust_experiments::{RunSpec, Scale, Store};
    use std::collections::HashSet;
    use std::path::Path;

    #[test]
    fn names() {
        assert_eq!(parse_target("biswas").unwrap(), Target { papers: vec!["biswas"], dataset: None });
        let mnist = parse_target("mnist").unwrap();
        assert_eq!(
            (mnist.papers, mnist.dataset),
            (vec!["biswas", "snnl", "kdae", "repnet", "mixae", "no-network", "defaults"], Some("mnist"))
        );
        assert_eq!(parse_target("fashion").unwrap().dataset, Some("fashion-mnist"));
        assert_eq!(parse_target("all").unwrap().dataset, None);
        let error = parse_target("minst").unwrap_err().to_string();
        assert!(
            error.starts_with("unknown target `minst`, did you mean `mnist`?; known are biswas, "),
            "{error}"
        );
    }

    #[test]
    fn every_row_builds_its_method_and_has_a_name_of_its_own() {
        for paper in PAPERS {
            for scale in [Scale::Full, Scale::Quick] {
                let rows = (paper.rows)(scale).unwrap();
                let ids: HashSet<&str> = rows.iter().map(|row| row.id).collect();
                assert_eq!(ids.len(), rows.len(), "{}", paper.slug);
                for row in &rows {
                    for id in [row.start, row.base].into_iter().flatten() {
                        assert!(ids.contains(id), "{}: {id}", row.id);
                    }
                    for planned in &row.runs {
                        let method = &planned.spec.method;
                        deepclust_methods::build(&method.name, &method.settings).unwrap();
                        assert_eq!(planned.spec.scale, scale, "{}", row.id);
                    }
                }
                // A run that two rows have is one run: no two ablations and no row are the same.
                let runs = rows.iter().filter(|row| row.kept_by.is_none()).flat_map(|row| &row.runs);
                let folders: Vec<_> = runs.map(|planned| planned.spec.folder().unwrap()).collect();
                let distinct: HashSet<_> = folders.iter().collect();
                assert_eq!(distinct.len(), folders.len(), "{}", paper.slug);
            }
        }
    }

    #[test]
    fn ablations_are_few_and_asked_for() {
        for paper in PAPERS {
            let rows = (paper.rows)(Scale::Full).unwrap();
            assert!(rows.iter().filter(|row| row.kind == Kind::Ablation).count() <= 8, "{}", paper.slug);
            let runs = |request: &Request| paper.runs(request).unwrap().len();
            let plain = Request::default();
            let Some(ablation) = rows.iter().find(|row| row.kind == Kind::Ablation) else { continue };
            assert!(runs(&Request { ablations: true, ..plain.clone() }) > runs(&plain));
            assert!(runs(&Request { rows: Some(vec![ablation.id.to_owned()]), ..plain }) > 0);
        }
    }

    #[test]
    fn every_seed_of_a_data_set_comes_before_the_next() {
        let kdae = PAPERS.iter().find(|paper| paper.slug == "kdae").unwrap();
        let runs = kdae.runs(&Request { runs: Some(2), ablations: true, ..Request::default() }).unwrap();
        let tables: Vec<u64> = runs.iter().map(|run| run.seed).collect();
        let first = tables.iter().filter(|seed| **seed == 0).count();
        assert!(tables.windows(2).filter(|pair| pair[0] > pair[1]).count() == 1, "{tables:?}");
        assert!(first * 2 == tables.len());
    }

    #[test]
    fn what_is_committed_is_complete() {
        // A changed setting, or a changed canonical form, would make records of years lose their name.
        let store = Store::read_only(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../results"));
        for paper in PAPERS {
            let runs = paper.runs(&Request { ablations: true, ..Request::default() }).unwrap();
            let plan = deepclust_experiments::Plan::make(runs, &store, false).unwrap();
            let titles: Vec<String> = plan.pending.iter().map(RunSpec::title).collect();
            assert!(titles.is_empty() && plan.damaged.is_empty(), "{titles:?} {:?}", plan.damaged);
        }
    }
}
