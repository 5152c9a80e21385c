//! Properties of the scores of two labellings.

use deepclust_metrics::{
    Average, Contingency, accuracy, adjusted_mutual_info, adjusted_rand_index, best_matching,
    confusion_matrix, homogeneity_completeness_v, label_entropy, mutual_info, normalized_mutual_info, purity,
    rand_index,
};
use pathfinding::prelude::{Matrix, kuhn_munkres};
use proptest::prelude::*;

const AVERAGES: [Average; 4] = [Average::Arithmetic, Average::Geometric, Average::Min, Average::Max];

/// Two labellings of the same samples with up to `k` labels each.
fn labellings(k: usize) -> impl Strategy<Value = (Vec<usize>, Vec<usize>)> {
    (1usize..200, 1..=k, 1..=k).prop_flat_map(|(n, rows, columns)| {
        (proptest::collection::vec(0..rows, n), proptest::collection::vec(0..columns, n))
    })
}

/// The largest total over all one-to-one maps, by trying them.
fn by_trying(table: &ndarray::Array2<usize>, row: usize, used: &mut Vec<bool>) -> usize {
    if row == table.nrows() {
        return 0;
    }
    // A row may stay without partner: there may be fewer columns.
    let mut best = by_trying(table, row + 1, used);
    for column in 0..table.ncols() {
        if !used[column] {
            used[column] = true;
            best = best.max(table[[row, column]] + by_trying(table, row + 1, used));
            used[column] = false;
        }
    }
    best
}

/// The largest total by another implementation, which wants no more rows than columns.
fn by_kuhn_munkres(table: &ndarray::Array2<usize>) -> usize {
    let table = if table.nrows() <= table.ncols() { table.clone() } else { table.t().to_owned() };
    let weights = table.iter().map(|&count| count as i64).collect();
    kuhn_munkres(&Matrix::from_vec(table.nrows(), table.ncols(), weights).unwrap()).0 as usize
}

