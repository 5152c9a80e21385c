#![doc = include_str!("../README.md")]

mod reconstruction;
mod soft_nearest_neighbour;
mod temperature;

pub use reconstruction::{binary_cross_entropy, mean_squared_error};
pub use soft_nearest_neighbour::{LayerReduction, PairDistance, SoftNearestNeighbour};
pub use temperature::Temperature;

#[cfg(test)]
mod gradient_check;
