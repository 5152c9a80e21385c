use crate::k_means::{check_k_means, k_means_facts, run_k_means};
use crate::method::check_samples;
use crate::pretraining::{Pretrained, Pretraining};
use crate::saved_model::SavedModel;
use crate::{
    Context, Fitted, FittedScaling, Method, Model, ModelParts, ReconstructionLoss, Result, Scaling, Series,
};
use deepclust_cluster::{KMeansModel, KMeansSettings};
use deepclust_nets::{
    Activation, AdamSettings, Autoencoder, BatchNormSettings, LayerInits, Precision, SgdSettings,
    TrainSettings, to_tensor,
};
use ndarray::{Array2, ArrayView2};
use serde::{Deserialize, Serialize};

/// Settings of [`AeKMeans`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AeKMeansSettings {
    /// Applied to the features first.
    #[serde(default)]
    pub scaling: Scaling,
    /// Widths after the input, the last being the code's, for instance `[128, 64]`.
    pub widths: Vec<usize>,
    /// Widths of the decoder between code and reconstruction; those of the encoder in reverse unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decoder: Option<Vec<usize>>,
    /// After the hidden layers.
    pub hidden: Activation,
    /// After the code layer.
    pub code: Activation,
    /// After the last layer.
    pub output: Activation,
    /// How weights start.
    pub init: LayerInits,
    /// What training minimises.
    pub loss: ReconstructionLoss,
    /// The optimiser.
    pub adam: AdamSettings,
    /// Gradient descent with momentum in the place of `adam`, in f32; none unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sgd: Option<SgdSettings>,
    /// Epochs and batch size.
    pub train: TrainSettings,
    /// In what numbers the network is trained; f32 unless given.
    #[serde(default, skip_serializing_if = "Precision::is_single")]
    pub precision: Precision,
    /// Batch normalisation; none unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch_norm: Option<BatchNormSettings>,
    /// Greedy training of every layer before the whole; none unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer_wise: Option<TrainSettings>,
    /// k-means on the codes; its number of clusters is replaced by the k of the fit.
    pub k_means: KMeansSettings,
}

/// An autoencoder trained on reconstruction alone, then k-means on its codes.
#[derive(Clone, Debug)]
pub struct AeKMeans {
    slug: &'static str,
    settings: AeKMeansSettings,
}

impl AeKMeans {
    /// The name in records.
    pub const SLUG: &'static str = "ae-k-means";
    /// The name of Biswas's network with its 64-dimensional code.
    pub const SLUG_64: &'static str = "ae64-k-means";
    /// The name of the soft nearest neighbour paper's baseline with its 70-dimensional code.
    pub const SLUG_70: &'static str = "ae70-k-means";

    /// The method with checked settings under one of its names.
    ///
    /// # Errors
    /// [`Error::Settings`](crate::Error::Settings), [`Error::Nets`](crate::Error::Nets) or
    /// [`Error::Cluster`](crate::Error::Cluster) for settings out of range.
    pub fn new(slug: &'static str, settings: AeKMeansSettings) -> Result<Self> {
        check_k_means(&settings.k_means)?;
        let method = Self { slug, settings };
        method.pretraining().validate(slug)?;
        Ok(method)
    }

    /// These settings without what comes before and after the training.
    fn pretraining(&self) -> Pretraining {
        let s = &self.settings;
        Pretraining {
            widths: s.widths.clone(),
            decoder: s.decoder.clone(),
            hidden: s.hidden,
            code: s.code,
            output: s.output,
            init: s.init,
            loss: s.loss,
            adam: s.adam,
            sgd: s.sgd,
            train: s.train,
            precision: s.precision,
            batch_norm: s.batch_norm,
            layer_wise: s.layer_wise,
        }
    }
}

impl Method for AeKMeans {
    fn slug(&self) -> &'static str {
        self.slug
    }

    fn fit(&self, x: ArrayView2<'_, f32>, k: usize, context: &mut Context<'_>) -> Result<Fitted> {
        check_samples(x, k)?;
        let scaling = self.settings.scaling.fit(x);
        let scaled = scaling.apply(x)?;
        let Pretrained { network, losses } = self.pretraining().run(self.slug, scaled.view(), context)?;
        let embedding = network.embed(scaled.view())?;
        let clusters = run_k_means(&self.settings.k_means, embedding.view(), k, context)?;
        let mut facts = k_means_facts(&clusters);
        facts.insert("parameters".to_owned(), network.parameter_counts().iter().sum::<usize>() as f64);
        // Other methods that start from this network leave the layers to this one's history.
        let layers = losses.layers.into_iter().enumerate();
        let layers = layers.map(|(i, losses)| Series::of_epochs(format!("loss of layer {}", i + 1), losses));
        let whole = Series::of_epochs("reconstruction loss", losses.whole);
        Ok(Fitted {
            labels: clusters.labels().to_vec(),
            embedding,
            history: layers.chain([whole]).collect(),
            facts,
            start: None,
            model: Box::new(AeKMeansModel { scaling, network, clusters }),
        })
    }
}

/// An autoencoder with k-means in its code.
pub(crate) struct AeKMeansModel {
    pub(crate) scaling: FittedScaling,
    pub(crate) network: Autoencoder,
    pub(crate) clusters: KMeansModel<f32>,
}

/// In the files of fitted models.
pub(crate) const KIND: &str = "ae-k-means";

pub(crate) fn load(saved: &SavedModel) -> Result<Box<dyn Model>> {
    let clusters = KMeansModel::from_centers(saved.matrix("centres")?)?;
    Ok(Box::new(AeKMeansModel { scaling: saved.scaling()?, network: saved.autoencoder()?, clusters }))
}

impl Model for AeKMeansModel {
    fn parts(&self) -> Result<ModelParts> {
        let centres = to_tensor(self.clusters.centers().view());
        ModelParts::new(KIND).scaling(&self.scaling).tensor("centres", &centres).autoencoder(&self.network)
    }

    fn embed(&self, x: ArrayView2<'_, f32>) -> Result<Array2<f32>> {
        Ok(self.network.embed(self.scaling.apply(x)?.view())?)
    }

    fn assign(&self, embedding: ArrayView2<'_, f32>) -> Result<Vec<usize>> {
        Ok(self.clusters.predict(embedding)?)
    }
}