proptest! {
    #[test]
    fn the_matching_is_optimal((truth, pred) in labellings(6)) {
        let table = Contingency::new(&truth, &pred).unwrap();
        let dense = table.to_dense().unwrap();
        let matching = best_matching(&table).unwrap();
        prop_assert_eq!(matching.matched(), by_trying(&dense, 0, &mut vec![false; dense.ncols()]));
        prop_assert_eq!(matching.matched(), by_kuhn_munkres(&dense));
    }

    #[test]
    fn the_matching_of_many_clusters_is_optimal((truth, pred) in labellings(60)) {
        let table = Contingency::new(&truth, &pred).unwrap();
        let matching = best_matching(&table).unwrap();
        prop_assert_eq!(matching.matched(), by_kuhn_munkres(&table.to_dense().unwrap()));
        // The pairs are one to one, as many as can be, and cover the samples that the total says.
        let mut classes: Vec<usize> = matching.pairs().iter().filter_map(|pair| pair.1).collect();
        prop_assert_eq!(classes.len(), table.classes().len().min(table.clusters().len()));
        classes.sort_unstable();
        classes.dedup();
        prop_assert_eq!(classes.len(), table.classes().len().min(table.clusters().len()));
        let right = truth.iter().zip(&pred).filter(|&(&t, &p)| matching.class_of(p) == Some(t)).count();
        prop_assert_eq!(right, matching.matched());
        let confusion = confusion_matrix(&truth, &pred).unwrap();
        prop_assert_eq!(confusion.accuracy(), matching.accuracy());
        prop_assert_eq!(confusion.counts.sum(), truth.len());
    }

    #[test]
    fn scores_are_bounded((truth, pred) in labellings(12)) {
        let largest_class = *Contingency::new(&truth, &pred).unwrap().class_sizes().iter().max().unwrap();
        let acc = accuracy(&truth, &pred).unwrap();
        let clusters = Contingency::new(&truth, &pred).unwrap().clusters().len();
        // The best single cell is on some matching; the commonest class has a cell of at least its share.
        prop_assert!(acc >= largest_class as f64 / (truth.len() * clusters) as f64 && acc <= 1.0);
        let pure = purity(&truth, &pred).unwrap();
        prop_assert!(pure >= acc && pure >= largest_class as f64 / truth.len() as f64 && pure <= 1.0);
        prop_assert!((-0.5..=1.0).contains(&adjusted_rand_index(&truth, &pred).unwrap()));
        prop_assert!((0.0..=1.0).contains(&rand_index(&truth, &pred).unwrap()));
        let (u, v) = (label_entropy(&truth).unwrap(), label_entropy(&pred).unwrap());
        let mi = mutual_info(&truth, &pred).unwrap();
        prop_assert!(mi >= 0.0 && mi <= u.min(v) + 1e-12);
        for average in AVERAGES {
            let nmi = normalized_mutual_info(&truth, &pred, average).unwrap();
            prop_assert!((0.0..=1.0).contains(&nmi));
            prop_assert!(adjusted_mutual_info(&truth, &pred, average).unwrap() <= nmi + 1e-9 || nmi == 0.0);
        }
    }

    #[test]
    fn names_do_not_matter((truth, pred) in labellings(9), factor in 1usize..1_000_000) {
        // Reverses the order of the labels too.
        let renamed: Vec<usize> = pred.iter().map(|&label| (9 - label) * factor).collect();
        prop_assert_eq!(accuracy(&truth, &pred).unwrap(), accuracy(&truth, &renamed).unwrap());
        prop_assert_eq!(purity(&truth, &pred).unwrap(), purity(&truth, &renamed).unwrap());
        prop_assert_eq!(
            adjusted_rand_index(&truth, &pred).unwrap(),
            adjusted_rand_index(&truth, &renamed).unwrap()
        );
        let close = |a: f64, b: f64| (a - b).abs() <= 1e-12 * a.abs().max(1.0);
        for average in AVERAGES {
            let nmi = |pred: &[usize]| normalized_mutual_info(&truth, pred, average).unwrap();
            prop_assert!(close(nmi(&pred), nmi(&renamed)));
            let ami = |pred: &[usize]| adjusted_mutual_info(&truth, pred, average).unwrap();
            // Near-perfect tables divide two small differences.
            prop_assert!((ami(&pred) - ami(&renamed)).abs() < 1e-9 || nmi(&pred) > 0.999);
        }
    }

    #[test]
    fn scores_are_symmetric((truth, pred) in labellings(9)) {
        prop_assert_eq!(accuracy(&truth, &pred).unwrap(), accuracy(&pred, &truth).unwrap());
        prop_assert_eq!(
            adjusted_rand_index(&truth, &pred).unwrap(),
            adjusted_rand_index(&pred, &truth).unwrap()
        );
        for average in AVERAGES {
            let nmi = |a: &[usize], b: &[usize]| normalized_mutual_info(a, b, average).unwrap();
            prop_assert!((nmi(&truth, &pred) - nmi(&pred, &truth)).abs() < 1e-12);
            let ami = |a: &[usize], b: &[usize]| adjusted_mutual_info(a, b, average).unwrap();
            prop_assert!((ami(&truth, &pred) - ami(&pred, &truth)).abs() < 1e-9 || nmi(&truth, &pred) > 0.999);
        }
        let there = homogeneity_completeness_v(&truth, &pred, 1.0).unwrap();
        let back = homogeneity_completeness_v(&pred, &truth, 1.0).unwrap();
        prop_assert!((there.homogeneity - back.completeness).abs() < 1e-12);
        prop_assert!((there.v_measure - back.v_measure).abs() < 1e-12);
        let nmi = normalized_mutual_info(&truth, &pred, Average::Arithmetic).unwrap();
        prop_assert!((there.v_measure - nmi).abs() < 1e-12);
    }

    #[test]
    fn a_labelling_agrees_with_itself((truth, _) in labellings(9)) {
        prop_assert_eq!(accuracy(&truth, &truth).unwrap(), 1.0);
        prop_assert_eq!(purity(&truth, &truth).unwrap(), 1.0);
        prop_assert_eq!(adjusted_rand_index(&truth, &truth).unwrap(), 1.0);
        for average in AVERAGES {
            prop_assert!((normalized_mutual_info(&truth, &truth, average).unwrap() - 1.0).abs() < 1e-12);
            prop_assert!((adjusted_mutual_info(&truth, &truth, average).unwrap() - 1.0).abs() < 1e-9);
        }
    }
}

#[test]
fn accuracy_by_hand() {
    // Clusters 2 → class 0 (2 samples), 5 → class 1 (1), 9 left over.
    assert_eq!(accuracy(&[0, 0, 0, 1], &[2, 2, 9, 5]).unwrap(), 0.75);
    // Fewer clusters than classes: one class has no cluster.
    assert_eq!(accuracy(&[0, 0, 1, 1, 2], &[0, 0, 0, 4, 4]).unwrap(), 3.0 / 5.0);
    // Greedy would take the cell of 3 and then 0; the best is 2 + 2.
    let truth = [0, 0, 0, 0, 0, 1, 1];
    let pred = [0, 0, 0, 1, 1, 0, 0];
    assert_eq!(accuracy(&truth, &pred).unwrap(), 4.0 / 7.0);
    assert_eq!(accuracy(&[7], &[3]).unwrap(), 1.0);
}

#[test]
fn a_cluster_for_each_of_many_samples_needs_no_square_table() {
    let truth: Vec<usize> = (0..70_000).collect();
    let pred: Vec<usize> = (0..70_000).rev().collect();
    assert_eq!(accuracy(&truth, &pred).unwrap(), 1.0);
    let classes: Vec<usize> = (0..70_000).map(|i| i % 10).collect();
    assert_eq!(accuracy(&classes, &pred).unwrap(), 10.0 / 70_000.0);
    assert_eq!(purity(&classes, &pred).unwrap(), 1.0);
}
