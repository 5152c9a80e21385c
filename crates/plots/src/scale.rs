//! Axes as numbers: ranges, positions, ticks and their labels.

use crate::error::check_finite;
use crate::{Error, Result};

/// How values are laid out along one axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Axis {
    /// The name beside the axis; may be empty.
    pub label: String,
    /// Logarithmic instead of linear: all values must be more than 0.
    pub log: bool,
    /// The ends; `None` takes them from the data.
    pub range: Option<(f64, f64)>,
}

impl Axis {
    /// A linear axis with the range of its data.
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: label.into(), ..Self::default() }
    }

    /// The same axis, logarithmic.
    #[must_use]
    pub fn log(mut self) -> Self {
        self.log = true;
        self
    }

    /// The same axis from `low` to `high`. What lies outside is cut off at the edge of the plot.
    #[must_use]
    pub fn range(mut self, low: f64, high: f64) -> Self {
        self.range = Some((low, high));
        self
    }
}

/// Numbers closer than this, relative to their size, are one number but for rounding.
const ROUNDING: f64 = 4.0 * f64::EPSILON;
/// The same on a logarithmic axis, whose powers and logarithms round as well.
const LOG_ROUNDING: f64 = 1e-12;

/// Whether two numbers are equal but for rounding.
pub(crate) fn same(a: f64, b: f64) -> bool {
    near(a, b, ROUNDING)
}

fn near(a: f64, b: f64, rounding: f64) -> bool {
    (a - b).abs() <= rounding * a.abs().max(b.abs())
}

/// A checked axis that maps values to shares of its length.
#[derive(Clone, Debug)]
pub(crate) struct Scale {
    log: bool,
    low: f64,
    high: f64,
    whole: bool,
}

impl Scale {
    /// A scale that holds all `values`, with `slack` of its length left free at both ends.
    pub fn fit(what: &str, axis: &Axis, values: &[f64], slack: f64) -> Result<Self> {
        check_finite(what, values.iter().copied())?;
        if axis.log
            && let Some((index, value)) = values.iter().enumerate().find(|(_, v)| **v <= 0.0)
        {
            return Err(Error::NotPositive { what: what.to_owned(), index, value: *value });
        }
        let whole = !axis.log && !values.is_empty() && values.iter().all(|v| v.fract() == 0.0);
        let (mut low, mut high) = axis.range.unwrap_or_else(|| extent(values));
        let bad = Error::BadRange { what: what.to_owned(), low, high };
        let forwards = |f: f64| if axis.log { f.log10() } else { f };
        if axis.range.is_none() {
            let (a, b) = (forwards(low), forwards(high));
            // A single value, also one that rounding has spread, stands in the middle.
            let room = if !near(low, high, if axis.log { LOG_ROUNDING } else { ROUNDING }) {
                (b - a) * slack
            } else if a.abs() < 1e-290 || axis.log {
                0.5
            } else {
                a.abs() * 0.1
            };
            let back = |f: f64| if axis.log { 10_f64.powf(f) } else { f };
            (low, high) = (back(a - room).max(f64::MIN), back(b + room).min(f64::MAX));
        }
        let span = forwards(high) - forwards(low);
        let rounding = if axis.log { LOG_ROUNDING } else { ROUNDING };
        let resolvable = !near(forwards(low), forwards(high), rounding);
        if !(low < high && span.is_finite() && resolvable && (!axis.log || low > 0.0)) {
            return Err(bad);
        }
        Ok(Self { log: axis.log, low, high, whole })
    }

    /// The share of the axis below `value`: 0 at its lower, 1 at its upper end; cut off there.
    pub fn at(&self, value: f64) -> f64 {
        let f = |v: f64| if self.log { v.log10() } else { v };
        ((f(value) - f(self.low)) / (f(self.high) - f(self.low))).clamp(0.0, 1.0)
    }

    pub fn low(&self) -> f64 {
        self.low
    }

