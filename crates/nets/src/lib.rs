#![doc = include_str!("../README.md")]

mod activation;
mod adam;
mod adam_flat;
mod adam_kernel;
mod autoencoder;
mod autoencoder_settings;
mod batch_norm;
mod checkpoint;
mod classifier;
mod convert;
mod device;
mod error;
mod init;
mod linear;
mod mixture;
mod mlp;
mod optimizer;
mod precision;
mod products;
mod schedule;
mod sgd;
mod slices;
mod stacked_layer;
mod train_checkpoint;
mod train_history;
mod train_settings;
mod trainer;
mod working_copy;

pub use activation::Activation;
pub use adam::{Adam, AdamSettings};
pub use autoencoder::Autoencoder;
pub use autoencoder_settings::{AutoencoderSettings, LayerInits};
pub use batch_norm::{BatchNorm, BatchNormSettings};
pub use checkpoint::{load_tensors, save_tensors};
pub use classifier::{Classifier, ClassifierSettings};
pub use convert::{to_array1, to_array2, to_tensor, to_tensor_on};
pub use device::{DeviceChoice, device_name, keep_memory, libtorch_version, threads, use_threads};
pub use error::{Error, Result};
pub use init::Init;
pub use linear::Linear;
pub use mixture::{AutoencoderMixture, MixturePass, MixtureStep};
pub use mlp::{LayerOutput, Mlp};
pub use optimizer::{Optimizer, OptimizerSettings};
pub use precision::Precision;
pub use products::Products;
pub use schedule::Schedule;
pub use sgd::{Sgd, SgdSettings};
pub use train_checkpoint::TrainCheckpoint;
pub use train_history::TrainHistory;
pub use train_settings::{EarlyStop, TrainSettings};
pub use trainer::{Epoch, Losses, Step, Trainer};

/// The tensor type of every public signature here, re-exported so that dependants need no line of their own for it.
pub use tch::kind::Element;
pub use tch::{Device, Kind, Reduction, Tensor, no_grad};
