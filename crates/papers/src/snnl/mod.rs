//! Agarap and Azcarraga, "Improving k-Means Clustering Performance with Disentangled Internal Representations": an
//! autoencoder trained with the soft nearest neighbour loss, in eight configurations, and k-means on its codes.

mod ablation;
mod ablation_tables;
mod demonstration;
mod emnist_steps;
mod figures;
mod page;
mod protocol;
mod tables;

use crate::render::Records;
use crate::run::{RunSpec, Store};
use crate::{Paper, Published, Request, Result};

/// The paper.
#[derive(Clone, Copy, Debug)]
pub struct SnnlPaper;

const SLUG: &str = "snnl";

fn published() -> Result<Published> {
    Published::parse(SLUG, include_str!("../../published/agarap2020-snnl.json"))
}

/// The records of the whole paper, whatever part of it was asked for.
struct Sets {
    main: Records,
    fewer: Records,
    deviations: Records,
}

impl Sets {
    fn read(store: &Store, quick: bool) -> Result<Self> {
        let rows = |dataset: &str, seed| -> Vec<_> {
            protocol::METHODS.iter().flat_map(|method| protocol::row(dataset, method, seed, quick)).collect()
        };
        let whole = |runs, dataset: Option<&str>| Request {
            dataset: dataset.map(str::to_owned),
            runs,
            quick,
            ..Request::default()
        };
        let usual = whole(None, None).seeds(protocol::SEEDS).count();
        let runs = Records::seeds(store, usual, |seed| {
            protocol::DATASETS.iter().flat_map(|dataset| rows(dataset, seed)).collect()
        });
        let whole = |dataset| whole(Some(runs), dataset);
        let mut main = protocol::runs(&whole(None))?;
        let mut fewer = ablation::fewer_labels(&whole(None))?;
        // EMNIST-Balanced is shown where somebody has run it, and missed by nobody else.
        if Records::seeds(store, 0, |seed| rows("emnist-balanced", seed)) > 0 {
            main.extend(protocol::runs(&whole(Some("emnist-balanced")))?);
            fewer.extend(ablation::fewer_labels(&whole(Some("emnist-balanced")))?);
        }
        let mut deviations = ablation::deviations(&whole(None))?;
        deviations.extend(ablation::bf16(&whole(None))?);
        deviations.extend(ablation::restarts(&whole(None))?);
        deviations.extend(emnist_steps::runs(&whole(None))?);
        Ok(Self {
            main: Records::read(store, &main)?,
            fewer: Records::read(store, &fewer)?,
            deviations: Records::read(store, &deviations)?,
        })
    }
}

impl Paper for SnnlPaper {
    fn slug(&self) -> &'static str {
        SLUG
    }

    fn title(&self) -> &'static str {
        "Agarap and Azcarraga: Improving k-Means Clustering Performance with Disentangled Internal Representations"
    }

    fn datasets(&self) -> &'static [&'static str] {
        &protocol::DATASETS
    }

    fn methods(&self) -> &'static [&'static str] {
        &protocol::METHODS
    }

    fn runs(&self, request: &Request) -> Result<Vec<RunSpec>> {
        let mut runs = protocol::runs(request)?;
        runs.extend(ablation::fewer_labels(request)?);
        runs.extend(ablation::bf16(request)?);
        runs.extend(ablation::restarts(request)?);
        runs.extend(emnist_steps::runs(request)?);
        runs.extend(ablation::deviations(request)?);
        runs.retain(|run| request.wants(run));
        Ok(runs)
    }

    fn render(&self, request: &Request, store: &Store) -> Result<()> {
        page::write(store, &Sets::read(store, request.quick)?, request.quick)
    }

    fn readme(&self, store: &Store) -> Result<Option<String>> {
        let sets = Sets::read(store, false)?;
        page::readme(store, &sets)
    }
}
