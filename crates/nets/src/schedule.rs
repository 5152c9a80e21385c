use crate::{Error, Result};
use serde::{Deserialize, Serialize};

/// What the learning rate of an epoch is multiplied by.
///
/// Of several steps at chosen epochs there is only one, as settings of a training are copied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Schedule {
    /// 1 throughout.
    #[default]
    Constant,
    /// factor^⌊epoch / every⌋, but no less than `least` and 1e-30: torch's `ExponentialLR` for `every` = 1, its `StepLR` for more.
    Exponential {
        /// What the rate is multiplied by, above 0 and at most 1.
        factor: f64,
        /// Epochs between two multiplications, at least 1.
        every: usize,
        /// In [0, 1]; 0 unless given.
        #[serde(default, skip_serializing_if = "is_zero")]
        least: f64,
    },
    /// 1 in the epochs before `at`, then `factor`: torch's `MultiStepLR` with one milestone.
    Step {
        /// The first epoch with another rate, counted from 0, at least 1.
        at: usize,
        /// Above 0.
        factor: f64,
    },
}

/// A rate that single precision rounds to 0 would be divided by.
const TINY: f64 = 1e-30;

fn is_zero(value: &f64) -> bool {
    *value == 0.0
}

impl Schedule {
    /// Checks every field's range.
    ///
    /// # Errors
    /// [`Error::Setting`] names the first field that is out of range.
    pub fn validate(&self) -> Result<()> {
        let check = |ok: bool, name, expected, found: String| {
            if ok { Ok(()) } else { Err(Error::Setting { name, expected, found }) }
        };
        let counted =
            |name, value: usize| check(value > 0, name, "a number of at least 1", value.to_string());
        match *self {
            Self::Constant => Ok(()),
            Self::Exponential { factor, every, least } => {
                counted("every", every)?;
                let ok = factor > 0.0 && factor <= 1.0;
                check(ok, "factor", "a number in (0, 1]", factor.to_string())?;
                check((0.0..=1.0).contains(&least), "least", "a number in [0, 1]", least.to_string())
            }
            Self::Step { at, factor } => {
                counted("at", at)?;
                check(factor > 0.0 && factor.is_finite(), "factor", "a number above 0", factor.to_string())
            }
        }
    }

    /// The factor of an epoch, counted from 0.
    pub fn at(&self, epoch: usize) -> f64 {
        match *self {
            Self::Constant => 1.0,
            Self::Exponential { factor, every, least } => {
                let times = i32::try_from(epoch / every.max(1)).unwrap_or(i32::MAX);
                factor.powi(times).max(least).max(TINY)
            }
            Self::Step { at, factor } => {
                if epoch < at {
                    1.0
                } else {
                    factor
                }
            }
        }
    }

    /// Whether it is the default, which settings do not mention.
    pub fn is_constant(&self) -> bool {
        *self == Self::Constant
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Adam, AdamSettings, Optimizer, Sgd, SgdSettings};
    use approx::assert_relative_eq;
    use tch::{Kind, Tensor};

    const EXPONENTIAL: Schedule = Schedule::Exponential { factor: 0.5, every: 1, least: 0.0 };
    const STAIRS: Schedule = Schedule::Exponential { factor: 0.1, every: 2, least: 0.0 };

    #[test]
    fn factors_by_epoch() {
        let factors = |schedule: Schedule| [0, 1, 2, 3, 4].map(|epoch| schedule.at(epoch));
        assert_eq!(factors(Schedule::Constant), [1.0; 5]);
        assert_eq!(factors(EXPONENTIAL), [1.0, 0.5, 0.25, 0.125, 0.0625]);
        assert_eq!(
            factors(Schedule::Exponential { factor: 0.5, every: 2, least: 0.3 }),
            [1.0, 1.0, 0.5, 0.5, 0.3]
        );
        assert_eq!(factors(Schedule::Step { at: 3, factor: 0.1 }), [1.0, 1.0, 1.0, 0.1, 0.1]);
        assert!(EXPONENTIAL.at(usize::MAX) > 0.0);
    }

