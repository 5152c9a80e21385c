use crate::{Error, Optimizer, Result, TrainHistory, load_tensors, save_tensors};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tch::Tensor;

/// All that is not a tensor.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct State {
    steps: usize,
    /// Of each optimiser.
    optimiser_steps: Vec<u64>,
    seconds: f64,
    history: TrainHistory,
}

/// The file with what a broken-off training needs to go on exactly where it was.
///
/// It keeps the optimisers' parameters and moments, the buffers that it is given, and the history. It does not say what was
/// trained on what: each training needs a path of its own.
#[derive(Debug)]
pub struct TrainCheckpoint {
    path: PathBuf,
    every: Duration,
    start: Instant,
    saved: Instant,
}

impl TrainCheckpoint {
    /// A file that is written when the last writing is at least `every` ago. The clock starts here.
    pub fn new(path: PathBuf, every: Duration) -> Self {
        let now = Instant::now();
        Self { path, every, start: now, saved: now }
    }

    /// Writes the state after the steps of the history, if it is time or `now`.
    ///
    /// # Errors
    /// [`Error::Io`] and [`Error::Checkpoint`] when the file cannot be written; an older one is left whole.
    pub fn save_if_due(
        &mut self,
        now: bool,
        optimisers: &[&mut dyn Optimizer],
        buffers: &[Tensor],
        history: &TrainHistory,
    ) -> Result<()> {
        if !now && self.saved.elapsed() < self.every {
            return Ok(());
        }
        let seconds = history.seconds_before + self.start.elapsed().as_secs_f64();
        let optimiser_steps = optimisers.iter().map(|optimizer| optimizer.steps()).collect();
        let state = State { steps: history.steps, optimiser_steps, seconds, history: history.clone() };
        let text = serde_json::to_string(&state).map_err(|error| self.problem(error.to_string()))?;
        save_tensors(&self.path, &tensors(optimisers, buffers), &text)?;
        self.saved = Instant::now();
        Ok(())
    }

    /// Restores the file's state in place and answers its history, an empty one where there is no file.
    ///
    /// # Errors
    /// [`Error::Checkpoint`] when the file belongs to another training or is damaged; nothing is changed then.
    pub fn restore(&self, optimisers: &mut [&mut dyn Optimizer], buffers: &[Tensor]) -> Result<TrainHistory> {
        if !self.path.exists() {
            return Ok(TrainHistory::default());
        }
        let (saved, text) = load_tensors(&self.path)?;
        let state: State = serde_json::from_str(&text)
            .map_err(|error| self.problem(format!("expected a training state, found {error}")))?;
        let targets = tensors(optimisers, buffers);
        let pairs = targets
            .iter()
            .map(|(name, target)| match saved.iter().find(|(n, _)| n == name) {
                Some((_, value)) if value.size() == target.size() => Ok((target.detach(), value)),
                found => Err(self.problem(format!(
                    "expected `{name}` of shape {:?}, found {:?}",
                    target.size(),
                    found.map(|(_, value)| value.size())
                ))),
            })
            .collect::<Result<Vec<_>>>()?;
        for (mut target, value) in pairs {
            target.copy_(value);
        }
        for (optimizer, steps) in optimisers.iter_mut().zip(state.optimiser_steps) {
            optimizer.set_steps(steps);
        }
        Ok(TrainHistory { steps: state.steps, seconds_before: state.seconds, ..state.history })
    }

    fn problem(&self, problem: String) -> Error {
        Error::Checkpoint { path: self.path.clone(), problem }
    }
}

/// Everything that training changes, by name.
fn tensors(optimisers: &[&mut dyn Optimizer], buffers: &[Tensor]) -> Vec<(String, Tensor)> {
    let named = |name: String, list: &[Tensor]| -> Vec<(String, Tensor)> {
        list.iter().enumerate().map(|(i, tensor)| (format!("{name}.{i}"), tensor.shallow_clone())).collect()
    };
    let mut all = named("buffer".to_owned(), buffers);
    for (o, optimizer) in optimisers.iter().enumerate() {
        all.extend(named(format!("{o}.parameter"), optimizer.parameters()));
        for (kind, list) in optimizer.moments() {
            all.extend(named(format!("{o}.{kind}"), list));
        }
    }
    all
}
