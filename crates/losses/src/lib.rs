#![doc = include_str!("../README.md")]

mod batch_entropy;
mod check;
mod consistency;
mod entropy;
mod error;
mod evidence_bound;
mod fused_neighbours;
mod gaussian_divergence;
mod layer_reduction;
mod likelihood;
mod mixture_prior;
mod mutual_information;
mod reconstruction;
mod sample_entropy;
mod soft_nearest_neighbour;
mod student_t;
mod t_cross_entropy;
mod temperature;
mod virtual_adversarial;
mod weighted_reconstruction;

pub use batch_entropy::{batch_entropy, batch_entropy_from_logits};
pub use consistency::consistency_from_logits;
pub use error::{Error, Result};
pub use evidence_bound::{CodePosterior, EvidenceBound, EvidenceTerms};
pub use gaussian_divergence::gaussian_divergence;
pub use layer_reduction::{LayerReduction, composite_loss};
pub use likelihood::Likelihood;
pub use mixture_prior::{MixturePrior, Responsibilities};
pub use mutual_information::{MutualInformation, prior_divergence, prior_divergence_from_logits};
pub use reconstruction::{binary_cross_entropy, binary_cross_entropy_of_logits, mean_squared_error};
pub use sample_entropy::{sample_entropy, sample_entropy_from_logits};
pub use soft_nearest_neighbour::{PairDistance, SoftNearestNeighbour};
pub use student_t::{assignment_divergence, student_t_assignment, target_distribution};
pub use t_cross_entropy::{PairNormalisation, TCrossEntropy};
pub use temperature::Temperature;
pub use virtual_adversarial::VirtualAdversarial;
pub use weighted_reconstruction::{FeatureReduction, weighted_reconstruction};

#[cfg(test)]
mod gradient_check;
#[cfg(test)]
mod reference;