    /// Five epochs of one step on Σ w⁴ from (1, −2, 3).
    fn run(optimizer: impl FnOnce(Tensor) -> Box<dyn Optimizer>, schedule: Schedule) -> Vec<f32> {
        let w = Tensor::from_slice(&[1.0f32, -2.0, 3.0]).set_requires_grad(true);
        let mut optimizer = optimizer(w.shallow_clone());
        for epoch in 0..5 {
            optimizer.set_learning_rate_factor(schedule.at(epoch));
            optimizer.minimise(&w.pow_tensor_scalar(4).sum(Kind::Float)).unwrap();
        }
        Vec::<f32>::try_from(&w.detach()).unwrap()
    }

    fn adam(flat: bool) -> impl FnOnce(Tensor) -> Box<dyn Optimizer> {
        let settings = AdamSettings { learning_rate: 0.1, ..Default::default() };
        move |w| Box::new(Adam::placed(settings, vec![w], flat).unwrap())
    }

    fn sgd(w: Tensor) -> Box<dyn Optimizer> {
        Box::new(Sgd::new(SgdSettings { learning_rate: 0.001, momentum: 0.9 }, vec![w]).unwrap())
    }

    #[test]
    fn steps_as_in_torch() {
        // torch 2.11, with s one of torch.optim.lr_scheduler.ExponentialLR(o, 0.5), .StepLR(o, 2, 0.1), .MultiStepLR(o, [3], 0.1):
        //   w = torch.tensor([1., -2., 3.], requires_grad=True)
        //   o = torch.optim.Adam([w], lr=0.1) or torch.optim.SGD([w], lr=0.001, momentum=0.9)
        //   for _ in range(5): o.zero_grad(); (w**4).sum().backward(); o.step(); s.step()
        let step = Schedule::Step { at: 3, factor: 0.1 };
        for ((schedule, by_adam), by_sgd) in [EXPONENTIAL, STAIRS, step].into_iter().zip(ADAM).zip(SGD) {
            for (found, expected) in [
                (run(adam(false), schedule), by_adam),
                (run(adam(true), schedule), by_adam),
                (run(sgd, schedule), by_sgd),
            ] {
                for (found, expected) in found.iter().zip(expected) {
                    assert_relative_eq!(*found, expected, max_relative = 1e-6);
                }
            }
        }
    }

    #[test]
    fn values_out_of_range_are_named() {
        let message = |schedule: Schedule| schedule.validate().unwrap_err().to_string();
        let exponential = |factor, every, least| message(Schedule::Exponential { factor, every, least });
        assert_eq!(exponential(0.9, 0, 0.0), "setting `every`: expected a number of at least 1, found 0");
        assert_eq!(exponential(1.5, 1, 0.0), "setting `factor`: expected a number in (0, 1], found 1.5");
        assert_eq!(exponential(0.9, 1, -1.0), "setting `least`: expected a number in [0, 1], found -1");
        let step = |at, factor| message(Schedule::Step { at, factor });
        assert_eq!(step(0, 0.1), "setting `at`: expected a number of at least 1, found 0");
        assert_eq!(step(1, 0.0), "setting `factor`: expected a number above 0, found 0");
        let text = serde_json::to_string(&EXPONENTIAL).unwrap();
        assert_eq!(text, r#"{"exponential":{"factor":0.5,"every":1}}"#);
        assert_eq!(serde_json::from_str::<Schedule>(&text).unwrap(), EXPONENTIAL);
    }

    const ADAM: [[f32; 3]; 3] = [
        [0.809_177_5, -1.807_268, 2.806_835],
        [0.782_365_4, -1.780_153, 2.779_654],
        [0.689_877_9, -1.683_397, 2.681_918],
    ];
    const SGD: [[f32; 3]; 3] = [
        [0.986_858_2, -1.897_435, 2.667_219],
        [0.985_878_1, -1.889_367, 2.638_844],
        [0.974_882_1, -1.806_614, 2.384_898],
    ];
}
