use super::settings::DensitySettings;
use crate::GraphCommunitiesSettings;
use crate::error::Result;
use crate::hdbscan::by_size;
use deepclust_manifold::{Neighbours, Umap, UmapSettings};
use ndarray::ArrayView2;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How many clusters HDBSCAN finds on UMAP's maps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DensityCounts {
    /// Numbers of clusters, rising, and the clusterings that found each; 0 is noise alone. They may lie outside the range asked for.
    pub by_k: Vec<(usize, usize)>,
    /// All clusterings: maps times least shares.
    pub clusterings: usize,
    /// Mean share of rows that are noise.
    pub noise: f64,
}

impl DensityCounts {
    /// The number that most clusterings find, of equals the smallest.
    pub(super) fn choice(&self) -> std::result::Result<usize, String> {
        let most = self.by_k.iter().copied().reduce(|a, b| if b.1 > a.1 { b } else { a });
        match most {
            Some((k, count)) if k > 0 && 2 * count >= self.clusterings => Ok(k),
            Some((0, _)) | None => Err("nothing is dense enough for a cluster".to_owned()),
            Some((k, count)) => {
                let all = self.clusterings;
                Err(format!(
                    "the number depends on the map and the least size: {count} of {all} clusterings find {k}, expected half"
                ))
            }
        }
    }
}

/// Clusters of every map at every least size; `tell` is called after each map.
pub(super) fn counts(
    rows: ArrayView2<'_, f32>,
    neighbours: &Neighbours<f32>,
    graph: &GraphCommunitiesSettings,
    settings: &DensitySettings,
    rng: &mut ChaCha8Rng,
    mut tell: impl FnMut() -> Result<()>,
) -> Result<DensityCounts> {
    let n = rows.nrows();
    let size = |share: &f64| ((share * n as f64).round() as usize).clamp(5, n.max(5));
    let sizes: Vec<usize> = settings.least_shares.iter().map(size).collect();
    let least = sizes.iter().copied().min().unwrap_or(5);
    let min_samples = settings.min_samples.min(least).min(n.saturating_sub(1).max(1));
    let (n_neighbors, metric, search) = (graph.neighbours, graph.metric, graph.search);
    let umap = UmapSettings { n_neighbors, metric, search, ..settings.umap };
    let mut found: BTreeMap<usize, usize> = BTreeMap::new();
    let (mut clusterings, mut noise) = (0, 0);
    for _ in 0..settings.maps {
        let map = Umap::fit_neighbours(rows, neighbours, &umap, rng)?;
        for model in by_size(map.embedding().view(), min_samples, &sizes)? {
            *found.entry(model.n_clusters()).or_default() += 1;
            clusterings += 1;
            noise += model.noise();
        }
        tell()?;
    }
    let noise = noise as f64 / (clusterings * n) as f64;
    Ok(DensityCounts { by_k: found.into_iter().collect(), clusterings, noise })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_most_clusterings_or_why_there_is_none() {
        let choice = |by_k: &[(usize, usize)]| {
            let clusterings = by_k.iter().map(|e| e.1).sum();
            DensityCounts { by_k: by_k.to_vec(), clusterings, noise: 0.0 }.choice()
        };
        assert_eq!(choice(&[(4, 1), (5, 8), (6, 6)]), Ok(5));
        assert_eq!(choice(&[(4, 1), (5, 1)]), Ok(4));
        assert!(choice(&[(4, 4), (5, 6), (6, 5)]).unwrap_err().contains("6 of 15 clusterings find 5"));
        assert!(choice(&[(0, 9), (2, 6)]).unwrap_err().contains("nothing is dense"));
    }
}
