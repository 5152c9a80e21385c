use super::graph::Graph;
use crate::error::{Error, Result};
use leiden_rs::{Leiden, LeidenConfig, Partition};

/// The community of every point, by Leiden's algorithm on modularity with a resolution: numbered by size, the largest 0,
/// equals by first point.
///
/// Higher resolutions give more and smaller communities. Each of `iterations` passes starts where the last one ended. The
/// work is done on one thread; the same seed gives the same communities.
///
/// # Errors
/// A resolution that is not positive and finite, no iteration.
pub fn leiden(graph: &Graph, resolution: f64, seed: u64, iterations: usize) -> Result<Vec<usize>> {
    crate::kmeans::at_least_one("iterations", iterations)?;
    if !(resolution.is_finite() && resolution > 0.0) {
        let found = resolution.to_string();
        return Err(Error::Setting { name: "resolution", expected: "positive and finite", found });
    }
    if graph.total == 0.0 {
        return Ok((0..graph.len()).collect());
    }
    let failed = |e: leiden_rs::LeidenError| Error::Leiden(e.to_string());
    let mut partition = Partition::new(graph.len());
    for pass in 0..iterations as u64 {
        // The builder's default quality is modularity.
        let config = LeidenConfig::builder().resolution(resolution).seed(seed.wrapping_add(pass)).build();
        partition = Leiden::new(config)
            .run_with_initial_partition(graph.data(), partition)
            .map_err(failed)?
            .partition;
    }
    Ok(by_size(partition.as_slice()))
}

/// Renumbers labels by size, equals by first point.
pub(super) fn by_size(labels: &[usize]) -> Vec<usize> {
    let count = labels.iter().max().map_or(0, |l| l + 1);
    let mut sizes: Vec<(usize, usize, usize)> = (0..count).map(|l| (0, usize::MAX, l)).collect();
    for (i, &label) in labels.iter().enumerate() {
        let size = &mut sizes[label];
        *size = (size.0 + 1, size.1.min(i), label);
    }
    sizes.sort_unstable_by_key(|&(size, first, _)| (std::cmp::Reverse(size), first));
    let mut rank = vec![0; count];
    sizes.iter().enumerate().for_each(|(r, &(.., label))| rank[label] = r);
    labels.iter().map(|&l| rank[l]).collect()
}

/// Modularity Σ_c [e_c / m − γ (K_c / 2m)²] of a labelling: e_c is the weight inside community c, K_c the sum of its
/// points' weights, m the weight of the graph. 0 for a graph without edges.
///
/// # Errors
/// Another number of labels than points.
pub fn modularity(graph: &Graph, labels: &[usize], resolution: f64) -> Result<f64> {
    if labels.len() != graph.len() {
        let (expected, found) = (vec![graph.len()], vec![labels.len()]);
        return Err(Error::Shape { what: "the labels", expected, found });
    }
    if graph.total == 0.0 {
        return Ok(0.0);
    }
    let count = labels.iter().max().map_or(0, |l| l + 1);
    let (mut inside, mut degree) = (0.0, vec![0.0; count]);
    for (i, &label) in labels.iter().enumerate() {
        for (j, w) in graph.row(i) {
            degree[label] += f64::from(w);
            inside += if labels[j] == label { f64::from(w) } else { 0.0 };
        }
    }
    let twice = 2.0 * graph.total;
    Ok(inside / twice - resolution * degree.iter().map(|d| (d / twice).powi(2)).sum::<f64>())
}
