//! The embedding as training proceeds.

use serde::{Deserialize, Serialize};

/// The embedding at the steps that a method keeps: figure data [`CourseData`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Course {}

impl Course {
    /// Its place in the figure data.
    pub const KEY: &'static str = "course";
}

/// Positions at some steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CourseData {
    /// How many steps were done.
    pub steps: Vec<usize>,
    /// At each of them, coordinate by coordinate, the position of every sample.
    pub positions: Vec<Vec<Vec<f32>>>,
    /// The class of every sample; empty where it is not known.
    pub classes: Vec<usize>,
}

#[cfg(feature = "run")]
impl super::Measure for Course {
    fn measure(&self, run: &super::Scored<'_>, into: &mut crate::Measured) -> crate::Result<()> {
        if run.snapshots.is_empty() {
            return Err(
                run.unsuitable("a method that keeps its embedding at some steps", &run.spec.method.name)
            );
        }
        let positions = |snapshot: &deepclust_methods::Snapshot| {
            snapshot.embedding.columns().into_iter().map(|column| column.to_vec()).collect()
        };
        let data = CourseData {
            steps: run.snapshots.iter().map(|snapshot| snapshot.step).collect(),
            positions: run.snapshots.iter().map(positions).collect(),
            classes: run.fitted_labels.to_vec(),
        };
        into.figures.insert(Self::KEY, &data)
    }
}
