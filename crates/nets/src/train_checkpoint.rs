//! What a broken-off training needs to go on exactly where it was.

use crate::{Error, Optimizer, Result, TrainHistory, load_tensors, save_tensors};
use serde::{Deserialize, Serialize};
use std::path::Path;
use tch::Tensor;

/// All that is not a tensor.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct State {
    epochs_done: usize,
    steps: u64,
    seconds: f64,
    history: TrainHistory,
}

/// Everything that training changes, by name.
fn tensors(optimizer: &dyn Optimizer, buffers: &[Tensor]) -> Vec<(String, Tensor)> {
    let own = [("parameter", optimizer.parameters()), ("buffer", buffers)];
    let lists = own.into_iter().chain(optimizer.moments());
    lists
        .flat_map(|(kind, list)| {
            list.iter().enumerate().map(move |(i, tensor)| (format!("{kind}.{i}"), tensor.shallow_clone()))
        })
        .collect()
}

/// Writes the state after some epochs, and the wall time that they took.
pub(crate) fn save(
    path: &Path,
    optimizer: &dyn Optimizer,
    buffers: &[Tensor],
    epochs_done: usize,
    seconds: f64,
    history: &TrainHistory,
) -> Result<()> {
    let state = State { epochs_done, steps: optimizer.steps(), seconds, history: history.clone() };
    let text = serde_json::to_string(&state)
        .map_err(|error| Error::Checkpoint { path: path.to_owned(), problem: error.to_string() })?;
    save_tensors(path, &tensors(optimizer, buffers), &text)
}

/// Restores a state in place. Answers the number of epochs done and their history.
///
/// # Errors
/// [`Error::Checkpoint`] when the file belongs to another training or is damaged; nothing is changed then.
pub(crate) fn restore(
    path: &Path,
    optimizer: &mut dyn Optimizer,
    buffers: &[Tensor],
) -> Result<(usize, TrainHistory)> {
    let problem = |problem: String| Error::Checkpoint { path: path.to_owned(), problem };
    let (saved, text) = load_tensors(path)?;
    let state: State = serde_json::from_str(&text)
        .map_err(|error| problem(format!("expected a training state, found {error}")))?;
    let targets = tensors(optimizer, buffers);
    let pairs = targets
        .iter()
        .map(|(name, target)| match saved.iter().find(|(n, _)| n == name) {
            Some((_, value)) if value.size() == target.size() => Ok((target.detach(), value)),
            found => Err(problem(format!(
                "expected `{name}` of shape {:?}, found {:?}",
                target.size(),
                found.map(|(_, value)| value.size())
            ))),
        })
        .collect::<Result<Vec<_>>>()?;
    for (mut target, value) in pairs {
        target.copy_(value);
    }
    optimizer.set_steps(state.steps);
    Ok((state.epochs_done, TrainHistory { seconds_before: state.seconds, ..state.history }))
}
