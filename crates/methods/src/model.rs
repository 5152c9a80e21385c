use crate::batches::by_dense_parts;
use crate::checks::check_features_of;
use crate::{Error, ModelParts, Result};
use deepclust_nets::Csr;
use ndarray::{Array2, Array3, ArrayView2};
use rand::RngCore;

/// A fitted method, ready for new samples.
///
/// The trait is open, but only models of this crate have [`parts`](Self::parts) and can be saved: what is saved has to be read
/// again by the same registry.
pub trait Model: Send {
    /// Features of the rows of `x`, shape (m, d′) for x of shape (m, d).
    ///
    /// # Errors
    /// [`Error::Samples`](crate::Error::Samples) when d is not the width that was fitted, or a value is not finite.
    fn embed(&self, x: ArrayView2<'_, f32>) -> Result<Array2<f32>>;

    /// As [`embed`](Self::embed), for sparse rows, which are made dense some at a time.
    ///
    /// # Errors
    /// As [`embed`](Self::embed).
    fn embed_csr(&self, x: &Csr) -> Result<Array2<f32>> {
        by_dense_parts(x, |part| self.embed(part))
    }

    /// Clusters of samples by their features, length m for an embedding of shape (m, d′) as [`embed`](Self::embed) gives it.
    ///
    /// # Errors
    /// When d′ is not the width of the embedding.
    fn assign(&self, embedding: ArrayView2<'_, f32>) -> Result<Vec<usize>>;

    /// What it consists of, for [`save_model`](crate::save_model).
    ///
    /// # Errors
    /// When its settings cannot be written as JSON; [`Error::Unsaved`] unless it is a model of this crate.
    fn parts(&self) -> Result<ModelParts> {
        Err(Error::Unsaved)
    }

    /// How far samples belong to each cluster, by their features: shape (m, k), rows of sum 1. None for methods that have no such numbers.
    ///
    /// # Errors
    /// As [`assign`](Self::assign).
    fn probabilities(&self, embedding: ArrayView2<'_, f32>) -> Result<Option<Array2<f32>>> {
        let _ = embedding;
        Ok(None)
    }

    /// `n` new samples of a cluster, shape (n, d), in the scaling of the fit; all randomness comes from `rng`. None for methods that do
    /// not model how samples come about.
    ///
    /// # Errors
    /// [`Error::Samples`](crate::Error::Samples) for a cluster that is not there.
    fn generate(&self, cluster: usize, n: usize, rng: &mut dyn RngCore) -> Result<Option<Array2<f32>>> {
        let _ = (cluster, n, rng);
        Ok(None)
    }

    /// What the autoencoder of every cluster makes of the rows of `x`: shape (m, k, d), in the scaling of the fit. None for
    /// methods that have no such autoencoders.
    ///
    /// # Errors
    /// When d is not the width that was fitted.
    fn reconstructions(&self, x: ArrayView2<'_, f32>) -> Result<Option<Array3<f32>>> {
        let _ = x;
        Ok(None)
    }

    /// The samples of an embedding that is nothing but the scaled samples, up to rounding. None for other embeddings.
    fn samples(&self, embedding: ArrayView2<'_, f32>) -> Option<Array2<f32>> {
        let _ = embedding;
        None
    }

    /// Clusters of the rows of `x`, length m.
    ///
    /// # Errors
    /// [`Error::Samples`](crate::Error::Samples) when d is not the width that was fitted, or for a value, or a feature made of
    /// finite values, that is not finite.
    fn predict(&self, x: ArrayView2<'_, f32>) -> Result<Vec<usize>> {
        let embedding = self.embed(x)?;
        check_features_of(embedding.view())?;
        self.assign(embedding.view())
    }
}
