//! Clusters of one's own data in one call: a method that suits, several seeds, how far they agree, and the run to trust.
//!
//! ```
//! use deepclust::fit::{ClusterCount, Options, fit};
//! # use deepclust::ndarray::Array2;
//! # let noise = |i: usize, j: usize| (((6 * i + j) as f64 * 12.9898).sin() * 43_758.547).rem_euclid(1.0) as f32;
//! # let x = Array2::from_shape_fn((150, 6), |(i, j)| if i % 3 == j % 3 { 0.8 } else { 0.1 } + 0.1 * noise(i, j));
//!
//! let answer = fit(&x, &Options { clusters: ClusterCount::Number(3), ..Options::default() })?;
//! assert_eq!(answer.chosen().labels.len(), 150);
//! assert_eq!(answer.confidence[0], 1.0); // all five seeds put the first row into this cluster
//! println!("{}", answer.plan.why);
//! # Ok::<(), deepclust::fit::Error>(())
//! ```
//!
//! Labels have no place here. They score an answer afterwards: [`Answer::scores`].

mod agreement;
mod answer;
mod choice;
mod choose;
mod consensus;
mod error;
mod host;
mod numbering;
mod options;
mod plan;
mod run;
mod runs;
mod scores;
mod settings;
mod shape;
#[cfg(test)]
mod tests;
mod warnings;

pub use answer::{Answer, fit, fit_with};
pub use choice::{Choice, Rule};
pub use choose::opinions;
pub use error::{Error, Result};
pub use host::{Alone, Host};
pub use numbering::{NOISE, sizes};
pub use options::{ClusterCount, Options};
pub use plan::{Plan, SHARED_SEEDS, TRAINED_SEEDS};
pub use run::Run;
pub use scores::Scores;
pub use settings::parse_setting;
