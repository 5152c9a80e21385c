//! Biswas, "Unsupervised Clustering of MNIST Using Autoencoder Embeddings": k-means on pixels, on 64 principal
//! components, and on the 64-dimensional code of a small autoencoder.

mod ablation;
mod figures;
mod page;
mod protocol;
mod tables;

use crate::render::Records;
use crate::run::{RunSpec, Store};
use crate::{Paper, Published, Request, Result};

/// The paper.
#[derive(Clone, Copy, Debug)]
pub struct Biswas;

const SLUG: &str = "biswas";
const DATASET: &str = "mnist";

fn published() -> Result<Published> {
    Published::parse(SLUG, include_str!("../../published/biswas-ae-kmeans.json"))
}

impl Paper for Biswas {
    fn slug(&self) -> &'static str {
        SLUG
    }

    fn title(&self) -> &'static str {
        "Biswas: Unsupervised Clustering of MNIST Using Autoencoder Embeddings"
    }

    fn datasets(&self) -> &'static [&'static str] {
        &[DATASET]
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
        // The page shows the whole paper, whatever part of it was asked for.
        let whole = Request { dataset: None, methods: None, ..request.clone() };
        let main = Records::read(store, &protocol::runs(&whole)?)?;
        let ablation = Records::read(store, &ablation::runs(&whole)?)?;
        page::write(&whole, store, &main, &ablation)
    }

    fn readme(&self, store: &Store) -> Result<String> {
        let request = Request { dataset: None, methods: None, runs: None, quick: false };
        let main = Records::read(store, &protocol::runs(&request)?)?;
        page::readme(store, &main)
    }
}