    pub fn contains(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    /// About `count` round values with their labels.
    pub fn ticks(&self, count: usize) -> Vec<(f64, String)> {
        let mut values = if self.log { self.log_ticks(count) } else { self.linear_ticks(count) };
        values.dedup();
        let step = values.windows(2).map(|w| w[1] - w[0]).fold(f64::INFINITY, f64::min);
        let most = values.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
        // On a logarithmic axis either all labels are powers of ten or none is.
        let tiny = self.log && values.iter().any(|v| *v < 0.99e-3);
        let most = if tiny { f64::INFINITY } else { most };
        let label = |v: f64| (v, label(v, if self.log { v } else { step }, most));
        let mut ticks: Vec<(f64, String)> = values.into_iter().map(label).collect();
        // Of values that differ beyond the digits of a label, the first has it.
        ticks.dedup_by(|next, kept| next.1 == kept.1);
        ticks
    }

    fn linear_ticks(&self, count: usize) -> Vec<f64> {
        let rough = (self.high - self.low) / count.max(1) as f64;
        let power = 10_f64.powf(rough.log10().floor());
        let mut step = [1.0, 2.0, 5.0, 10.0]
            .map(|m| m * power)
            .into_iter()
            .find(|s| *s >= rough * 0.999)
            .unwrap_or(rough);
        if self.whole {
            step = step.max(1.0);
        }
        let (first, last) =
            ((self.low / step - 1e-9).ceil() as i64, (self.high / step + 1e-9).floor() as i64);
        (first..=last).map(|i| i as f64 * step).collect()
    }

    fn log_ticks(&self, count: usize) -> Vec<f64> {
        let (first, last) = (self.low.log10().floor() as i32, self.high.log10().ceil() as i32);
        let every = ((last - first) as usize).div_ceil(count.max(1)).max(1);
        let of = |parts: &[f64], every: usize| -> Vec<f64> {
            (first..=last)
                .filter(|e| e.rem_euclid(every as i32) == 0)
                .flat_map(|e| parts.iter().map(move |p| p * 10_f64.powi(e)))
                .filter(|v| self.contains(*v))
                .collect()
        };
        let decades = of(&[1.0], every);
        let finer = of(&[1.0, 2.0, 5.0], 1);
        if decades.len() < 3 && (3..=count.max(2) * 2).contains(&finer.len()) {
            finer
        } else if decades.len() >= 2 {
            decades
        } else {
            self.linear_ticks(count)
        }
    }
}

fn extent(values: &[f64]) -> (f64, f64) {
    values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)))
}

/// A number as one writes it: grouped thousands, as many decimals as the step needs, powers of ten when it is extreme.
fn label(value: f64, step: f64, most: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let extreme = most >= 1e6 || (most < 1e-3 && most > 0.0);
    if extreme {
        return power_label(value, step);
    }
    let decimals = if step.is_finite() { decimals(step) } else { decimals(value.abs()).max(2) };
    number(value, decimals)
}

/// Digits after the point that a step of this size needs.
fn decimals(step: f64) -> usize {
    let mut digits = (-step.log10() - 1e-9).ceil().max(0.0) as usize;
    // A step such as 0.25 needs one more.
    let scaled = step * 10_f64.powi(digits as i32);
    if (scaled - scaled.round()).abs() > 1e-6 {
        digits += 1;
    }
    digits.min(12)
}

fn power_label(value: f64, step: f64) -> String {
    let exponent = value.abs().log10().floor() as i32;
    let unit = 10_f64.powi(exponent);
    let mantissa = value / unit;
    let digits = if step.is_finite() { decimals(step / unit).min(4) } else { 2 };
    let raised: String = exponent.to_string().chars().map(superscript).collect();
    if (mantissa - 1.0).abs() < 1e-9 {
        return format!("10{raised}");
    }
    format!("{}×10{raised}", number(mantissa, digits))
}

fn superscript(c: char) -> char {
    match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        digit => digit.to_digit(10).and_then(|d| char::from_u32(0x2070 + d)).unwrap_or(digit),
    }
}

