//! Labels by the sizes of their communities.

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

/// Points of each label.
pub(super) fn sizes(labels: &[usize]) -> Vec<usize> {
    let mut sizes = vec![0; labels.iter().max().map_or(0, |l| l + 1)];
    labels.iter().for_each(|&l| sizes[l] += 1);
    sizes
}

/// Communities of at least `least` points.
pub(super) fn large(labels: &[usize], least: usize) -> usize {
    sizes(labels).into_iter().filter(|&size| size >= least).count()
}

/// Sizes of the communities of less than `least` points, largest first.
pub(super) fn small(labels: &[usize], least: usize) -> Vec<usize> {
    let mut found: Vec<usize> = sizes(labels).into_iter().filter(|&size| size < least).collect();
    found.sort_unstable_by(|a, b| b.cmp(a));
    found
}
