//! A graph that falls into more parts than communities are asked for.

use super::labels::by_size;
use ndarray::ArrayView2;

/// Joins parts until `k` of at least `least` points are left: by Ward's rule always the two whose joining adds least to the sum of squared
/// distances from the means of `rows`. The answer is numbered by size; smaller parts come after the first k.
///
/// `parts` (n, of each point) has at least `k` large ones.
pub(super) fn join(parts: &[usize], least: usize, k: usize, rows: ArrayView2<'_, f32>) -> Vec<usize> {
    let mut labels = by_size(parts);
    let mut groups = groups(&labels, least, rows);
    let mut names: Vec<usize> = (0..groups.len()).collect();
    let mut costs: Vec<Vec<f64>> =
        groups.iter().map(|a| groups.iter().map(|b| a.cost(b)).collect()).collect();
    let mut left = groups.len();
    while left > k {
        let alive = |&a: &usize| groups[a].size > 0.0;
        let pairs = (0..groups.len()).filter(alive).flat_map(|a| (0..a).filter(alive).map(move |b| (a, b)));
        let nearest = pairs.min_by(|&(a, b), &(c, d)| costs[a][b].total_cmp(&costs[c][d]));
        let Some((from, into)) = nearest else { break };
        let taken = std::mem::replace(&mut groups[from], Group { size: 0.0, mean: Vec::new() });
        groups[into].take(&taken);
        names.iter_mut().filter(|name| **name == from).for_each(|name| *name = into);
        for other in (0..groups.len()).filter(|&other| groups[other].size > 0.0) {
            let cost = groups[into].cost(&groups[other]);
            (costs[into][other], costs[other][into]) = (cost, cost);
        }
        left -= 1;
    }
    for label in labels.iter_mut().filter(|label| **label < names.len()) {
        *label = names[*label];
    }
    by_size(&labels)
}

/// Points and their mean.
struct Group {
    size: f64,
    mean: Vec<f64>,
}

impl Group {
    /// What joining the two adds to the sum of squared distances from the mean.
    fn cost(&self, other: &Self) -> f64 {
        let apart: f64 = self.mean.iter().zip(&other.mean).map(|(a, b)| (a - b).powi(2)).sum();
        self.size * other.size / (self.size + other.size) * apart
    }

    fn take(&mut self, other: &Self) {
        let share = other.size / (self.size + other.size);
        self.mean.iter_mut().zip(&other.mean).for_each(|(a, b)| *a += share * (b - *a));
        self.size += other.size;
    }
}

/// Of the labels that at least `least` points wear; labels are numbered by size.
fn groups(labels: &[usize], least: usize, rows: ArrayView2<'_, f32>) -> Vec<Group> {
    let mut sizes = vec![0_usize; labels.iter().max().map_or(0, |l| l + 1)];
    labels.iter().for_each(|&label| sizes[label] += 1);
    sizes.retain(|&size| size >= least);
    let mut means = vec![vec![0.0; rows.ncols()]; sizes.len()];
    for (row, &label) in rows.outer_iter().zip(labels).filter(|(_, label)| **label < sizes.len()) {
        means[label].iter_mut().zip(row).for_each(|(sum, v)| *sum += f64::from(*v));
    }
    let group = |(mut mean, size): (Vec<f64>, &usize)| {
        mean.iter_mut().for_each(|sum| *sum /= *size as f64);
        Group { size: *size as f64, mean }
    };
    means.into_iter().zip(&sizes).map(group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    /// Parts at these places of a line, of these sizes.
    fn joined(places: &[(f32, usize)], least: usize, k: usize) -> Vec<usize> {
        let parts: Vec<usize> =
            places.iter().enumerate().flat_map(|(part, &(_, size))| vec![part; size]).collect();
        let rows: Vec<f32> = places.iter().flat_map(|&(place, size)| vec![place; size]).collect();
        let rows = Array2::from_shape_vec((parts.len(), 1), rows).unwrap();
        let labels = join(&parts, least, k, rows.view());
        let ends = places.iter().scan(0, |end, &(_, size)| {
            *end += size;
            Some(*end)
        });
        ends.map(|end| labels[end - 1]).collect()
    }

    #[test]
    fn the_nearest_parts_are_joined() {
        let places = [(0.0, 10), (1.0, 10), (9.0, 9), (10.0, 8)];
        assert_eq!(joined(&places, 2, 4), [0, 1, 2, 3]);
        // 10 · 10 / 20 against 9 · 8 / 17.
        assert_eq!(joined(&places, 2, 3), [1, 2, 0, 0]);
        assert_eq!(joined(&places, 2, 2), [0, 0, 1, 1]);
        assert_eq!(joined(&places, 2, 1), [0; 4]);
    }

    #[test]
    fn a_far_part_of_few_points_is_nearer_than_a_near_one_of_many() {
        // 100 · 100 / 200 · 1 against 100 · 2 / 102 · 16.
        assert_eq!(joined(&[(0.0, 100), (1.0, 100), (-4.0, 2)], 2, 2), [0, 1, 0]);
        // Where it is too small to count it is left for others to deal with.
        assert_eq!(joined(&[(0.0, 100), (1.0, 100), (-4.0, 2)], 3, 2), [0, 1, 2]);
        assert_eq!(joined(&[(0.0, 100), (1.0, 100), (-4.0, 2)], 3, 1), [0, 0, 1]);
    }
}
