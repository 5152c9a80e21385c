use crate::GraphCommunitiesSettings;
use crate::error::{Error, Result};
use crate::kmeans::at_least_one;
use deepclust_manifold::UmapSettings;
use serde::{Deserialize, Serialize};

/// Settings of [`choose_k`](super::choose_k).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct ChooseSettings {
    /// Smallest number of clusters, at least 2.
    pub from: usize,
    /// Largest number of clusters.
    pub to: usize,
    /// Rows looked at: of more, this many are drawn without replacement.
    pub rows: usize,
    /// Components, neighbours and communities. All sources share the components; density shares the neighbours. `seeds`, at least 2, are
    /// compared with each other.
    pub graph: GraphCommunitiesSettings,
    /// Draws of rows whose communities are compared, at least 2.
    pub subsamples: usize,
    /// Share of the rows in each draw, above 0 and below 1.
    pub share: f64,
    /// The clusterings by density; `None` leaves them out.
    pub density: Option<DensitySettings>,
    /// The k-means clusterings; `None` leaves them out.
    pub indices: Option<IndexSettings>,
}

/// HDBSCAN on UMAP's maps: every map is cut with every least share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DensitySettings {
    /// The map; its neighbours, metric and search are those of the graph.
    pub umap: UmapSettings,
    /// Maps, each from a start of its own, at least 1.
    pub maps: usize,
    /// The least shares of the rows that a cluster has, 0 to 1, at least one; at least five rows.
    pub least_shares: Vec<f64>,
    /// Rows around a row by which its density is measured, at least 1; at most as many as the smallest cluster may have.
    pub min_samples: usize,
}

/// k-means for each k, with [`sweep`](crate::sweep).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IndexSettings {
    /// Restarts of each k-means, at least 1.
    pub restarts: usize,
    /// Reference data sets of the gap statistic; 0 leaves the gap out.
    pub references: usize,
    /// Whether to compute the silhouette.
    pub silhouette: bool,
}

impl Default for ChooseSettings {
    fn default() -> Self {
        Self {
            from: 2,
            to: 20,
            rows: 10_000,
            graph: GraphCommunitiesSettings::default(),
            subsamples: 5,
            share: 0.8,
            density: Some(DensitySettings::default()),
            indices: Some(IndexSettings::default()),
        }
    }
}

impl Default for DensitySettings {
    fn default() -> Self {
        // From half of what the method `umap-hdbscan` takes, 1/140, to twice that.
        let least_shares = [280.0, 200.0, 140.0, 100.0, 70.0].map(f64::recip).to_vec();
        Self { umap: UmapSettings::default(), maps: 3, least_shares, min_samples: 15 }
    }
}

impl Default for IndexSettings {
    fn default() -> Self {
        Self { restarts: 4, references: 5, silhouette: true }
    }
}

impl ChooseSettings {
    /// The defaults, for k in `from..=to`.
    #[must_use]
    pub fn new(from: usize, to: usize) -> Self {
        Self { from, to, ..Self::default() }
    }

    /// Checks every setting but those that depend on the data.
    ///
    /// # Errors
    /// A value outside the range its field states.
    pub fn validate(&self) -> Result<()> {
        let wrong = |name, expected, found| Err(Error::Setting { name, expected, found });
        for (name, count) in
            [("from", self.from), ("seeds", self.graph.seeds), ("subsamples", self.subsamples)]
        {
            if count < 2 {
                return wrong(name, "at least 2", count.to_string());
            }
        }
        if self.to < self.from {
            return wrong("to", "at least `from`", self.to.to_string());
        }
        at_least_one("rows", self.rows)?;
        self.graph.validate()?;
        if !(self.share > 0.0 && self.share < 1.0) {
            return wrong("share", "above 0 and below 1", self.share.to_string());
        }
        if let Some(density) = &self.density {
            density.umap.validate()?;
            at_least_one("maps", density.maps)?;
            at_least_one("min_samples", density.min_samples)?;
            at_least_one("least_shares", density.least_shares.len())?;
            if let Some(share) = density.least_shares.iter().find(|s| !(0.0..=1.0).contains(*s)) {
                return wrong("least_shares", "from 0 to 1", share.to_string());
            }
        }
        self.indices.as_ref().map_or(Ok(()), |indices| at_least_one("restarts", indices.restarts))
    }
}