/// A number with a fixed count of decimals, grouped thousands and a true minus sign.
pub(crate) fn number(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut out = String::new();
    if value < 0.0 && text.bytes().any(|b| (b'1'..=b'9').contains(&b)) {
        out.push('−');
    }
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis, values: &[f64], count: usize) -> Vec<String> {
        let scale = Scale::fit("axis", axis, values, 0.0).unwrap();
        scale.ticks(count).into_iter().map(|t| t.1).collect()
    }

    #[test]
    fn ticks_are_round() {
        let axis = Axis::default();
        assert_eq!(labels(&axis, &[0.0, 1.0], 5), ["0", "1"]);
        assert_eq!(labels(&axis, &[0.0, 0.5, 1.0], 5), ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(labels(&axis, &[-20.5, 20.0], 4), ["−20", "0", "20"]);
        assert_eq!(labels(&axis, &[0.0, 60_000.0], 4), ["0", "20,000", "40,000", "60,000"]);
        assert_eq!(labels(&axis, &[0.0, 3e6], 3), ["0", "10⁶", "2×10⁶", "3×10⁶"]);
        assert_eq!(labels(&axis, &[0.0, 2e-5], 2), ["0", "10⁻⁵", "2×10⁻⁵"]);
        assert_eq!(labels(&axis, &[1.0, 2.0, 3.0], 9), ["1", "2", "3"]);
    }

    #[test]
    fn log_ticks_are_decades_or_1_2_5() {
        let axis = Axis::default().log();
        assert_eq!(labels(&axis, &[1e-3, 1.0], 6), ["0.001", "0.01", "0.1", "1"]);
        assert_eq!(labels(&axis, &[1e-5, 0.1], 3), ["10⁻⁴", "10⁻²"]);
        assert_eq!(labels(&axis, &[0.1, 3.0], 6), ["0.1", "0.2", "0.5", "1", "2"]);
        assert!(labels(&axis, &[1e-12, 1e12], 5).len() <= 6);
        assert!(labels(&axis, &[3.1, 3.9], 5).len() >= 3);
    }

    #[test]
    fn positions_run_from_0_to_1() {
        let scale = Scale::fit("y", &Axis::new("y").range(0.0, 10.0), &[50.0], 0.1).unwrap();
        assert_eq!((scale.at(0.0), scale.at(2.5), scale.at(50.0)), (0.0, 0.25, 1.0));
        let scale = Scale::fit("y", &Axis::new("y").log().range(0.1, 10.0), &[1.0], 0.1).unwrap();
        assert!((scale.at(1.0) - 0.5).abs() < 1e-12);
        let single = Scale::fit("y", &Axis::default(), &[5.0, 5.0], 0.05).unwrap();
        assert!((single.at(5.0) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn values_that_only_rounding_parts_are_one() {
        for values in
            [vec![0.3, 0.1 + 0.2, 0.3], vec![-1e300 * (1.0 + f64::EPSILON), -1e300], vec![5e-324, 1e-323]]
        {
            for log in [false, true] {
                if log && values[0] < 0.0 {
                    continue;
                }
                let axis = Axis { log, ..Axis::default() };
                let scale = Scale::fit("y", &axis, &values, 0.06).unwrap();
                if values[0].abs() > 1e-300 {
                    assert!(values.iter().all(|&v| (scale.at(v) - 0.5).abs() < 1e-3), "{values:?} {log}");
                }
                assert!(scale.ticks(5).len() <= 12);
            }
        }
        assert!(Scale::fit("y", &Axis::default(), &[f64::MAX], 0.06).is_ok());
        assert!(Scale::fit("y", &Axis::default(), &[1e-320], 0.06).is_ok());
    }

    #[test]
    fn values_that_more_than_rounding_parts_are_kept_apart() {
        let values = [1.7e18, 1.7e18 + 1000.0, 1.7e18 + 2000.0];
        let scale = Scale::fit("x", &Axis::default(), &values, 0.03).unwrap();
        let at = values.map(|v| scale.at(v));
        assert!(at[0] < 0.1 && (at[1] - 0.5).abs() < 0.1 && at[2] > 0.9, "{at:?}");
        let ticks = scale.ticks(6);
        assert!((1..=12).contains(&ticks.len()), "{ticks:?}");
        let labels: std::collections::BTreeSet<&String> = ticks.iter().map(|t| &t.1).collect();
        assert_eq!(labels.len(), ticks.len());
    }

    #[test]
    fn bad_ranges_are_named() {
        let fit = |axis: Axis, v: &[f64]| Scale::fit("y axis", &axis, v, 0.0).unwrap_err().to_string();
        assert_eq!(
            fit(Axis::default(), &[1.0, f64::NAN]),
            "y axis: value 1 is NaN, expected a finite number"
        );
        assert_eq!(
            fit(Axis::default().log(), &[1.0, 0.0]),
            "y axis: value 1 is 0, expected more than 0 on a logarithmic axis"
        );
        assert!(fit(Axis::default().range(2.0, 2.0), &[1.0]).contains("increasing range, found 2 to 2"));
        assert!(fit(Axis::default().range(f64::NAN, 2.0), &[1.0]).contains("increasing range"));
        assert!(fit(Axis::default(), &[-1.7e308, 1.7e308]).contains("increasing range"));
        assert!(fit(Axis::default().log().range(0.0, 1.0), &[1.0]).contains("increasing range"));
    }
}
