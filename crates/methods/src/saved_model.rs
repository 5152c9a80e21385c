use crate::{Error, FittedScaling, METHODS, Model, Result};
use deepclust_nets::{
    Device, Network, NetworkSpec, Tensor, load_tensors, save_tensors, to_array1, to_array2,
};
use ndarray::{Array1, Array2};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// What a fitted model consists of, ready to be written. Only the kinds of model of this crate can be read again, and so only
/// they can make one.
#[derive(Debug)]
pub struct ModelParts {
    kind: &'static str,
    settings: Map<String, Value>,
    tensors: Vec<(String, Tensor)>,
}

impl ModelParts {
    /// Nothing yet, of a model of that kind.
    pub(crate) fn new(kind: &'static str) -> Self {
        Self { kind, settings: Map::new(), tensors: Vec::new() }
    }

    pub(crate) fn set(mut self, name: &str, value: impl serde::Serialize) -> Result<Self> {
        let value = serde_json::to_value(value)
            .map_err(|error| Error::Settings { method: self.kind, problem: error.to_string() })?;
        self.settings.insert(name.to_owned(), value);
        Ok(self)
    }

    pub(crate) fn tensor(mut self, name: &str, tensor: &Tensor) -> Self {
        self.tensors.push((name.to_owned(), tensor.shallow_clone()));
        self
    }

    /// The state of a network, its names after `prefix`.
    pub(crate) fn state(mut self, prefix: &str, state: Vec<(String, Tensor)>) -> Self {
        self.tensors.extend(state.into_iter().map(|(name, tensor)| (format!("{prefix}.{name}"), tensor)));
        self
    }

    pub(crate) fn scaling(mut self, scaling: &FittedScaling) -> Self {
        let (shift, factor, rows_of_one) = scaling.parts();
        if rows_of_one {
            self.settings.insert(ROWS_OF_ONE.to_owned(), Value::from(true));
        }
        self.tensor("scaling.shift", &line(shift)).tensor("scaling.factor", &line(factor))
    }

    pub(crate) fn autoencoder(self, network: &dyn Network) -> Result<Self> {
        let parts = match network.spec() {
            // As before there were other kinds.
            NetworkSpec::FullyConnected(settings) => self.set("autoencoder", settings)?,
            spec => self.set("network", spec)?,
        };
        Ok(parts.state("autoencoder", network.named_state()))
    }
}

/// Whether the scaling makes rows of length 1; older files do not say.
const ROWS_OF_ONE: &str = "scaling.rows_of_one";

/// A row of numbers as a tensor.
pub(crate) fn line<T: deepclust_nets::Element>(values: &Array1<T>) -> Tensor {
    Tensor::from_slice(&values.to_vec())
}

/// What was read from a file.
pub(crate) struct SavedModel {
    path: PathBuf,
    settings: Map<String, Value>,
    tensors: HashMap<String, Tensor>,
    pub device: Device,
}

impl SavedModel {
    pub(crate) fn problem(&self, problem: String) -> Error {
        deepclust_nets::Error::Checkpoint { path: self.path.clone(), problem }.into()
    }

    pub(crate) fn get<T: DeserializeOwned>(&self, name: &str) -> Result<T> {
        let value = self.settings.get(name).cloned().unwrap_or_default();
        serde_json::from_value(value).map_err(|error| self.problem(format!("`{name}`: {error}")))
    }

    pub(crate) fn tensor(&self, name: &str) -> Result<Tensor> {
        let tensor = self.tensors.get(name).map(|tensor| tensor.to_device(self.device));
        tensor.ok_or_else(|| self.problem(format!("expected a tensor `{name}`, found none")))
    }

    pub(crate) fn matrix(&self, name: &str) -> Result<Array2<f32>> {
        Ok(to_array2(&self.tensor(name)?)?)
    }

    pub(crate) fn line(&self, name: &str) -> Result<Array1<f32>> {
        Ok(to_array1(&self.tensor(name)?)?)
    }

    pub(crate) fn exact_line(&self, name: &str) -> Result<Array1<f64>> {
        let values = Vec::<f64>::try_from(&self.tensor(name)?.to_device(Device::Cpu));
        Ok(Array1::from_vec(values.map_err(|error| self.problem(format!("`{name}`: {error}")))?))
    }

