//! Peaks of the density, and which of them stand out.

use super::landscape::Landscape;
use crate::hdbscan::root;

/// Clusters of the different rows.
pub(super) struct Peaks {
    /// For every row the peak of its cluster: a row.
    pub peak: Vec<usize>,
    /// How far each peak but the highest stands out, in standard deviations, falling.
    pub prominences: Vec<f64>,
}

/// Rows by rank, the densest first, and the peaks they are joined to.
struct Joining<'a> {
    /// Log density by rank.
    heights: &'a [f64],
    /// Standard deviations in one of log density.
    unit: f64,
    threshold: f64,
    /// Of clusters: peaks that stand out stay.
    kept: Vec<u32>,
    /// Of everything that has met.
    met: Vec<u32>,
    prominences: Vec<f64>,
}

impl Joining<'_> {
    /// Two rows meet at a log density.
    fn meet(&mut self, a: u32, b: u32, at: f64) {
        let (higher, lower) = ordered(root(&mut self.met, a), root(&mut self.met, b));
        if higher != lower {
            self.met[lower as usize] = higher;
            self.prominences.push(self.unit * (self.heights[lower as usize] - at));
        }
        let (higher, lower) = ordered(root(&mut self.kept, a), root(&mut self.kept, b));
        if self.unit * (self.heights[lower as usize] - at) < self.threshold {
            self.kept[lower as usize] = higher;
        }
    }
}

/// Goes down from the highest density. A row without a denser neighbour is a peak; another one belongs to the peak of its densest. Where two
/// peaks meet, the lower is joined to the higher unless it stands out by `threshold`: its log density is above that of the place where they meet by
/// as many standard deviations of 1/√`k`.
pub(super) fn peaks(landscape: &Landscape, k: usize, threshold: f64) -> Peaks {
    let (f, u) = (&landscape.log_density, landscape.log_density.len());
    let mut order: Vec<usize> = (0..u).collect();
    order.sort_unstable_by(|&a, &b| f[b].total_cmp(&f[a]).then(a.cmp(&b)));
    let mut rank = vec![0_u32; u];
    order.iter().zip(0..).for_each(|(&row, at)| rank[row] = at);
    let heights: Vec<f64> = order.iter().map(|&row| f[row]).collect();
    let denser = Denser::of(landscape, &rank);
    let mut all = Joining {
        heights: &heights,
        unit: (k as f64).sqrt(),
        threshold,
        kept: (0..u as u32).collect(),
        met: (0..u as u32).collect(),
        prominences: Vec::new(),
    };
    let mut far = landscape.far.iter().peekable();
    for (row, &height) in (0..).zip(&heights) {
        while let Some(way) = far.next_if(|way| way.log_density > height) {
            all.meet(rank[way.rows[0]], rank[way.rows[1]], way.log_density);
        }
        let others = denser.of_row(row as usize);
        if let Some(&densest) = others.iter().min() {
            all.kept[row as usize] = root(&mut all.kept, densest);
            all.met[row as usize] = root(&mut all.met, densest);
            others.iter().for_each(|&other| all.meet(row, other, height));
        }
    }
    far.for_each(|way| all.meet(rank[way.rows[0]], rank[way.rows[1]], way.log_density));
    let Joining { mut kept, mut prominences, .. } = all;
    prominences.sort_unstable_by(|a, b| b.total_cmp(a));
    let peak = rank.iter().map(|&rank| order[root(&mut kept, rank) as usize]).collect();
    Peaks { peak, prominences }
}

/// For each row the denser ones near it, by rank. The graph has no direction: its edges are kept by their lower ends.
struct Denser {
    starts: Vec<usize>,
    ranks: Vec<u32>,
}

impl Denser {
    fn of(landscape: &Landscape, rank: &[u32]) -> Self {
        let edges = || {
            let ends = landscape.near.iter().enumerate();
            let ends = ends.map(|(at, &near)| (rank[at / landscape.width], rank[near as usize]));
            ends.filter(|(a, b)| a != b).map(|(a, b)| (a.max(b), a.min(b)))
        };
        let mut starts = vec![0; rank.len() + 1];
        edges().for_each(|(lower, _)| starts[lower as usize + 1] += 1);
        (0..rank.len()).for_each(|row| starts[row + 1] += starts[row]);
        let (mut ranks, mut ends) = (vec![0; starts[rank.len()]], starts.clone());
        edges().for_each(|(lower, higher)| {
            ranks[ends[lower as usize]] = higher;
            ends[lower as usize] += 1;
        });
        Self { starts, ranks }
    }

    fn of_row(&self, row: usize) -> &[u32] {
        &self.ranks[self.starts[row]..self.starts[row + 1]]
    }
}

fn ordered(a: u32, b: u32) -> (u32, u32) {
    (a.min(b), a.max(b))
}
