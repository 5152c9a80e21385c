//! k-means: Lloyd's iterations with exact bounds.

mod assign;
mod bounds;
mod dense;
pub(crate) mod distance;
mod fit;
mod model;
mod packed;
mod points;
mod run;
mod seeding;
mod settings;
mod squares;

pub use fit::KMeans;
pub use model::KMeansModel;
pub use settings::{Algorithm, Init, KMeansSettings, Keep};
