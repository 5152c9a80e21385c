//! t-distributed stochastic neighbour embedding (van der Maaten and Hinton 2008) with Barnes–Hut forces (van der Maaten
//! 2014).

mod affinities;
mod descent;
mod divergence;
mod embed;
mod forces;
mod repulsion;
mod settings;
#[cfg(test)]
mod tests;
mod tree;

pub use affinities::Affinities;
pub use divergence::kl_divergence;
pub use embed::{tsne, tsne_from};
pub use settings::TsneSettings;
