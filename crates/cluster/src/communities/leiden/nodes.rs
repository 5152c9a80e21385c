use crate::communities::graph::Graph;
use std::borrow::Cow;

/// A graph whose nodes stand for groups of points. Weights between groups are summed; those inside are kept apart, as they
/// move with the node and only count for modularity.
pub(in crate::communities) struct Nodes<'a> {
    starts: Cow<'a, [usize]>,
    edges: Cow<'a, [(u32, f32)]>,
    /// Sum of the weights of a node's points, edges inside it counted twice.
    degrees: Vec<f64>,
    /// Twice the weight inside a node.
    inside: Vec<f64>,
    points: Vec<u32>,
    /// Twice the weight of the graph.
    twice: f64,
}

impl<'a> Nodes<'a> {
    /// Every point a node of its own.
    pub(super) fn of(graph: &'a Graph) -> Self {
        let (starts, edges) = graph.rows();
        let degrees: Vec<f64> =
            starts.windows(2).map(|s| edges[s[0]..s[1]].iter().map(|e| f64::from(e.1)).sum()).collect();
        Self {
            starts: Cow::Borrowed(starts),
            edges: Cow::Borrowed(edges),
            twice: degrees.iter().sum(),
            inside: vec![0.0; degrees.len()],
            points: vec![1; degrees.len()],
            degrees,
        }
    }

    /// The same nodes, `order[i]` of them at place i.
    pub(super) fn ordered(&self, order: &[u32]) -> Nodes<'static> {
        let mut places = vec![0_u32; self.len()];
        order.iter().enumerate().for_each(|(place, &i)| places[i as usize] = place as u32);
        let mut starts = Vec::with_capacity(self.len() + 1);
        starts.push(0);
        let mut edges = Vec::with_capacity(self.edges.len());
        for &i in order {
            edges.extend(self.row(i as usize).iter().map(|&(j, w)| (places[j as usize], w)));
            starts.push(edges.len());
        }
        let pick = |values: &[f64]| order.iter().map(|&i| values[i as usize]).collect();
        Nodes {
            starts: Cow::Owned(starts),
            edges: Cow::Owned(edges),
            degrees: pick(&self.degrees),
            inside: pick(&self.inside),
            points: order.iter().map(|&i| self.points[i as usize]).collect(),
            twice: self.twice,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.degrees.len()
    }

    pub(super) fn row(&self, i: usize) -> &[(u32, f32)] {
        &self.edges[self.starts[i]..self.starts[i + 1]]
    }

    pub(super) fn degrees(&self) -> &[f64] {
        &self.degrees
    }

    pub(super) fn twice(&self) -> f64 {
        self.twice
    }

    /// Groups of at least `least` points.
    pub(super) fn large(&self, labels: &[u32], least: usize) -> usize {
        let mut sizes = vec![0_usize; labels.iter().max().map_or(0, |&l| l as usize + 1)];
        labels.iter().zip(&self.points).for_each(|(&l, &p)| sizes[l as usize] += p as usize);
        sizes.iter().filter(|&&s| s >= least).count()
    }

    /// The nodes of equal label as one; every label below `count` is worn. The modularity of a labelling is the same on both
    /// sides, but for f32 sums of weights.
    pub(super) fn joined(&self, labels: &[u32], count: usize) -> Nodes<'static> {
        let (firsts, members) = members(labels, count);
        let (mut degrees, mut inside, mut points) = (vec![0.0; count], vec![0.0; count], vec![0; count]);
        let mut starts = Vec::with_capacity(count + 1);
        starts.push(0);
        let mut edges: Vec<(u32, f32)> = Vec::new();
        let (mut sums, mut met) = (vec![0.0_f64; count], Vec::new());
        for group in 0..count {
            for &i in &members[firsts[group]..firsts[group + 1]] {
                let i = i as usize;
                degrees[group] += self.degrees[i];
                inside[group] += self.inside[i];
                points[group] += self.points[i];
                for &(j, w) in self.row(i) {
                    let other = labels[j as usize] as usize;
                    if sums[other] == 0.0 {
                        met.push(other as u32);
                    }
                    sums[other] += f64::from(w);
                }
            }
            for &other in &met {
                let sum = std::mem::take(&mut sums[other as usize]);
                if other as usize == group {
                    inside[group] += sum;
                } else {
                    edges.push((other, sum as f32));
                }
            }
            met.clear();
            starts.push(edges.len());
        }
        let (starts, edges) = (Cow::Owned(starts), Cow::Owned(edges));
        Nodes { starts, edges, degrees, inside, points, twice: self.twice }
    }

    /// As [`modularity`](crate::communities::modularity) of the points that the nodes stand for.
    #[cfg(test)]
    pub(super) fn modularity(&self, labels: &[u32], resolution: f64) -> f64 {
        let (mut inside, mut degree) = (0.0, vec![0.0; labels.len()]);
        for (i, &label) in labels.iter().enumerate() {
            degree[label as usize] += self.degrees[i];
            inside += self.inside[i];
            let own = self.row(i).iter().filter(|e| labels[e.0 as usize] == label);
            inside += own.map(|e| f64::from(e.1)).sum::<f64>();
        }
        inside / self.twice - resolution * degree.iter().map(|d| (d / self.twice).powi(2)).sum::<f64>()
    }
}

/// Every node a community of its own.
pub(super) fn alone(n: usize) -> Vec<u32> {
    (0..n as u32).collect()
}

/// Where the members of each label begin, and all members, label by label.
pub(super) fn members(labels: &[u32], count: usize) -> (Vec<usize>, Vec<u32>) {
    let mut firsts = vec![0_usize; count + 1];
    labels.iter().for_each(|&l| firsts[l as usize + 1] += 1);
    for label in 0..count {
        firsts[label + 1] += firsts[label];
    }
    let (mut next, mut members) = (firsts.clone(), vec![0; labels.len()]);
    for (i, &label) in labels.iter().enumerate() {
        members[next[label as usize]] = i as u32;
        next[label as usize] += 1;
    }
    (firsts, members)
}

/// Renumbers labels in the order of their first nodes; returns how many there are.
pub(super) fn number(labels: &mut [u32]) -> usize {
    let mut numbers = vec![u32::MAX; labels.iter().max().map_or(0, |&l| l as usize + 1)];
    let mut count = 0;
    for label in labels {
        let number = &mut numbers[*label as usize];
        if *number == u32::MAX {
            *number = count;
            count += 1;
        }
        *label = *number;
    }
    count as usize
}
