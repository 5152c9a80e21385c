use super::graph::Graph;
use crate::error::{Error, Result};

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
