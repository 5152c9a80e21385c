//! Networks that several runs have in common, trained once.

use crate::samples::Samples;
use crate::training::AUTOENCODER;
use crate::{Context, Error, Result};
use deepclust_nets::{Network, NetworkSpec, Products, load_tensors, save_tensors};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Everything that a trained network depends on, but for what the context and the program know: seed, device, version of libtorch,
/// its kernels and threads, and the version of this crate.
pub(crate) struct CacheKey<'a, 'x, S> {
    pub method: &'static str,
    /// All settings of network and training.
    pub settings: &'a S,
    /// The samples, as the network sees them.
    pub x: Samples<'x>,
    /// Their labels, where the training uses them.
    pub labels: Option<&'a [usize]>,
}

impl<S: Serialize> CacheKey<'_, '_, S> {
    /// The network that `train` answers, with what it says of its losses.
    ///
    /// Where the context has a cache, a network of this key is taken from there, and a new one is put there, by one
    /// process at a time: it is the same bit for bit. The wall time of its training is counted either way, in the stage
    /// [`AUTOENCODER`].
    pub(crate) fn get_or_train<L: Serialize + DeserializeOwned>(
        &self,
        spec: &NetworkSpec,
        context: &mut Context<'_>,
        train: impl FnOnce(&mut Context<'_>) -> Result<(Box<dyn Network>, L)>,
    ) -> Result<(Box<dyn Network>, L)> {
        let Some(folder) = context.cache.clone() else { return train(context) };
        let path = self.path(&folder, context)?;
        // Another process may be training the same network: it is done once.
        let lock = path.with_extension("lock");
        let io = |source| deepclust_nets::Error::Io { path: lock.clone(), source };
        let held = File::create(&lock).map_err(io)?;
        let wait = Instant::now();
        held.lock().map_err(io)?;
        context.leave_out_wait(wait.elapsed().as_secs_f64());
        if path.exists() {
            // Every weight is replaced: where they come from is all the same.
            let network = spec.build(context.device, &mut context.seed.stream("weights"))?;
            // A file that does not fit is as good as none: it is written anew.
            if let Ok(cached) = restore(&path, &*network) {
                context.add_seconds(AUTOENCODER, cached.seconds);
                return Ok((network, cached.losses));
            }
        }
        let seconds = |context: &Context<'_>| context.stages().get(AUTOENCODER).copied().unwrap_or_default();
        let before = seconds(context);
        let (network, losses) = train(context)?;
        let cached = Cached { seconds: seconds(context) - before, losses };
        let text = serde_json::to_string(&cached).map_err(|error| self.unwritable(error))?;
        save_tensors(&path, &network.named_state(), &text)?;
        Ok((network, cached.losses))
    }

    fn path(&self, folder: &Path, context: &Context<'_>) -> Result<PathBuf> {
        let mut hash = Sha256::new();
        let settings = serde_json::to_string(self.settings).map_err(|error| self.unwritable(error))?;
        let device = deepclust_nets::device_name(context.device);
        let about = format!(
            "{} {:?} {} {settings} {} {device} {} {}",
            env!("CARGO_PKG_VERSION"),
            self.x.dim(),
            context.seed.0,
            deepclust_nets::libtorch_version(),
            Products::of_this_process(),
            deepclust_nets::threads()
        );
        hash.update(about.as_bytes());
        self.x.hash(&mut hash);
        for &label in self.labels.unwrap_or_default() {
            hash.update((label as u64).to_le_bytes());
        }
        let name: String = hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        std::fs::create_dir_all(folder)
            .map_err(|source| deepclust_nets::Error::Io { path: folder.to_owned(), source })?;
        Ok(folder.join(format!("{name}.safetensors")))
    }

    /// An error of writing settings or losses as text.
    fn unwritable(&self, error: serde_json::Error) -> Error {
        Error::Settings { method: self.method, problem: error.to_string() }
    }
}

/// What a file of the cache keeps besides the network.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cached<L> {
    seconds: f64,
    losses: L,
}

/// Fills the network from a file of the cache.
fn restore<L: DeserializeOwned>(path: &Path, network: &dyn Network) -> deepclust_nets::Result<Cached<L>> {
    let (values, text) = load_tensors(path)?;
    let cached = serde_json::from_str(&text).map_err(|error| deepclust_nets::Error::Checkpoint {
        path: path.to_owned(),
        problem: format!("expected seconds and losses, found {error}"),
    })?;
    network.set_state(&values)?;
    Ok(cached)
}
