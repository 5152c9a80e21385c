#![doc = include_str!("../README.md")]
// A view is two words more than a reference to it and is what every caller has at hand.
#![expect(clippy::needless_pass_by_value, reason = "array views are passed by value")]

mod adjusted_information;
mod calinski_harabasz;
mod confusion;
mod contingency;
mod data;
mod davies_bouldin;
mod entropy;
mod error;
mod information;
mod labels;
mod matching;
mod pairs;
mod purity;
mod silhouette;

pub use adjusted_information::{adjusted_mutual_info, expected_mutual_info};
pub use calinski_harabasz::calinski_harabasz;
pub use confusion::{ConfusionMatrix, confusion_matrix};
pub use contingency::{Cell, Contingency};
pub use data::Scalar;
pub use davies_bouldin::davies_bouldin;
pub use entropy::{batch_entropy, label_entropy, mean_sample_entropy, sample_entropies};
pub use error::{Error, Result};
pub use information::{
    Average, HomogeneityCompletenessV, homogeneity_completeness_v, mutual_info, normalized_mutual_info,
};
pub use matching::{Matching, accuracy, best_matching};
pub use pairs::{PairCounts, adjusted_rand_index, rand_index};
pub use purity::purity;
pub use silhouette::{Distance, silhouette_sampled, silhouette_samples, silhouette_score};
