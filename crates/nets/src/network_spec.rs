use crate::{
    Autoencoder, AutoencoderMixture, AutoencoderSettings, Convolutional, ConvolutionalMixture,
    ConvolutionalSettings, Error, MixtureOfNetworks, Network, Result, Variational, VariationalSettings,
};
use rand::RngCore;
use serde::{Deserialize, Serialize};
use tch::Device;

/// A network as data: its kind and its settings.
///
/// In JSON: `{"convolutional": {"channels": 1, …}}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum NetworkSpec {
    /// [`Autoencoder`]
    FullyConnected(AutoencoderSettings),
    /// [`Convolutional`]
    Convolutional(ConvolutionalSettings),
    /// [`Variational`]
    Variational(VariationalSettings),
}

impl NetworkSpec {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`Error::Setting`](crate::Error::Setting) names the first field that is out of range.
    pub fn validate(&self) -> Result<()> {
        match self {
            Self::FullyConnected(settings) => settings.validate(),
            Self::Convolutional(settings) => settings.validate(),
            Self::Variational(settings) => settings.validate(),
        }
    }

    /// The network, with weights drawn from `rng`.
    ///
    /// # Errors
    /// As [`validate`](Self::validate).
    pub fn build(&self, device: Device, mut rng: &mut dyn RngCore) -> Result<Box<dyn Network>> {
        Ok(match self.clone() {
            Self::FullyConnected(settings) => Box::new(Autoencoder::new(settings, device, &mut rng)?),
            Self::Convolutional(settings) => Box::new(Convolutional::new(settings, device, &mut rng)?),
            Self::Variational(settings) => Box::new(Variational::new(settings, device, &mut rng)?),
        })
    }

    /// k such networks as one, with weights drawn from `rng` one network after the other.
    ///
    /// # Errors
    /// As [`validate`](Self::validate), and [`Error::Setting`](crate::Error::Setting) for k = 0, for a variational network, and for a
    /// convolutional one with batch normalisation.
    pub fn build_mixture(
        &self,
        k: usize,
        device: Device,
        mut rng: &mut dyn RngCore,
    ) -> Result<Box<dyn MixtureOfNetworks>> {
        Ok(match self {
            Self::FullyConnected(settings) => {
                let parts: Result<Vec<_>> =
                    (0..k).map(|_| Autoencoder::new(settings.clone(), device, &mut rng)).collect();
                Box::new(AutoencoderMixture::stack(&parts?)?)
            }
            Self::Convolutional(settings) => {
                let parts: Result<Vec<_>> =
                    (0..k).map(|_| Convolutional::new(settings.clone(), device, &mut rng)).collect();
                Box::new(ConvolutionalMixture::stack(&parts?)?)
            }
            Self::Variational(_) => {
                let expected = "fully connected or convolutional for a mixture";
                return Err(Error::Setting { name: "network", expected, found: "variational".to_owned() });
            }
        })
    }
}
