//! k-means: Lloyd's iterations with exact bounds.

mod assign;
mod book;
mod bounds;
mod columns;
mod dense;
mod dense_run;
pub(crate) mod distance;
mod few;
mod fit;
mod minibatch;
mod minibatch_settings;
mod model;
mod nearest;
mod options;
mod packed;
mod points;
mod run;
mod seeding;
mod settings;
mod sparse;
mod squares;

pub use fit::KMeans;
pub use minibatch::MiniBatchKMeans;
pub use minibatch_settings::MiniBatchSettings;
pub use model::KMeansModel;
pub use options::KMeansOptions;
pub(crate) use settings::at_least_one;
pub use settings::{Algorithm, Init, KMeansSettings, Keep};
