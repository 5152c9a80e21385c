use crate::k_means::{k_means_facts, run_k_means};
use crate::method::check_samples;
use crate::{Context, Error, Fitted, FittedScaling, Method, Model, Result, Scaling, Series};
use deepclust_cluster::{KMeansModel, KMeansSettings};
use deepclust_losses::{binary_cross_entropy, mean_squared_error};
use deepclust_nets::{
    Activation, Adam, AdamSettings, Autoencoder, AutoencoderSettings, LayerInits, Tensor, TrainSettings,
    Trainer, to_tensor_on,
};
use ndarray::{Array2, ArrayView2};
use serde::{Deserialize, Serialize};

/// How far a reconstruction is from its original.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReconstructionLoss {
    /// [`mean_squared_error`]
    MeanSquaredError,
    /// [`binary_cross_entropy`]; needs features and outputs in [0, 1].
    BinaryCrossEntropy,
}

impl ReconstructionLoss {
    fn between(self, reconstruction: &Tensor, x: &Tensor) -> Tensor {
        match self {
            Self::MeanSquaredError => mean_squared_error(reconstruction, x),
            Self::BinaryCrossEntropy => binary_cross_entropy(reconstruction, x),
        }
    }
}

/// Settings of [`AeKMeans`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AeKMeansSettings {
    /// Applied to the features first.
    #[serde(default)]
    pub scaling: Scaling,
    /// Widths after the input, the last being the code's, for instance `[128, 64]`.
    pub widths: Vec<usize>,
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
    /// Epochs and batch size.
    pub train: TrainSettings,
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

    /// The method with these settings under one of its names.
    pub fn new(slug: &'static str, settings: AeKMeansSettings) -> Self {
        Self { slug, settings }
    }

    fn network_settings(&self, features: usize) -> AutoencoderSettings {
        let s = &self.settings;
        AutoencoderSettings {
            widths: std::iter::once(features).chain(s.widths.iter().copied()).collect(),
            hidden: s.hidden,
            code: s.code,
            output: s.output,
            init: s.init,
        }
    }

    /// Cross-entropy is defined for values in [0, 1] on both sides.
    fn check_loss(&self, x: ArrayView2<'_, f32>) -> Result<()> {
        if self.settings.loss != ReconstructionLoss::BinaryCrossEntropy {
            return Ok(());
        }
        if self.settings.output != Activation::Sigmoid {
            let problem =
                format!("`binary-cross-entropy` needs a sigmoid output, found {:?}", self.settings.output);
            return Err(Error::Settings { method: self.slug, problem });
        }
        match x.iter().find(|value| !(0.0..=1.0).contains(*value)) {
            Some(value) => Err(Error::Samples {
                expected: "values in [0, 1] for `binary-cross-entropy`".to_owned(),
                found: value.to_string(),
            }),
            None => Ok(()),
        }
    }

    /// The trained network and the mean loss of every epoch.
    fn train(&self, x: ArrayView2<'_, f32>, context: &mut Context<'_>) -> Result<(Autoencoder, Vec<f64>)> {
        let (seed, device) = (context.seed, context.device);
        let network =
            Autoencoder::new(self.network_settings(x.ncols()), device, &mut seed.stream("weights"))?;
        let mut adam = Adam::new(self.settings.adam, network.parameters())?;
        let trainer = Trainer::new(self.settings.train)?;
        let data = to_tensor_on(x, device);
        let loss = |batch: &Tensor| {
            let x = data.index_select(0, batch);
            self.settings.loss.between(&network.forward(&x), &x)
        };
        let history = context.stage("autoencoder", |context| {
            trainer.run(x.nrows(), device, &mut adam, &mut seed.stream("batches"), loss, |epoch| {
                let detail = format!("loss {:.5}", epoch.loss);
                context.progress.report("autoencoder", epoch.done, epoch.total, &detail)
            })
        })?;
        Ok((network, history))
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
        self.check_loss(scaled.view())?;
        let (network, history) = self.train(scaled.view(), context)?;
        let embedding = network.embed(scaled.view())?;
        let clusters = run_k_means(&self.settings.k_means, embedding.view(), k, context)?;
        let mut facts = k_means_facts(&clusters);
        facts.insert("parameters".to_owned(), network.parameter_counts().iter().sum::<usize>() as f64);
        Ok(Fitted {
            labels: clusters.labels().to_vec(),
            embedding,
            history: vec![Series {
                name: "reconstruction loss".to_owned(),
                step: "epoch".to_owned(),
                values: history,
            }],
            facts,
            model: Box::new(AeKMeansModel { scaling, network, clusters }),
        })
    }
}

struct AeKMeansModel {
    scaling: FittedScaling,
    network: Autoencoder,
    clusters: KMeansModel<f32>,
}

impl Model for AeKMeansModel {
    fn embed(&self, x: ArrayView2<'_, f32>) -> Result<Array2<f32>> {
        Ok(self.network.embed(self.scaling.apply(x)?.view())?)
    }

    fn predict(&self, x: ArrayView2<'_, f32>) -> Result<Vec<usize>> {
        Ok(self.clusters.predict(self.embed(x)?.view())?)
    }
}
