//! Which samples each network of a mixture has for its own.

use crate::AutoencoderMixture;
use std::ops::Range;
use tch::{Device, Kind, Tensor};

/// The rows of n samples in parts that k networks can take at a time.
pub(crate) fn batches(n: usize) -> impl Iterator<Item = Range<usize>> {
    const BATCH: usize = 1000;
    (0..n).step_by(BATCH).map(move |start| start..(start + BATCH).min(n))
}

/// Σ over features of (x̂ − x)², for reconstructions of shape (…, rows, d) and x of (rows, d).
pub(crate) fn squared_errors(output: &Tensor, x: &Tensor) -> Tensor {
    (output - x).square().sum_dim_intlist([-1i64].as_slice(), false, Kind::Float)
}

/// For each autoencoder the rows of a batch that it is responsible for, one autoencoder after the other.
pub(crate) struct Selection {
    /// Row numbers in the batch, shape (m).
    pub rows: Tensor,
    /// The autoencoder of each, shape (m).
    pub parts: Tensor,
    /// Responsibilities, shape (m).
    pub weights: Tensor,
    /// How many rows each autoencoder has, length k.
    counts: Vec<i64>,
}

impl Selection {
    /// From responsibilities of shape (batch, k).
    pub(crate) fn of(responsibilities: &Tensor) -> Self {
        let by_part = responsibilities.transpose(0, 1).contiguous();
        let chosen = by_part.gt(AutoencoderMixture::NEGLIGIBLE);
        let counts = chosen.sum_dim_intlist([1i64].as_slice(), false, Kind::Int64);
        let counts = counts.to_device(Device::Cpu); // once, not number by number
        let counts = (0..counts.size()[0]).map(|i| counts.int64_value(&[i])).collect();
        let places = chosen.nonzero();
        let (parts, rows) = (places.select(1, 0).contiguous(), places.select(1, 1).contiguous());
        let chosen = &parts * by_part.size()[1] + &rows;
        Self { weights: by_part.view([-1]).index_select(0, &chosen), rows, parts, counts }
    }

    /// Of what each autoencoder has of its own, shape (k, batch, width): (m, width).
    pub(crate) fn of_each(&self, hidden: &Tensor) -> Tensor {
        // (batch, k, width) is how the layers before left it in memory.
        let flat = hidden.transpose(0, 1).reshape([-1, hidden.size()[2]]);
        flat.index_select(0, &(&self.rows * self.counts.len() as i64 + &self.parts))
    }

    /// Shape (m, width) as one tensor for each autoencoder.
    pub(crate) fn split(&self, all: &Tensor) -> Vec<Tensor> {
        all.split_with_sizes(&self.counts, 0)
    }

    /// The selection of weights, shape (batch, k), and of x, shape (batch, width), each one's own rows.
    pub(crate) fn with_rows(x: &Tensor, weights: &Tensor) -> (Self, Vec<Tensor>) {
        let selection = tch::no_grad(|| Self::of(&weights.detach()));
        let own = selection.split(&x.index_select(0, &selection.rows));
        (selection, own)
    }

    /// The mean over the batch of Σ_i w_i e_i, a scalar: the weights have shape (batch, k), and each network's errors are of its own
    /// rows. The gradient reaches both.
    pub(crate) fn weighted_mean(&self, errors: &[Tensor], weights: &Tensor) -> Tensor {
        let batch = weights.size()[0];
        let places = &self.parts * batch + &self.rows;
        let weights = weights.transpose(0, 1).reshape([-1]).index_select(0, &places);
        (weights * Tensor::cat(errors, 0)).sum(Kind::Float) / batch
    }
}
