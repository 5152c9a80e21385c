//! Opochinsky, Chazan, Gannot and Goldberger, "K-Autoencoders Deep Clustering": k autoencoders in the place of k centroids,
//! beside DAMIC, DCN, DEC, k-means and AE + k-means, all measured.

mod ablation;
mod ablation_table;
mod best_k_dae;
mod deviations;
mod figures;
mod findings;
mod forms;
mod lost_classes;
mod overview;
mod page;
mod protocol;
mod rows;
mod run_rows;
mod tables;

use crate::render::Records;
use crate::run::{RunSpec, Store};
use crate::{Paper, Published, Request, Result};

/// The paper.
#[derive(Clone, Copy, Debug)]
pub struct KDaePaper;

const SLUG: &str = "kdae";

fn published() -> Result<Published> {
    Published::parse(SLUG, include_str!("../../published/opochinsky2020-kdae.json"))
}

/// The records of the whole paper, whatever part of it was asked for.
#[derive(Default)]
struct Sets {
    main: Records,
    deviations: Records,
}

impl Sets {
    fn read(store: &Store, quick: bool) -> Result<Self> {
        let whole = |runs| Request { runs, quick, ..Request::default() };
        let usual = whole(None).seeds(protocol::SEEDS).count();
        let runs = Records::seeds(store, usual, |seed| {
            let rows = protocol::DATASETS.iter().flat_map(|dataset| {
                protocol::METHODS.iter().flat_map(|method| protocol::row(dataset, method, seed, quick))
            });
            rows.collect()
        });
        Ok(Self {
            main: Records::read(store, &protocol::runs(&whole(Some(runs)))?)?,
            deviations: Records::read(store, &ablation::runs(&whole(Some(runs)))?)?,
        })
    }
}

impl Paper for KDaePaper {
    fn slug(&self) -> &'static str {
        SLUG
    }

    fn title(&self) -> &'static str {
        "Opochinsky, Chazan, Gannot and Goldberger: K-Autoencoders Deep Clustering"
    }

    fn datasets(&self) -> &'static [&'static str] {
        &protocol::DATASETS
    }

    fn methods(&self) -> &'static [&'static str] {
        &protocol::METHODS
    }

    fn runs(&self, request: &Request) -> Result<Vec<RunSpec>> {
        let mut runs = protocol::runs(request)?;
        runs.extend(ablation::runs(request)?);
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
