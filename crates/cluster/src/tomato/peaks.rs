//! Peaks of the density, and which of them stand out.

use super::landscape::Landscape;

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
    kept: Vec<usize>,
    /// Of everything that has met.
    met: Vec<usize>,
    prominences: Vec<f64>,
}

impl Joining<'_> {
    /// Two rows meet at a log density.
    fn meet(&mut self, a: usize, b: usize, at: f64) {
        let (higher, lower) = ordered(find(&mut self.met, a), find(&mut self.met, b));
        if higher != lower {
            self.met[lower] = higher;
            self.prominences.push(self.unit * (self.heights[lower] - at));
        }
        let (higher, lower) = ordered(find(&mut self.kept, a), find(&mut self.kept, b));
        if self.unit * (self.heights[lower] - at) < self.threshold {
            self.kept[lower] = higher;
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
    let mut rank = vec![0; u];
    order.iter().enumerate().for_each(|(at, &row)| rank[row] = at);
    let heights: Vec<f64> = order.iter().map(|&row| f[row]).collect();
    let denser = Denser::of(landscape, &rank);
    let mut all = Joining {
        heights: &heights,
        unit: (k as f64).sqrt(),
        threshold,
        kept: (0..u).collect(),
        met: (0..u).collect(),
        prominences: Vec::new(),
    };
    let mut far = landscape.far.iter().peekable();
    for (row, &height) in heights.iter().enumerate() {
        while let Some(way) = far.next_if(|way| way.log_density > height) {
            all.meet(rank[way.rows[0]], rank[way.rows[1]], way.log_density);
        }
        let others = denser.of_row(row);
        if let Some(&densest) = others.iter().min() {
            all.kept[row] = find(&mut all.kept, densest as usize);
            all.met[row] = find(&mut all.met, densest as usize);
            others.iter().for_each(|&other| all.meet(row, other as usize, height));
        }
    }
    far.for_each(|way| all.meet(rank[way.rows[0]], rank[way.rows[1]], way.log_density));
    let Joining { mut kept, mut prominences, .. } = all;
    prominences.sort_unstable_by(|a, b| b.total_cmp(a));
    let peak = rank.iter().map(|&rank| order[find(&mut kept, rank)]).collect();
    Peaks { peak, prominences }
}

/// For each row the denser ones near it, by rank. The graph has no direction: its edges are kept by their lower ends.
struct Denser {
    starts: Vec<usize>,
    ranks: Vec<u32>,
}

impl Denser {
    fn of(landscape: &Landscape, rank: &[usize]) -> Self {
        let edges = || {
            let ends = landscape.near.iter().enumerate();
            let ends = ends.map(|(at, &near)| (rank[at / landscape.width], rank[near as usize]));
            ends.filter(|(a, b)| a != b).map(|(a, b)| (a.max(b), a.min(b)))
        };
        let mut starts = vec![0; rank.len() + 1];
        edges().for_each(|(lower, _)| starts[lower + 1] += 1);
        (0..rank.len()).for_each(|row| starts[row + 1] += starts[row]);
        let (mut ranks, mut ends) = (vec![0; starts[rank.len()]], starts.clone());
        edges().for_each(|(lower, higher)| {
            ranks[ends[lower]] = higher as u32;
            ends[lower] += 1;
        });
        Self { starts, ranks }
    }

    fn of_row(&self, row: usize) -> &[u32] {
        &self.ranks[self.starts[row]..self.starts[row + 1]]
    }
}

fn ordered(a: usize, b: usize) -> (usize, usize) {
    (a.min(b), a.max(b))
}

fn find(parent: &mut [usize], mut at: usize) -> usize {
    while parent[at] != at {
        parent[at] = parent[parent[at]];
        at = parent[at];
    }
    at
}
