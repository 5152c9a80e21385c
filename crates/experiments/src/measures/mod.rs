//! What is measured of a clustering: one file each, with its settings, what it leaves, and how it is made. A new picture is one file
//! here and one line in [`MeasureSpec`](crate::MeasureSpec).
//!
//! Labels are needed by some alone: what cannot do without them leaves nothing where there are none.

#[cfg(feature = "run")]
mod agreement;
mod course;
mod covariances;
mod entropies;
mod epochs;
mod generated;
#[cfg(feature = "run")]
mod geometry;
mod map;
mod other_k;
mod recluster;
mod reconstructions;
mod samples;
mod silhouette;
mod spaces;

pub use course::{Course, CourseData};
pub use covariances::{Covariances, CovariancesData};
pub use entropies::Entropies;
pub use epochs::Epochs;
pub use generated::Generated;
pub use map::{Map, MapData};
pub use other_k::OtherK;
pub use recluster::Recluster;
pub use reconstructions::{ReconstructedSample, Reconstructions, ReconstructionsData};
pub use samples::{Samples, SamplesData};
pub use silhouette::SampledSilhouette;
pub use spaces::{Spaces, SpacesData};

#[cfg(feature = "run")]
pub(crate) use run::{Measure, Scored, measure_all};

#[cfg(feature = "run")]
mod run {
    use super::agreement::Agreement;
    use super::geometry::Geometry;
    use crate::{Error, MeasureSpec, Measured, Result, RunSpec};
    use base64::Engine;
    use deepclust_datasets::{Dataset, ImageShape};
    use deepclust_methods::{Model, Seed, Snapshot};
    use ndarray::ArrayView2;

    /// A clustering that is measured.
    pub(crate) struct Scored<'a> {
        pub spec: &'a RunSpec,
        /// The scored samples.
        pub data: &'a Dataset,
        /// Their features as the method saw them, dense.
        pub x: ArrayView2<'a, f32>,
        /// Number of clusters.
        pub k: usize,
        pub clusters: &'a [usize],
        /// The features in which the clusters were found, shape (n, d′).
        pub features: ArrayView2<'a, f32>,
        /// The clusters that the method improved on, if it started from some.
        pub start: Option<&'a [usize]>,
        pub snapshots: &'a [Snapshot],
        /// The labels of what the snapshots are of.
        pub fitted_labels: &'a [usize],
        pub model: &'a dyn Model,
    }

    impl Scored<'_> {
        /// The classes, where they are known.
        pub(crate) fn truth(&self) -> Option<&[usize]> {
            (!self.data.labels.is_empty()).then_some(self.data.labels.as_slice())
        }

        pub(crate) fn seed(&self) -> Seed {
            Seed(self.spec.seed)
        }

        pub(crate) fn image_shape(&self) -> Result<ImageShape> {
            self.data.image.ok_or_else(|| self.unsuitable("images", "samples without an image shape"))
        }

        pub(crate) fn unsuitable(&self, expected: &str, found: &str) -> Error {
            Error::Unsuitable {
                dataset: self.spec.dataset(),
                expected: expected.to_owned(),
                found: found.to_owned(),
            }
        }
    }

    /// Something that is measured.
    pub(crate) trait Measure {
        /// Adds numbers and figure data.
        fn measure(&self, run: &Scored<'_>, into: &mut Measured) -> Result<()>;
    }

    impl MeasureSpec {
        fn as_measure(&self) -> &dyn Measure {
            match self {
                Self::SampledSilhouette(measure) => measure,
                Self::Recluster(measure) => measure,
                Self::Map(measure) => measure,
                Self::Samples(measure) => measure,
                Self::Reconstructions(measure) => measure,
                Self::Course(measure) => measure,
                Self::Entropies(measure) => measure,
                Self::Epochs(measure) => measure,
                Self::OtherK(measure) => measure,
                Self::Spaces(measure) => measure,
                Self::Covariances(measure) => measure,
                Self::Generated(measure) => measure,
            }
        }
    }

    /// The usual metrics, and what the run asks for besides.
    pub(crate) fn measure_all(run: &Scored<'_>) -> Result<Measured> {
        let mut measured = Measured::default();
        Agreement.measure(run, &mut measured)?;
        Geometry.measure(run, &mut measured)?;
        for measure in &run.spec.measures {
            measure.as_measure().measure(run, &mut measured)?;
        }
        Ok(measured)
    }

    /// 8-bit grey values as Base64.
    pub(super) fn encoded(pixels: impl Iterator<Item = f32>) -> String {
        let grey: Vec<u8> = pixels.map(|v| (255.0 * v.clamp(0.0, 1.0)).round() as u8).collect();
        base64::engine::general_purpose::STANDARD.encode(grey)
    }

    /// Coordinates with the digits that a figure shows.
    pub(super) fn rounded(column: ndarray::ArrayView1<'_, f32>) -> Vec<f32> {
        column.iter().map(|v| (v * 100.0).round() / 100.0).collect()
    }
}
