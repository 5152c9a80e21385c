use serde::{Deserialize, Serialize};
use tch::{Kind, Tensor};

/// In what numbers a network is trained. Weights are kept, and used after training, in single precision either way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// f32 throughout.
    #[default]
    Single,
    /// Matrix products of bf16 numbers, summed in f32 and rounded to bf16; activations of hidden layers and gradients in
    /// bf16; the functions after reconstruction and (but for mixtures of autoencoders) code, losses, optimiser and weights in f32. It pays where the
    /// processor has bf16 products (AVX-512 BF16, AMX; `benches/peers/training/snnl.sh` measures it) and is slower
    /// elsewhere.
    Bf16,
}

impl Precision {
    /// Whether it is the default, which settings do not mention.
    pub fn is_single(&self) -> bool {
        *self == Self::Single
    }

    /// A batch in the numbers in which a network is to take it.
    pub fn input(self, x: &Tensor) -> Tensor {
        match self {
            Self::Single => x.shallow_clone(),
            Self::Bf16 => x.to_kind(Kind::BFloat16),
        }
    }
}
