use crate::batches::Batches;
use crate::train_history::RoundSums;
use crate::{
    Error, Losses, Objective, Optimizer, Result, Rows, TrainCheckpoint, TrainHistory, TrainSettings,
};
use rand::Rng;
use std::borrow::Cow;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Duration;
use tch::Tensor;

/// What is known after a round.
#[derive(Clone, Copy, Debug)]
pub struct Round<'a> {
    /// Epochs done, counted from 1; steps where the training counts steps.
    pub done: usize,
    /// The same in all.
    pub total: usize,
    /// Mean of the loss over the round.
    pub loss: f64,
    /// Everything so far.
    pub history: &'a TrainHistory,
}

/// Mini-batch training with a fresh shuffle every epoch, unless the settings keep the order.
///
/// It runs until an epoch, a step, an early stop, or the objective's own stop. After every round it notes means, reports, and
/// keeps its state. A round is an epoch unless [`rounds_of`](Self::rounds_of) says otherwise.
#[derive(Debug)]
pub struct Trainer {
    settings: TrainSettings,
    checkpoint: Option<(PathBuf, Duration)>,
    noise: [u8; 32],
    last_step: Option<usize>,
    round: Option<usize>,
}

impl Trainer {
    /// A trainer with checked settings.
    ///
    /// # Errors
    /// [`Error::Setting`] for settings out of range.
    pub fn new(settings: TrainSettings) -> Result<Self> {
        settings.validate()?;
        Ok(Self { settings, checkpoint: None, noise: [0; 32], last_step: None, round: None })
    }

    /// Keeps the state of the training in a file, written after a round when the last writing is at least `every` ago, and
    /// goes on from that file where it is there. The result is the same bit for bit as without a break, as long as the
    /// objective keeps to what [`Objective`] asks.
    ///
    /// The file does not say what was trained on what: give each training a path of its own.
    #[must_use]
    pub fn resumable(mut self, path: PathBuf, every: Duration) -> Self {
        self.checkpoint = Some((path, every));
        self
    }

    /// The key of [`Step::generator`](crate::Step::generator); zeros unless given.
    #[must_use]
    pub fn noise(mut self, key: [u8; 32]) -> Self {
        self.noise = key;
        self
    }

    /// Trains for that many steps whatever the epochs are. Means are then taken over the steps of a round, each step counting
    /// alike; by epochs they are taken over its samples.
    #[must_use]
    pub fn until_step(mut self, steps: usize) -> Self {
        self.last_step = Some(steps);
        self
    }

    /// Makes a round of that many steps, at least 1.
    #[must_use]
    pub fn rounds_of(mut self, steps: usize) -> Self {
        self.round = Some(steps.max(1));
        self
    }

