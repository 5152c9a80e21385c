//! Other networks to start from: changes of the settings by the paper's text.

use super::settings::NORMALISED;
use deepclust_methods::{
    AeKMeansSettings, ClusterAutoencoders, DamicSettings, DcnSettings, DecSettings, KDaeSettings,
    Pretraining, ReconstructionDistance, ReconstructionLoss,
};
use deepclust_nets::{Activation, BatchNormSettings, Init, LayerInits, SgdSettings, TrainSettings};

/// Settings that begin with an autoencoder of all samples.
pub(super) trait Starts {
    /// That autoencoder.
    fn start(&mut self) -> &mut Pretraining;
}

impl Starts for AeKMeansSettings {
    fn start(&mut self) -> &mut Pretraining {
        &mut self.pretraining
    }
}

impl Starts for DecSettings {
    fn start(&mut self) -> &mut Pretraining {
        &mut self.pretraining
    }
}

impl Starts for DcnSettings {
    fn start(&mut self) -> &mut Pretraining {
        &mut self.pretraining
    }
}

impl Starts for KDaeSettings {
    fn start(&mut self) -> &mut Pretraining {
        &mut self.start.pretraining
    }
}

impl Starts for DamicSettings {
    fn start(&mut self) -> &mut Pretraining {
        &mut self.start.pretraining
    }
}

fn linear_code(settings: &mut Pretraining) {
    settings.code = Activation::Identity;
    settings.batch_norm = Some(BatchNormSettings { code: false, ..NORMALISED });
}

/// The network of the authors' code: d-500-500-2000-10 with the decoder 10-500-500-d, 80 epochs at most.
pub(super) fn authors(settings: &mut impl Starts) {
    let start = settings.start();
    linear_code(start);
    start.widths = vec![500, 500, 2000, 10];
    start.decoder = Some(vec![500, 500]);
    start.layer_wise = None;
    start.train.epochs = start.train.epochs * 8 / 5;
}

/// The autoencoder of DEC and DCN on pixels in [0, 1], with the optimiser and the epochs of all others here.
pub(super) fn dec(settings: &mut impl Starts) {
    let start = settings.start();
    *start = Pretraining {
        widths: vec![500, 500, 2000, 10],
        hidden: Activation::Relu,
        code: Activation::Identity,
        output: Activation::Identity,
        // The variance is that of a public implementation of DEC on MNIST.
        init: LayerInits::all(Init::TorchLinear),
        loss: ReconstructionLoss::MeanSquaredError,
        batch_norm: None,
        layer_wise: None,
        ..start.clone()
    };
}

/// The same, trained as that implementation does on MNIST: gradient descent, step 1, momentum 0.9, 300 epochs without early stop.
pub(super) fn dec_by_descent(settings: &mut impl Starts) {
    dec(settings);
    let start = settings.start();
    start.train = TrainSettings::new(start.train.epochs * 6, 256);
    start.sgd = Some(SgdSettings { learning_rate: 1.0, momentum: 0.9 });
}

/// Each cluster's autoencoder in the authors' code.
pub(super) fn authors_clusters(settings: &mut ClusterAutoencoders) {
    linear_code(&mut settings.of_cluster);
    settings.of_cluster.widths = vec![500, 100, 10];
}

/// What follows the start in the authors' code.
pub(super) fn authors_joint(settings: &mut KDaeSettings) {
    authors_clusters(&mut settings.start);
    settings.joint.distance = ReconstructionDistance::Norm;
    settings.joint.train = TrainSettings::new(settings.joint.train.epochs.min(40), 256);
}
