use crate::contingency::check_dense;
use crate::{Contingency, Result};

/// A one-to-one matching of clusters to classes that covers as many samples as any can.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matching {
    pairs: Vec<(usize, Option<usize>)>,
    matched: usize,
    samples: usize,
}

impl Matching {
    /// Each predicted label with the class it is matched to, ascending by predicted label. `None` where there are more
    /// clusters than classes and this one is left over.
    pub fn pairs(&self) -> &[(usize, Option<usize>)] {
        &self.pairs
    }

    /// The class that a predicted label is matched to.
    pub fn class_of(&self, cluster: usize) -> Option<usize> {
        let position = self.pairs.binary_search_by_key(&cluster, |&(label, _)| label).ok()?;
        self.pairs[position].1
    }

    /// Samples whose cluster is matched to their class.
    pub fn matched(&self) -> usize {
        self.matched
    }

    /// The share of samples whose cluster is matched to their class: the clustering accuracy.
    pub fn accuracy(&self) -> f64 {
        self.matched as f64 / self.samples as f64
    }
}

/// The clustering accuracy
/// ACC = max over one-to-one maps *m* of (1/*n*) Σ 1{*yᵢ* = *m*(*cᵢ*)},
/// in [0, 1], with the maximum found by the Hungarian algorithm.
///
/// Where there are more clusters than classes, the clusters left over count as wrong; where there are fewer, so do the
/// classes left over (the usual zero-padded square assignment has the same value).
///
/// Source: Yang, Xu, Nie, Yan, Zhuang: Image clustering using local discriminant models and global integration, IEEE TIP
/// 2010; Kuhn: The Hungarian method for the assignment problem, 1955.
///
/// # Errors
/// [`Error::LengthMismatch`](crate::Error::LengthMismatch), [`Error::Empty`](crate::Error::Empty), and
/// [`Error::TableTooLarge`](crate::Error::TableTooLarge) as for [`best_matching`].
pub fn accuracy(truth: &[usize], pred: &[usize]) -> Result<f64> {
    Ok(best_matching(&Contingency::new(truth, pred)?)?.accuracy())
}

/// The matching of clusters to classes with the largest number of samples on it.
///
/// The assignment problem falls apart into the connected components of the graph whose edges are the cells that are not zero;
/// each is solved by itself, as a dense problem of cost *max* − *count* (the solver would clamp negative costs). Clusters and
/// classes that this leaves over are paired in ascending order, so that min(clusters, classes) pairs always result. Among
/// matchings of equal total the choice is deterministic but otherwise free.
///
/// # Errors
/// [`Error::TableTooLarge`](crate::Error::TableTooLarge) where one component has more than 2²⁸ cells.
pub fn best_matching(table: &Contingency) -> Result<Matching> {
    let mut class_of: Vec<Option<usize>> = vec![None; table.clusters().len()];
    let mut taken = vec![false; table.classes().len()];
    let mut matched = 0;
    for component in components(table) {
        for (row, column, count) in component.solve()? {
            class_of[column] = Some(row);
            taken[row] = true;
            matched += count;
        }
    }
    let mut free = (0..taken.len()).filter(|&row| !taken[row]);
    for class in class_of.iter_mut().filter(|class| class.is_none()) {
        *class = free.next();
    }
    let pairs = table
        .clusters()
        .iter()
        .zip(class_of)
        .map(|(&cluster, row)| (cluster, row.map(|row| table.classes()[row])));
    Ok(Matching { pairs: pairs.collect(), matched, samples: table.samples() })
}

/// A connected piece of the table.
#[derive(Default)]
struct Component {
    rows: Vec<usize>,
    columns: Vec<usize>,
    /// Row and column within the component, and the count.
    cells: Vec<(usize, usize, usize)>,
}

impl Component {
    /// The optimal pairs as (row, column, count) of the whole table. Pairs with count zero are dropped.
    fn solve(&self) -> Result<Vec<(usize, usize, usize)>> {
        let (height, width) = (self.rows.len(), self.columns.len());
        if height == 1 || width == 1 {
            // A star: the largest cell, the first of several.
            let best = self.cells.iter().rev().max_by_key(|cell| cell.2);
            return Ok(best.iter().map(|cell| (self.rows[cell.0], self.columns[cell.1], cell.2)).collect());
        }
        check_dense(height, width)?;
        let largest = self.cells.iter().map(|cell| cell.2).max().unwrap_or(0);
        let mut cost = vec![largest as u64; height * width];
        for &(row, column, count) in &self.cells {
            cost[row * width + column] = (largest - count) as u64;
        }
        let assignment = hungarian::minimize(&cost, height, width);
        let pairs =
            assignment.iter().enumerate().filter_map(|(row, column)| column.map(|column| (row, column)));
        Ok(pairs
            .map(|(row, column)| {
                (self.rows[row], self.columns[column], largest - cost[row * width + column] as usize)
            })
            .filter(|&(_, _, count)| count > 0)
            .collect())
    }
}

/// The connected components of the graph of classes and clusters, in order of their first class.
fn components(table: &Contingency) -> Vec<Component> {
    let classes = table.classes().len();
    let mut parent: Vec<usize> = (0..classes + table.clusters().len()).collect();
    for cell in table.cells() {
        let (a, b) = (root(&mut parent, cell.row), root(&mut parent, classes + cell.column));
        parent[a.max(b)] = a.min(b);
    }
    // The root is the smallest member, hence a class.
    let mut number = vec![usize::MAX; classes];
    let mut local = vec![0; parent.len()];
    let mut all: Vec<Component> = Vec::new();
    for (node, place) in local.iter_mut().enumerate() {
        let top = root(&mut parent, node);
        if number[top] == usize::MAX {
            number[top] = all.len();
            all.push(Component::default());
        }
        let component = &mut all[number[top]];
        let (members, index) = if node < classes {
            (&mut component.rows, node)
        } else {
            (&mut component.columns, node - classes)
        };
        *place = members.len();
        members.push(index);
    }
    for cell in table.cells() {
        let component = number[root(&mut parent, cell.row)];
        all[component].cells.push((local[cell.row], local[classes + cell.column], cell.count));
    }
    all
}

/// The representative of a node, with the path halved on the way.
fn root(parent: &mut [usize], mut node: usize) -> usize {
    while parent[node] != node {
        parent[node] = parent[parent[node]];
        node = parent[node];
    }
    node
}
