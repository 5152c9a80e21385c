//! ToMATo: clusters as the peaks of the density that stand out (Chazal, Guibas, Oudot and Skraba 2013).

mod distinct;
mod fit;
mod landscape;
mod peaks;
mod settings;
#[cfg(test)]
mod tests;

pub use fit::{Tomato, TomatoModel, few_dimensions, intrinsic_dimension};
pub use settings::{FEW_DIMENSIONS, TomatoSettings};
