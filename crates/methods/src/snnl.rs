use crate::ae_k_means::AeKMeansModel;
use crate::k_means::{k_means_facts, run_k_means};
use crate::method::check_samples;
use crate::network_cache::CacheKey;
use crate::training::{AUTOENCODER, Phase};
use crate::{Context, Error, Fitted, LabelledSubset, Method, Result, Series, SnnlSettings};
use deepclust_cluster::KMeansOptions;
use deepclust_losses::composite_loss;
use deepclust_nets::{Autoencoder, Kind, Losses, Step, Tensor, TrainHistory, to_tensor_on};
use ndarray::ArrayView2;

const RECONSTRUCTION: &str = "reconstruction loss";
const NEIGHBOURS: &str = "soft nearest neighbour loss";
const RECONSTRUCTION_GRADIENT: &str = "gradient norm, reconstruction";
const NEIGHBOURS_GRADIENT: &str = "gradient norm, weighted soft nearest neighbour";

/// An autoencoder trained on reconstruction and the soft nearest neighbour loss, then k-means on its codes
/// (Agarap and Azcarraga 2020).
///
/// The loss is ℓ_rec + α ℓ_sn at the temperature of the epoch. The supervised form is fitted on a labelled subset alone,
/// by [`fit_labelled`](Method::fit_labelled); the unsupervised one takes no labels.
///
/// The history has both parts of the loss by epoch, and of each epoch's first batch the Euclidean norms of both parts'
/// gradients by all parameters.
#[derive(Clone, Debug)]
pub struct Snnl {
    settings: SnnlSettings,
}

impl Snnl {
    /// The name in records.
    pub const SLUG: &'static str = "snnl";

    /// The method with checked settings.
    ///
    /// # Errors
    /// [`Error::Settings`], [`Error::Nets`] or [`Error::Cluster`] for settings out of range.
    pub fn new(settings: SnnlSettings) -> Result<Self> {
        settings.validate(Self::SLUG)?;
        Ok(Self { settings })
    }

    fn run(
        &self,
        x: ArrayView2<'_, f32>,
        labels: Option<&[usize]>,
        k: usize,
        context: &mut Context<'_>,
    ) -> Result<Fitted> {
        let s = &self.settings;
        let scaling = s.scaling.fit(x);
        let scaled = scaling.apply(x)?;
        s.reconstruction.check_samples(scaled.view())?;
        // Runs that differ in nothing but k-means have the network in common.
        let settings = SnnlSettings { k_means: KMeansOptions::default(), ..s.clone() };
        let key = CacheKey { method: Self::SLUG, settings: &settings, x: scaled.view(), labels };
        let (network, history) = key.get_or_train(s.network(x.ncols()), context, |context| {
            self.train(scaled.view(), labels, context)
        })?;
        let embedding = network.embed(scaled.view())?;
        let clusters = run_k_means(&s.k_means, embedding.view(), k, context)?;
        let mut facts = k_means_facts(&clusters);
        facts.insert("parameters".to_owned(), network.parameter_counts().iter().sum::<usize>() as f64);
        let parts = history.parts.into_iter().map(|(name, values)| Series::of_epochs(name, values));
        Ok(Fitted {
            labels: clusters.labels().to_vec(),
            embedding,
            history: std::iter::once(Series::of_epochs("loss", history.loss)).chain(parts).collect(),
            facts,
            start: None,
            snapshots: Vec::new(),
            model: Box::new(AeKMeansModel { scaling, network, clusters }),
        })
    }

    fn train(
        &self,
        x: ArrayView2<'_, f32>,
        labels: Option<&[usize]>,
        context: &mut Context<'_>,
    ) -> Result<(Autoencoder, TrainHistory)> {
        let s = &self.settings;
        let (seed, device) = (context.seed, context.device);
        let mut network = Autoencoder::new(s.network(x.ncols()), device, &mut seed.stream("weights"))?;
        let mut adam = network.train_in(s.precision, s.adam)?;
        let leaves: Vec<Tensor> = adam.leaves().iter().map(Tensor::shallow_clone).collect();
        let data = to_tensor_on(x, device);
        let labels = labels.map(|labels| {
            let labels: Vec<i64> = labels.iter().map(|&label| label as i64).collect();
            Tensor::from_slice(&labels).to_device(device)
        });
        let loss = |step: &Step| {
            let x = data.index_select(0, &step.samples);
            let labels = labels.as_ref().map(|labels| labels.index_select(0, &step.samples));
            let outputs = network.layer_outputs(&s.precision.input(&x));
            let reconstruction = s.reconstruction.between(&outputs[outputs.len() - 1].activated, &x);
            let layers = s.layers.select(&outputs);
            let temperature = s.temperature.at(step.epoch);
            let neighbours =
                s.reduction.soft_nearest_neighbour(&s.snnl, &layers, labels.as_ref(), temperature);
            let mut parts = vec![
                (RECONSTRUCTION.into(), reconstruction.detach()),
                (NEIGHBOURS.into(), neighbours.detach()),
            ];
            if step.batch == 0 {
                // The sum with 0 · ℓ_rec depends on every parameter, also where the neighbours' loss does not.
                let by_all = &neighbours * s.alpha + &reconstruction * 0.0;
                parts.push((RECONSTRUCTION_GRADIENT.into(), gradient_norm(&reconstruction, &leaves)));
                parts.push((NEIGHBOURS_GRADIENT.into(), gradient_norm(&by_all, &leaves)));
            }
            Losses { total: composite_loss(&reconstruction, &neighbours, s.alpha), parts }
        };
        let history = Phase::new(AUTOENCODER, s.train).train(x.nrows(), &mut adam, loss, context)?;
        Ok((network, history))
    }

    fn refuse(&self, expected: &'static str, found: &'static str) -> Error {
        Error::Labels { method: Self::SLUG, expected, found }
    }
}

/// ‖∂loss/∂θ‖ over all parameters, with the graph kept for the step that follows.
fn gradient_norm(loss: &Tensor, parameters: &[Tensor]) -> Tensor {
    let gradients = Tensor::run_backward(&[loss], parameters, true, false);
    let squares: Vec<Tensor> =
        gradients.iter().map(|g| g.to_kind(Kind::Double).square().sum(Kind::Double)).collect();
    Tensor::stack(&squares, 0).sum(Kind::Double).sqrt()
}

impl Method for Snnl {
    fn slug(&self) -> &'static str {
        Self::SLUG
    }

    fn fit(&self, x: ArrayView2<'_, f32>, k: usize, context: &mut Context<'_>) -> Result<Fitted> {
        if self.settings.supervised {
            return Err(self.refuse("labelled samples", "samples without labels"));
        }
        check_samples(x, k)?;
        self.run(x, None, k, context)
    }

    fn fit_labelled(
        &self,
        subset: &LabelledSubset<'_>,
        k: usize,
        context: &mut Context<'_>,
    ) -> Result<Fitted> {
        if !self.settings.supervised {
            return Err(self.refuse("samples without labels", "labels"));
        }
        subset.check(k)?;
        self.run(subset.x(), Some(subset.labels()), k, context)
    }
}
