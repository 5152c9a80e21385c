//! The silhouette, exact and without a distance matrix.

mod score;

pub use score::{Distance, silhouette_sampled, silhouette_samples, silhouette_score};
