//! Reconstruction and neighbours, trained together.

use super::SnnlSettings;
use crate::names::series::{NEIGHBOURS, NEIGHBOURS_GRADIENT, RECONSTRUCTION, RECONSTRUCTION_GRADIENT};
use crate::training::{AUTOENCODER, Training};
use crate::{Context, Error, Result};
use deepclust_losses::composite_loss;
use deepclust_nets::{
    Adam, Kind, Losses, Network, Objective, Optimizer, Step, Tensor, TrainHistory, to_tensor_on,
};
use ndarray::ArrayView2;

/// The trained network, and its losses.
pub(super) fn train(
    settings: &SnnlSettings,
    x: ArrayView2<'_, f32>,
    labels: Option<&[usize]>,
    context: &mut Context<'_>,
) -> Result<(Box<dyn Network>, TrainHistory)> {
    let (seed, device) = (context.seed, context.device);
    let mut network = settings.spec(x.ncols()).build(device, &mut seed.stream("weights"))?;
    let adam = network.train_in(settings.precision, settings.adam)?;
    let labels = labels.map(|labels| {
        let labels: Vec<i64> = labels.iter().map(|&label| label as i64).collect();
        Tensor::from_slice(&labels).to_device(device)
    });
    let mut both = Both { settings, network: &*network, labels, adam };
    let history =
        Training::new(AUTOENCODER, settings.train).run(&to_tensor_on(x, device), &mut both, context)?;
    Ok((network, history))
}

/// ℓ_rec + α ℓ_sn.
struct Both<'a> {
    settings: &'a SnnlSettings,
    network: &'a dyn Network,
    labels: Option<Tensor>,
    adam: Adam,
}

impl Objective for Both<'_> {
    type Error = Error;

    fn loss(&mut self, step: &Step) -> Result<Losses> {
        let s = self.settings;
        let labels = self.labels.as_ref().map(|labels| labels.index_select(0, &step.samples));
        let outputs = self.network.layer_outputs(&s.precision.input(&step.x));
        let reconstruction = s.reconstruction.between(&outputs[outputs.len() - 1].activated, &step.x)?;
        let layers = s.layers.select(&outputs);
        let temperature = s.temperature.at(step.epoch);
        let neighbours =
            s.reduction.soft_nearest_neighbour(&s.snnl, &layers, labels.as_ref(), temperature)?;
        let mut parts =
            vec![(RECONSTRUCTION.into(), reconstruction.detach()), (NEIGHBOURS.into(), neighbours.detach())];
        if step.batch == 0 {
            let leaves = self.adam.leaves();
            // The sum with 0 · ℓ_rec depends on every parameter, also where the neighbours' loss does not.
            let by_all = &neighbours * s.alpha + &reconstruction * 0.0;
            parts.push((RECONSTRUCTION_GRADIENT.into(), gradient_norm(&reconstruction, leaves)));
            parts.push((NEIGHBOURS_GRADIENT.into(), gradient_norm(&by_all, leaves)));
        }
        Ok(Losses { total: composite_loss(&reconstruction, &neighbours, s.alpha)?, parts })
    }

    fn optimisers(&mut self) -> Vec<&mut dyn Optimizer> {
        vec![&mut self.adam]
    }
}

/// ‖∂loss/∂θ‖ over all parameters, with the graph kept for the step that follows.
fn gradient_norm(loss: &Tensor, parameters: &[Tensor]) -> Tensor {
    let gradients = Tensor::run_backward(&[loss], parameters, true, false);
    let squares: Vec<Tensor> =
        gradients.iter().map(|g| g.to_kind(Kind::Double).square().sum(Kind::Double)).collect();
    Tensor::stack(&squares, 0).sum(Kind::Double).sqrt()
}