    pub(crate) fn has(&self, tensor: &str) -> bool {
        self.tensors.contains_key(tensor)
    }

    pub(crate) fn whole_numbers(&self, name: &str) -> Result<Vec<usize>> {
        let values = self.exact_line(name)?;
        if values.iter().any(|value| !(0.0..=1e15).contains(value) || value.fract() != 0.0) {
            return Err(self.problem(format!("`{name}`: expected whole numbers, found others")));
        }
        Ok(values.iter().map(|&value| value as usize).collect())
    }

    /// The tensors whose names begin with `prefix` and a point, without these.
    pub(crate) fn state(&self, prefix: &str) -> Vec<(String, Tensor)> {
        let named = self.tensors.iter();
        named
            .filter_map(|(name, tensor)| {
                let rest = name.strip_prefix(prefix)?.strip_prefix('.')?;
                Some((rest.to_owned(), tensor.shallow_clone()))
            })
            .collect()
    }

    pub(crate) fn scaling(&self) -> Result<FittedScaling> {
        let rows_of_one = self.get::<Option<bool>>(ROWS_OF_ONE)?.unwrap_or(false);
        FittedScaling::from_parts(self.line("scaling.shift")?, self.line("scaling.factor")?, rows_of_one)
    }

    pub(crate) fn autoencoder(&self) -> Result<Box<dyn Network>> {
        let spec = match self.get::<Option<NetworkSpec>>("network")? {
            Some(spec) => spec,
            None => NetworkSpec::FullyConnected(self.get("autoencoder")?),
        };
        // Every weight is overwritten: the seed does not matter.
        let network = spec.build(self.device, &mut crate::Seed(0).stream("weights"))?;
        network.set_state(&self.state("autoencoder"))?;
        Ok(network)
    }
}

/// Writes a fitted model as one safetensors file: weights as tensors, the rest as JSON in its metadata. An older file of
/// that name is replaced as a whole or not at all.
///
/// # Errors
/// When the file cannot be written.
pub fn save_model(path: &Path, model: &dyn Model) -> Result<()> {
    save_model_with(path, model, None)
}

/// As [`save_model`], with a note of the caller's, such as how to read the data that the model is for.
///
/// # Errors
/// As [`save_model`].
pub fn save_model_with(path: &Path, model: &dyn Model, note: Option<&Value>) -> Result<()> {
    let parts = model.parts()?;
    let mut settings = parts.settings;
    settings.insert("kind".to_owned(), Value::from(parts.kind));
    if let Some(note) = note {
        settings.insert(NOTE.to_owned(), note.clone());
    }
    Ok(save_tensors(path, &parts.tensors, &Value::Object(settings).to_string())?)
}

/// Where a caller's note lies.
const NOTE: &str = "note";

/// Reads what [`save_model`] wrote: the model embeds and predicts as before, bit for bit on the same device.
///
/// # Errors
/// When the file cannot be read, is no such file, or is of a kind that this version does not know.
pub fn load_model(path: &Path, device: Device) -> Result<Box<dyn Model>> {
    load_model_with(path, device).map(|(model, _)| model)
}

/// As [`load_model`], with the note that [`save_model_with`] was given.
///
/// # Errors
/// As [`load_model`].
pub fn load_model_with(path: &Path, device: Device) -> Result<(Box<dyn Model>, Option<Value>)> {
    let (tensors, text) = load_tensors(path)?;
    let problem = |problem: String| deepclust_nets::Error::Checkpoint { path: path.to_owned(), problem };
    let settings: Map<String, Value> = serde_json::from_str(&text)
        .map_err(|error| problem(format!("expected a fitted model, found {error}")))?;
    let kind = settings.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned();
    let Some(method) = METHODS.iter().find(|method| method.kind == kind) else {
        let mut known: Vec<&str> = METHODS.iter().map(|method| method.kind).collect();
        known.dedup();
        let known = known.join(", ");
        return Err(problem(format!("expected a fitted model of the kind {known}; found `{kind}`")).into());
    };
    let tensors = tensors.into_iter().collect();
    let note = settings.get(NOTE).cloned();
    let model = (method.load)(&SavedModel { path: path.to_owned(), settings, tensors, device })?;
    Ok((model, note))
}
