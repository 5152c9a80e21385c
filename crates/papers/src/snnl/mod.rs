//! Agarap and Azcarraga, "Improving k-Means Clustering Performance with Disentangled Internal Representations": an
//! autoencoder trained with the soft nearest neighbour loss, in eight configurations, and k-means on its codes.

mod ablation;
mod protocol;

use crate::run::{RunSpec, Store};
use crate::{Paper, Request, Result};

/// The paper.
#[derive(Clone, Copy, Debug)]
pub struct SnnlPaper;

const SLUG: &str = "snnl";

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
        runs.extend(ablation::deviations(request)?);
        runs.retain(|run| request.wants(run));
        Ok(runs)
    }

    fn render(&self, _: &Request, _: &Store) -> Result<()> {
        Ok(())
    }

    fn readme(&self, _: &Store) -> Result<Option<String>> {
        Ok(None)
    }
}
