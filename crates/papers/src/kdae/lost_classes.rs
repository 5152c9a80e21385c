//! Classes that no cluster stands for, and what that costs: joint training purifies the clusters of its start, and what it
//! does not do is to give another class a cluster.

use super::deviations::{
    AUTHORS_CLUSTERS_DEC_START, AUTHORS_CODE, AUTHORS_CODE_DEC_START, DEC_START, DEC_START_EQUAL_WEIGHTS,
    variants,
};
use super::protocol::DATASETS;
use super::tables::{dataset_name, name, row_name, row_records, rows_of};
use super::{Sets, ablation};
use crate::Result;
use crate::render::{Cell, Column, Records, Spread, Table, kernels_note};
use crate::run::RunRecord;
use deepclust_methods::AeKMeans;

/// Of every row of Table 2 that was run, and of every start.
pub(super) fn lost_classes(sets: &Sets) -> Result<Table> {
    let columns = vec![
        Column::words("data"),
        Column::words("method"),
        Column::number("runs", 0),
        Column::spread("ACC", 3),
        Column::spread("ACC without confusion", 3),
        Column::words("classes without a cluster"),
        Column::words("the same ones as at the start"),
    ];
    let mut rows = Vec::new();
    let mut shown = Vec::new();
    let mut totals = [0, 0];
    for dataset in DATASETS {
        let in_table: Vec<_> = rows_of(dataset).collect();
        let starts = variants(dataset, false)?
            .into_iter()
            .filter(|v| v.method == AeKMeans::SLUG && ablation::seeds(dataset, v.method, v.name) > 0)
            .map(|v| (v.method, Some(v.name)))
            .filter(|of| !in_table.contains(of));
        for of in in_table.iter().copied().chain(starts) {
            let records = row_records(sets, dataset, of);
            if records.is_empty() {
                continue;
            }
            shown.extend(records.iter().copied());
            let (method, variant) = of;
            let words = match variant {
                Some(name_of) if !in_table.contains(&of) => format!("{}, `{name_of}`", name(method)),
                _ => row_name(of),
            };
            let [kept, of_all] =
                start_of(of).map_or([0, 0], |start| kept(&row_records(sets, dataset, start), &records));
            totals = [totals[0] + kept, totals[1] + of_all];
            let same = if of_all == 0 { Cell::None } else { Cell::Text(format!("{kept} of {of_all}")) };
            rows.push(vec![
                dataset_name(dataset).into(),
                words.as_str().into(),
                Cell::Number(records.len() as f64),
                Records::metric(&records, "acc").into(),
                Spread::of(records.iter().map(|record| without_confusion(&record.contingency))).into(),
                Cell::Text(counted(&records)),
                same,
            ]);
        }
    }
    let mut notes = vec![
        "A class has the clusters in which it is the most frequent one; in brackets the runs in which it has none, where these are not all. *ACC without confusion* is what ACC would be were every sample of a class \
         with clusters in one of them, in the shares that they have: what is lost even then is the price of classes without a cluster, and of those with several."
            .to_owned(),
        format!(
            "The last column compares each run of joint training with the start of the same seed: in {} of {} the classes without a cluster are the same ones.",
            totals[0], totals[1]
        ),
    ];
    notes.extend(kernels_note(shown));
    Ok(Table { title: "What a start decides: classes without a cluster".to_owned(), columns, rows, notes })
}

/// The row with the clusters that a joint training begins with.
fn start_of((method, variant): (&str, Option<&str>)) -> Option<(&'static str, Option<&'static str>)> {
    let start = match variant {
        None => None,
        Some(DEC_START | DEC_START_EQUAL_WEIGHTS | AUTHORS_CODE_DEC_START | AUTHORS_CLUSTERS_DEC_START) => {
            Some(DEC_START)
        }
        Some(AUTHORS_CODE) => Some(AUTHORS_CODE),
        Some(_) => return None,
    };
    (![AeKMeans::SLUG, "k-means-all"].contains(&method)).then_some((AeKMeans::SLUG, start))
}