    /// Minimises the objective over the rows of `data`, n of some features each, and returns the means of every round. A tensor of shape
    /// (n, features) is taken by reference; [`Rows`] says what else is.
    ///
    /// `rng` alone decides the order of samples. `on_round` hears of every round and may break off.
    ///
    /// # Errors
    /// [`Error::Diverged`] when a round's loss is not finite, [`Error::Stopped`] when `on_round` broke off,
    /// [`Error::Checkpoint`] when the file to go on from is not one of this training, [`Error::Tensor`] when there are no
    /// samples, and what the objective, libtorch or an optimiser reports.
    pub fn run<'d, O: Objective>(
        &self,
        data: impl Into<Rows<'d>>,
        objective: &mut O,
        rng: &mut impl Rng,
        mut on_round: impl FnMut(Round<'_>) -> ControlFlow<()>,
    ) -> Result<TrainHistory, O::Error> {
        let data: Rows<'d> = data.into();
        let n = data.len();
        if n == 0 {
            let (what, expected) = ("training samples".to_owned(), "at least one row".to_owned());
            return Err(Error::Tensor { what, expected, found: "none".to_owned() }.into());
        }
        if let Some(augmentation) = &self.settings.augmentation {
            let expected = augmentation.channels * augmentation.height * augmentation.width;
            if data.features() != expected {
                let (what, found) = ("images to be augmented", format!("({n}, {})", data.features()));
                return Err(Error::Shape { what, expected: format!("(n, {expected})"), found }.into());
            }
        }
        let mut checkpoint = self.checkpoint.clone().map(|(path, every)| TrainCheckpoint::new(path, every));
        let buffers = objective.buffers();
        let mut history = match &checkpoint {
            Some(checkpoint) => checkpoint.restore(&mut objective.optimisers(), &buffers)?,
            None => TrainHistory::default(),
        };
        let mut batches = Batches::new(n, self.settings.batch_size, self.settings.in_order, data.device());
        let per_epoch = batches.per_epoch();
        batches.skip(history.steps, rng);
        let epochs = self.settings.epochs_of(per_epoch);
        let last = self.last_step.unwrap_or(epochs * per_epoch);
        let by_steps = self.last_step.is_some();
        while history.steps < last {
            if self.settings.early_stop.is_some_and(|stop| stop.is_due(&history.loss))
                || objective.before_round(history.steps, &mut history)?.is_break()
            {
                break;
            }
            let mut sums = RoundSums::default();
            for _ in 0..self.round.unwrap_or(per_epoch).min(last - history.steps) {
                let mut step = batches.next(&data, self.noise, rng)?;
                if !self.settings.schedule.is_constant() {
                    let factor = self.settings.schedule.at(step.epoch);
                    objective.optimisers().iter_mut().for_each(|o| o.set_learning_rate_factor(factor));
                }
                if let Some(augmentation) = &self.settings.augmentation {
                    step.x = augmentation.apply(&step.x, &mut step.generator_of(AUGMENTATION));
                }
                let weight = if by_steps { 1 } else { step.samples.size()[0] };
                let Losses { total, parts } = objective.loss(&step)?;
                minimise(&mut objective.optimisers(), &total)?;
                objective.after_step(&step)?;
                sums.add(Cow::Borrowed(""), &total, weight);
                for (name, value) in parts {
                    sums.add(name, &value, weight);
                }
                history.steps += 1;
            }
            let mean = history.add_round(&sums);
            let epoch = history.steps.div_ceil(per_epoch);
            if !mean.is_finite() {
                return Err(Error::Diverged { epoch, loss: mean }.into());
            }
            let (done, total) = if by_steps { (history.steps, last) } else { (epoch, epochs) };
            let stop = on_round(Round { done, total, loss: mean, history: &history }).is_break();
            if let Some(checkpoint) = &mut checkpoint {
                checkpoint.save_if_due(stop, &objective.optimisers(), &buffers, &history)?;
            }
            if stop {
                return Err(Error::Stopped { epoch }.into());
            }
        }
        Ok(history)
    }
}

/// The purpose of a step's second generator; the first is the objective's.
const AUGMENTATION: u64 = 1;

