use super::coarse::LARGE;
use super::levels::passes;
use super::nodes::{Nodes, alone};
use super::order::order;
use crate::communities::graph::Graph;
use crate::communities::labels::by_size;

/// A graph for any number of runs: the points of a large one are in an order in which neighbours are near each other in memory.
pub(crate) struct Arranged {
    pub(in crate::communities) nodes: Nodes<'static>,
    /// The point at each place.
    order: Vec<u32>,
}

impl Arranged {
    pub(crate) fn of(graph: &Graph) -> Self {
        let points = Nodes::of(graph);
        let order = if points.len() > LARGE { order(&points) } else { alone(points.len()) };
        Self::in_order(&points, order)
    }

    pub(super) fn in_order(points: &Nodes, order: Vec<u32>) -> Self {
        Self { nodes: points.ordered(&order), order }
    }

    /// As [`leiden`](super::leiden).
    pub(in crate::communities) fn leiden(&self, resolution: f64, seed: u64, iterations: usize) -> Vec<usize> {
        self.by_size(&passes(&self.nodes, alone(self.nodes.len()), resolution, seed, 0..iterations))
    }

    /// The labels of places as labels of points, numbered by size.
    pub(in crate::communities) fn by_size(&self, labels: &[u32]) -> Vec<usize> {
        let mut points = vec![0; self.order.len()];
        labels.iter().zip(&self.order).for_each(|(&label, &point)| points[point as usize] = label as usize);
        by_size(&points)
    }
}
