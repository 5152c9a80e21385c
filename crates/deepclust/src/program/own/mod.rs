//! Clustering one's own data: `fit`, `predict`, `embed`, `choose-k`, `compare`, `methods`.

mod arguments;
mod board;
mod categories;
mod choose;
mod compare;
mod estimate;
mod fit;
mod folder;
mod host;
mod input;
mod items;
mod kept;
mod methods;
mod new_rows;
mod npy;
mod output;
mod predict;
mod profile;
mod report;
mod staging;
mod summary;

pub use arguments::{ChooseK, Compare, Embed, Fit, Predict};
pub use choose::choose_k;
pub use compare::compare;
pub use fit::fit;
pub use methods::methods;
pub use predict::{embed, predict};
