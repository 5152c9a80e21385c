//! What communities, density, its peaks and the indices of k-means say about k, side by side.

mod communities;
mod density;
mod peaks;
mod run;
mod settings;
#[cfg(test)]
mod tests;
mod verdict;

pub use communities::{CommunityStability, StableAt};
pub use density::DensityCounts;
pub use peaks::PeakCounts;
pub use run::{ChooseStage, ChooseStep, choose_k, choose_k_with};
pub use settings::{ChooseSettings, DensitySettings, IndexSettings};
pub use verdict::{Opinion, Source};

use super::Sweep;
use serde::{Deserialize, Serialize};

/// What each source says about the number of clusters; see [`choose_k`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opinions {
    /// Rows that were looked at.
    pub rows: usize,
    /// How stable communities are, by k.
    pub communities: CommunityStability,
    /// How many clusters density finds.
    pub density: Option<DensityCounts>,
    /// The peaks of the density that stand out, where rows lie in few dimensions.
    pub peaks: Option<PeakCounts>,
    /// The indices of k-means, by k.
    pub indices: Option<Sweep>,
}
