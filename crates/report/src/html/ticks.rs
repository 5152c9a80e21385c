//! Round numbers along an axis.

/// About `count` round numbers from `low` to `high`: multiples of 1, 2 or 5 times a power of ten.
pub(super) fn ticks(low: f64, high: f64, count: usize) -> Vec<f64> {
    let rough = (high - low) / count.max(1) as f64;
    if !rough.is_finite() || rough <= 0.0 {
        return vec![low];
    }
    let power = 10f64.powf(rough.log10().floor());
    let step =
        [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power).into_iter().find(|step| *step >= rough * 0.999);
    let step = step.unwrap_or(10.0 * power);
    let first = (low / step - 1e-9).ceil() as i64;
    let last = (high / step + 1e-9).floor() as i64;
    (first..=last).map(|i| i as f64 * step).collect()
}

/// A number in few characters: three digits that matter, thousands as they are, else a power of ten.
pub(super) fn short(value: f64) -> String {
    let size = value.abs();
    let text = if value == 0.0 {
        return "0".to_owned();
    } else if (1e-3..1e6).contains(&size) {
        let decimals = (2 - size.log10().floor() as i64).clamp(0, 6) as usize;
        let text = format!("{value:.decimals$}");
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
    } else {
        let text = format!("{value:.2e}");
        text.replace(".00e", "e").replace("0e", "e")
    };
    text.replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(ticks(0.0, 1.0, 5), [0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0]);
        assert_eq!(ticks(2.0, 20.0, 4), [5.0, 10.0, 15.0, 20.0]);
        assert_eq!(ticks(3.0, 3.0, 4), [3.0]);
        assert_eq!(ticks(-0.1, 0.1, 2), [-0.1, 0.0, 0.1]);
    }

    #[test]
    fn numbers_are_short() {
        let texts = [0.0, 0.6000000000000001, -2.5, 12.0, 1234.5, 70000.0, 3.2e7, 1e-5].map(short);
        assert_eq!(texts, ["0", "0.6", "−2.5", "12", "1234", "70000", "3.2e7", "1e−5"]);
    }
}
