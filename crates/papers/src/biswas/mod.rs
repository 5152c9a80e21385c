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

/// The page shows the whole paper and every recorded seed, whatever part of it was asked for.
fn whole(request: &Request, store: &Store) -> Request {
    let usual = request.seeds(protocol::SEEDS).count();
    let runs = Records::seeds(store, usual, |seed| {
        let run = |method| protocol::run(method, serde_json::Value::Null, seed, request.quick);
        protocol::METHODS.into_iter().map(run).collect()
    });
    Request { runs: Some(runs), quick: request.quick, ..Request::default() }
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
        let whole = whole(request, store);
        let main = Records::read(store, &protocol::runs(&whole)?)?;
        let ablation = Records::read(store, &ablation::runs(&whole)?)?;
        page::write(&whole, store, &main, &ablation)
    }

    fn readme(&self, store: &Store) -> Result<Option<String>> {
        let request = whole(&Request::default(), store);
        let main = Records::read(store, &protocol::runs(&request)?)?;
        if main.all().is_empty() { Ok(None) } else { page::readme(store, &main).map(Some) }
    }
}
