#![doc = include_str!("../README.md")]

mod check;
mod error;
mod fused_neighbours;
mod layer_reduction;
mod reconstruction;
mod soft_nearest_neighbour;
mod student_t;
mod temperature;

pub use error::{Error, Result};
pub use layer_reduction::{LayerReduction, composite_loss};
pub use reconstruction::{binary_cross_entropy, mean_squared_error};
pub use soft_nearest_neighbour::{PairDistance, SoftNearestNeighbour};
pub use student_t::{assignment_divergence, student_t_assignment, target_distribution};
pub use temperature::Temperature;

#[cfg(test)]
mod gradient_check;
