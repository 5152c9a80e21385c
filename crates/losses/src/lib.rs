#![doc = include_str!("../README.md")]

mod batch_entropy;
mod check;
mod entropy;
mod error;
mod fused_neighbours;
mod layer_reduction;
mod mutual_information;
mod reconstruction;
mod sample_entropy;
mod soft_nearest_neighbour;
mod student_t;
mod temperature;
mod virtual_adversarial;
mod weighted_reconstruction;

pub use batch_entropy::{batch_entropy, batch_entropy_from_logits};
pub use error::{Error, Result};
pub use layer_reduction::{LayerReduction, composite_loss};
pub use mutual_information::{MutualInformation, prior_divergence, prior_divergence_from_logits};
pub use reconstruction::{binary_cross_entropy, mean_squared_error};
pub use sample_entropy::{sample_entropy, sample_entropy_from_logits};
pub use soft_nearest_neighbour::{PairDistance, SoftNearestNeighbour};
pub use student_t::{assignment_divergence, student_t_assignment, target_distribution};
pub use temperature::Temperature;
pub use virtual_adversarial::VirtualAdversarial;
pub use weighted_reconstruction::{FeatureReduction, weighted_reconstruction};

#[cfg(test)]
mod gradient_check;
#[cfg(test)]
mod reference;