/// The most frequent class of every cluster; of none where it is empty.
fn majorities(contingency: &[Vec<usize>]) -> Vec<Option<usize>> {
    let clusters = contingency.first().map_or(0, Vec::len);
    let majority = |cluster: usize| {
        let most = contingency.iter().map(|row| row[cluster]).max().filter(|&most| most > 0)?;
        contingency.iter().position(|row| row[cluster] == most)
    };
    (0..clusters).map(majority).collect()
}

/// Classes, as rows of the contingency table, that are the most frequent one of no cluster.
fn lost(contingency: &[Vec<usize>]) -> Vec<usize> {
    let majorities = majorities(contingency);
    (0..contingency.len()).filter(|class| !majorities.contains(&Some(*class))).collect()
}

/// Σ over classes c with clusters of n_c/n · the largest share of c's samples in one of its clusters among those in all of them.
fn without_confusion(contingency: &[Vec<usize>]) -> f64 {
    let majorities = majorities(contingency);
    let all: usize = contingency.iter().flatten().sum();
    let of_class = |(class, row): (usize, &Vec<usize>)| {
        let own = row.iter().zip(&majorities).filter(|(_, of)| **of == Some(class)).map(|(&count, _)| count);
        let (largest, together) = own.fold((0, 0), |(largest, sum), count| (count.max(largest), sum + count));
        let share = if together == 0 { 0.0 } else { largest as f64 / together as f64 };
        share * row.iter().sum::<usize>() as f64 / all.max(1) as f64
    };
    contingency.iter().enumerate().map(of_class).sum()
}

/// The classes without a cluster in any of the runs.
fn counted(records: &[&RunRecord]) -> String {
    let lost: Vec<Vec<usize>> = records.iter().map(|record| lost(&record.contingency)).collect();
    let classes = records.first().map_or(0, |record| record.contingency.len());
    let words: Vec<String> = (0..classes)
        .filter_map(|class| match lost.iter().filter(|of_run| of_run.contains(&class)).count() {
            0 => None,
            n if n == records.len() => Some(class.to_string()),
            n => Some(format!("{class} ({n})")),
        })
        .collect();
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}

/// In how many runs the classes without a cluster are those of the start of the same seed, and how many have such a start.
fn kept(starts: &[&RunRecord], records: &[&RunRecord]) -> [usize; 2] {
    let same = records.iter().filter_map(|record| {
        let start = starts.iter().find(|start| start.seed == record.seed)?;
        Some(lost(&start.contingency) == lost(&record.contingency))
    });
    same.fold([0, 0], |[kept, all], same| [kept + usize::from(same), all + 1])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kdae::tables::ROWS;

    #[test]
    fn a_class_without_a_cluster_and_one_with_two_cost_what_they_must() {
        // Class 0 has two clusters, 6 to 2; class 1 has one; class 2 is in the others'.
        let table = vec![vec![6, 2, 0], vec![0, 0, 8], vec![3, 1, 4]];
        assert_eq!(lost(&table), [2]);
        let expected = (0.75 * 8.0 + 8.0) / 24.0;
        assert!((without_confusion(&table) - expected).abs() < 1e-12);
        let perfect = vec![vec![5, 0], vec![1, 4]];
        assert!(lost(&perfect).is_empty());
        assert!((without_confusion(&perfect) - 1.0).abs() < 1e-12);
        // An empty cluster is no class's.
        assert_eq!(lost(&[vec![3, 0], vec![2, 0]]), [1]);
        assert!((without_confusion(&[vec![3, 0], vec![2, 0]]) - 0.6).abs() < 1e-12);
        assert_eq!(without_confusion(&[]), 0.0);
    }

    #[test]
    fn every_joint_row_has_a_start_among_the_rows() {
        for of in ROWS {
            match start_of(of) {
                Some(start) => assert!(ROWS.contains(&start), "{of:?}"),
                None => assert!(["k-means-all", AeKMeans::SLUG].contains(&of.0), "{of:?}"),
            }
        }
        assert!(lost_classes(&Sets::default()).unwrap().rows.is_empty());
    }
}
