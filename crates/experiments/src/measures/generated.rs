//! Images that a model makes up.

use serde::{Deserialize, Serialize};

/// New images of every cluster from methods that model how samples come about: figure data [`SamplesData`](super::SamplesData).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Generated {
    /// Images of each cluster.
    pub per_cluster: usize,
}

impl Generated {
    /// Its place in the figure data.
    pub const KEY: &'static str = "generated";
}

#[cfg(feature = "run")]
impl super::Measure for Generated {
    fn measure(&self, run: &super::Scored<'_>, into: &mut crate::Measured) -> crate::Result<()> {
        let shape = run.image_shape()?;
        let mut rng = run.seed().stream("generated images");
        let clusters = (0..run.k).map(|cluster| {
            let images = run.model.generate(cluster, self.per_cluster, &mut rng)?;
            let images = images
                .ok_or_else(|| run.unsuitable("a method that generates samples", &run.spec.method.name))?;
            Ok(images.outer_iter().map(|image| super::run::encoded(image.iter().copied())).collect())
        });
        let clusters = clusters.collect::<crate::Result<_>>()?;
        let data = super::SamplesData { height: shape.height, width: shape.width, clusters };
        into.figures.insert(Self::KEY, &data)
    }
}