/// One step of every optimiser on one differentiation of the loss.
fn minimise(optimisers: &mut [&mut dyn Optimizer], loss: &Tensor) -> Result<()> {
    if let [only] = optimisers {
        return only.minimise(loss);
    }
    let leaves: Vec<Tensor> =
        optimisers.iter().flat_map(|optimizer| optimizer.leaves()).map(Tensor::shallow_clone).collect();
    let gradients = Tensor::f_run_backward(&[loss], &leaves, false, false)?;
    let mut rest = gradients.as_slice();
    for optimizer in optimisers {
        let (own, others) = rest.split_at(optimizer.leaves().len());
        optimizer.apply(own)?;
        rest = others;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Adam, AdamSettings, EarlyStop, Init, Linear, OptimizerSettings, Sgd, SgdSettings, Step};
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;
    use tch::{Device, Kind};

    const GO_ON: fn(Round<'_>) -> ControlFlow<()> = |_| ControlFlow::Continue(());

    /// Least squares on y = 2x − 1, with noise on x if any.
    struct Line {
        layer: Linear,
        optimisers: Vec<Box<dyn Optimizer>>,
        noise: f64,
        /// Steps at which a round began, and where to end.
        rounds: (Vec<usize>, usize),
    }

    impl Line {
        fn new(optimisers: impl Fn(Tensor, Tensor) -> Vec<Box<dyn Optimizer>>) -> Self {
            let rng = &mut ChaCha8Rng::seed_from_u64(1);
            let layer = Linear::new(1, 1, Init::TorchLinear, Device::Cpu, rng);
            let optimisers = optimisers(layer.weight.shallow_clone(), layer.bias.shallow_clone());
            Self { layer, optimisers, noise: 0.0, rounds: (Vec::new(), usize::MAX) }
        }

        fn with_adam(learning_rate: f64) -> Self {
            let settings = AdamSettings { learning_rate, ..Default::default() };
            Self::new(|weight, bias| vec![Box::new(Adam::new(settings, vec![weight, bias]).unwrap())])
        }
    }

    impl Objective for Line {
        type Error = Error;

        fn loss(&mut self, step: &Step) -> Result<Losses> {
            let noise = step.generator().random_range(-1.0..1.0) * self.noise;
            let total =
                self.layer.forward(&(&step.x + noise)).mse_loss(&(&step.x * 2 - 1), tch::Reduction::Mean);
            Ok(Losses { parts: vec![("weight".into(), self.layer.weight.sum(Kind::Float))], total })
        }

        fn optimisers(&mut self) -> Vec<&mut dyn Optimizer> {
            self.optimisers.iter_mut().map(|optimizer| &mut **optimizer as &mut dyn Optimizer).collect()
        }

        fn before_round(&mut self, steps: usize, _: &mut TrainHistory) -> Result<ControlFlow<()>> {
            self.rounds.0.push(steps);
            Ok(if steps >= self.rounds.1 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        }
    }

    fn fit(
        trainer: &Trainer,
        line: &mut Line,
        on_round: impl FnMut(Round<'_>) -> ControlFlow<()>,
    ) -> Result<(TrainHistory, f64)> {
        let x = Tensor::linspace(-1, 1, 101, (Kind::Float, Device::Cpu)).view([-1, 1]);
        let history = trainer.run(&x, line, &mut ChaCha8Rng::seed_from_u64(2), on_round)?;
        Ok((history, line.layer.weight.double_value(&[0, 0])))
    }

    fn trainer(epochs: usize) -> Trainer {
        Trainer::new(TrainSettings::new(epochs, 10)).unwrap()
    }

    fn break_after(done: usize) -> impl FnMut(Round<'_>) -> ControlFlow<()> {
        move |round| if round.done == done { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    #[test]
    fn learns_a_line_and_repeats_bit_for_bit() {
        let (history, weight) = fit(&trainer(60), &mut Line::with_adam(0.05), GO_ON).unwrap();
        assert_eq!((history.loss.len(), history.parts["weight"].len(), history.steps), (60, 60, 660));
        assert!(history.loss[59] < 1e-4 && (weight - 2.0).abs() < 0.01, "{weight} {history:?}");
        assert_eq!(fit(&trainer(60), &mut Line::with_adam(0.05), GO_ON).unwrap().0, history);
    }

    #[test]
    fn a_broken_off_training_goes_on_bit_for_bit() {
        let folder = tempfile::tempdir().unwrap();
        // With noise, by epochs and by steps that are no whole epochs.
        for (trainers, stop) in [
            (&(|| trainer(20)) as &dyn Fn() -> Trainer, 7),
            (&|| trainer(1).until_step(100).rounds_of(7).noise([3; 32]), 35),
        ] {
            let line = || Line { noise: 0.1, ..Line::with_adam(0.05) };
            let path = folder.path().join(format!("{stop}.safetensors"));
            let whole = fit(&trainers(), &mut line(), GO_ON).unwrap();
            let resumable = || trainers().resumable(path.clone(), Duration::from_secs(3600));
            assert!(matches!(fit(&resumable(), &mut line(), break_after(stop)), Err(Error::Stopped { .. })));
            let mut first = 0;
            let resumed = fit(&resumable(), &mut line(), |round| {
                first = if first == 0 { round.done } else { first };
                ControlFlow::Continue(())
            });
            let (mut history, weight) = resumed.unwrap();
            assert!(history.seconds_before > 0.0);
            history.seconds_before = 0.0;
            assert!(first > stop);
            assert_eq!((history, weight), whole);
        }
    }

    #[test]
    fn noise_follows_the_key() {
        let loss = |key| {
            let mut line = Line { noise: 0.5, ..Line::with_adam(0.05) };
            fit(&trainer(1).noise(key), &mut line, GO_ON).unwrap().0.loss
        };
        assert_eq!(loss([1; 32]), loss([1; 32]));
        assert_ne!(loss([1; 32]), loss([2; 32]));
    }

    #[test]
    fn rounds_of_steps_until_a_step_or_the_objective_s_stop() {
        let trainer = || trainer(1).until_step(20).rounds_of(6);
        let mut line = Line::with_adam(0.05);
        let (history, _) = fit(&trainer(), &mut line, GO_ON).unwrap();
        // Means over steps alike, though the last batch of an epoch has one sample.
        assert_eq!((line.rounds.0, history.loss.len(), history.steps), (vec![0, 6, 12, 18], 4, 20));
        let mut line = Line { rounds: (Vec::new(), 10), ..Line::with_adam(0.05) };
        assert_eq!(fit(&trainer(), &mut line, GO_ON).unwrap().0.steps, 12);
    }

    #[test]
    fn two_optimisers_are_as_one_of_all_parameters() {
        let settings = SgdSettings { learning_rate: 0.05, momentum: 0.9 };
        let sgd =
            move |parameters| -> Box<dyn Optimizer> { Box::new(Sgd::new(settings, parameters).unwrap()) };
        let together = Line::new(|weight, bias| vec![sgd(vec![weight, bias])]);
        let apart = Line::new(|weight, bias| vec![sgd(vec![weight]), sgd(vec![bias])]);
        let [together, apart] = [together, apart].map(|mut line| fit(&trainer(5), &mut line, GO_ON).unwrap());
        assert_eq!(together, apart);
        // One of Adam for the weight, and none for the bias: the bias stays.
        let adam = OptimizerSettings::Adam(AdamSettings::default());
        let mut line = Line::new(|weight, _| vec![adam.build(vec![weight]).unwrap()]);
        let bias = line.layer.bias.copy();
        fit(&trainer(5), &mut line, GO_ON).unwrap();
        assert_eq!(line.layer.bias, bias);
    }

    #[test]
    fn a_strange_checkpoint_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("training.safetensors");
        crate::save_tensors(&path, &[("parameter.0".to_owned(), Tensor::from_slice(&[1.0f32]))], "{}")
            .unwrap();
        let resumable = trainer(2).resumable(path, Duration::ZERO);
        let error = fit(&resumable, &mut Line::with_adam(0.05), GO_ON).unwrap_err().to_string();
        assert!(error.contains("expected a training state"), "{error}");
    }

    #[test]
    fn stops_early_when_the_loss_no_longer_falls() {
        let early_stop = Some(EarlyStop { patience: 3, min_delta: 0.01 });
        let trainer = Trainer::new(TrainSettings { early_stop, ..TrainSettings::new(500, 10) }).unwrap();
        let (history, _) = fit(&trainer, &mut Line::with_adam(0.05), GO_ON).unwrap();
        assert!((4..100).contains(&history.loss.len()), "{}", history.loss.len());
    }

    #[test]
    fn divergence_a_stop_and_no_samples_are_errors() {
        let line = Line::with_adam;
        assert!(matches!(fit(&trainer(60), &mut line(1e30), GO_ON), Err(Error::Diverged { .. })));
        let stopped = fit(&trainer(60), &mut line(0.05), break_after(3));
        assert!(matches!(stopped, Err(Error::Stopped { epoch: 3 })));
        let none = Tensor::zeros([0, 1], (Kind::Float, Device::Cpu));
        let rng = &mut ChaCha8Rng::seed_from_u64(2);
        let error = trainer(1).run(&none, &mut line(0.05), rng, GO_ON).unwrap_err().to_string();
        assert_eq!(error, "training samples: expected at least one row, found none");
    }
}
