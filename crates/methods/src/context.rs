use crate::Seed;
use deepclust_nets::Device;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Instant;

/// Hears how far a method has come.
pub trait Progress {
    /// `done` of `total` steps of `stage`, with a word on the state such as the loss. Answering `Break` stops the method
    /// at the next safe place.
    fn report(&mut self, stage: &str, done: usize, total: usize, detail: &str) -> ControlFlow<()>;
}

/// Progress that nobody listens to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn report(&mut self, _: &str, _: usize, _: usize, _: &str) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

/// What a method gets besides samples and k: randomness, a device, a listener, and a clock.
pub struct Context<'a> {
    /// Root of all randomness.
    pub seed: Seed,
    /// Where networks live.
    pub device: Device,
    /// The listener.
    pub progress: &'a mut dyn Progress,
    /// A folder for the state of long trainings, of this run alone: a run that is made again goes on from what it finds
    /// there, with the same result. None keeps no state.
    pub checkpoints: Option<PathBuf>,
    /// A folder for networks that several methods start from. None trains them each time.
    pub cache: Option<PathBuf>,
    stages: BTreeMap<String, f64>,
    seconds_before: f64,
}

impl<'a> Context<'a> {
    /// A context with an empty clock.
    pub fn new(seed: Seed, device: Device, progress: &'a mut dyn Progress) -> Self {
        Self {
            seed,
            device,
            progress,
            checkpoints: None,
            cache: None,
            stages: BTreeMap::new(),
            seconds_before: 0.0,
        }
    }

    /// Runs one stage, announces it, and adds its wall time.
    pub fn stage<T>(&mut self, name: &str, run: impl FnOnce(&mut Self) -> T) -> T {
        let start = Instant::now();
        // A stop that is asked for here is asked for again at the next report inside the stage.
        let _ = self.progress.report(name, 0, 0, "");
        let result = run(self);
        *self.stages.entry(name.to_owned()).or_default() += start.elapsed().as_secs_f64();
        result
    }

    /// Adds the wall time that a stage took in other processes: those that were broken off, and those that trained a network
    /// of the cache.
    pub(crate) fn add_seconds(&mut self, stage: &str, seconds: f64) {
        *self.stages.entry(stage.to_owned()).or_default() += seconds;
        self.seconds_before += seconds;
    }

    /// Leaves out the wall time in which this process waited for another one's network, whose training is counted.
    pub(crate) fn leave_out_wait(&mut self, seconds: f64) {
        self.seconds_before -= seconds;
    }

    /// Wall time of other processes whose work this one took over, less what it waited for them, in seconds: with its own wall
    /// time the time that the whole run takes on its own.
    pub fn seconds_before(&self) -> f64 {
        self.seconds_before
    }

    /// Wall time by stage, in seconds.
    pub fn stages(&self) -> &BTreeMap<String, f64> {
        &self.stages
    }
}

impl std::fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context")
            .field("seed", &self.seed)
            .field("device", &self.device)
            .finish_non_exhaustive()
    }
}
