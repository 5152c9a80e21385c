//! Columns of whole numbers that name the rows, in any order.

use rayon::prelude::*;

/// What the parts of the name of such a column are.
const ANYWHERE: [&str; 6] = ["id", "ids", "uid", "uuid", "guid", "key"];
const LAST: [&str; 7] = ["no", "nr", "num", "number", "code", "index", "idx"];

/// Whether each of a column's `n` values is whole and there once, and the column is called as keys are, or its values leave no number out.
pub(super) fn are_keys<I: Iterator<Item = f64>>(
    column: impl Fn() -> I,
    n: usize,
    (low, high): (f64, f64),
    name: Option<&String>,
) -> bool {
    // What costs nothing comes first.
    let is_likely = high - low + 1.0 == n as f64 || name.is_some_and(|name| is_called_so(name));
    if !is_likely || !column().all(|value| value.fract() == 0.0) {
        return false;
    }
    let mut values: Vec<u64> = column().map(|value| (value + 0.0).to_bits()).collect();
    values.par_sort_unstable();
    values.windows(2).all(|pair| pair[0] != pair[1])
}

/// Whether a name is made as `customer_id`, `customerId` and `No.` are.
fn is_called_so(name: &str) -> bool {
    let mut parts = vec![String::new()];
    let mut was_lower = false;
    for letter in name.chars() {
        if !letter.is_alphanumeric() || was_lower && letter.is_uppercase() {
            parts.push(String::new());
        }
        if let Some(part) = parts.last_mut().filter(|_| letter.is_alphanumeric()) {
            part.extend(letter.to_lowercase());
        }
        was_lower = letter.is_lowercase();
    }
    parts.retain(|part| !part.is_empty());
    let last = parts.last().map(String::as_str).unwrap_or_default();
    LAST.contains(&last) || parts.iter().any(|part| ANYWHERE.contains(&part.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(values: &[f64], name: &str) -> bool {
        let range =
            values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)));
        are_keys(|| values.iter().copied(), values.len(), range, Some(&name.to_owned()))
    }

    #[test]
    fn keys_are_found_in_any_order() {
        let shuffled: Vec<f64> = (0..50).map(|i| f64::from(i * 7 % 50 + 1000)).collect();
        let gaps: Vec<f64> = (0..50).map(|i| f64::from(i * 7 % 50 * 13 + 1000)).collect();
        assert!(found(&shuffled, "a") && !found(&gaps, "a") && found(&gaps, "customer_id"));
        // Twice the same, and parts of one.
        assert!(!found(&[&gaps[..], &gaps[..1]].concat(), "id"));
        assert!(!found(&[&gaps[..], &[0.5]].concat(), "id"));
        assert!(!found(&[0.0, -0.0], "id"));
    }

    #[test]
    fn names_of_keys() {
        for name in ["id", "ID", "customerId", "customerID", "Order No.", "id_of_shop", "zip-code", "User ID"]
        {
            assert!(is_called_so(name), "{name}");
        }
        for name in ["grid", "paid", "humid", "no_of_rooms", "numbers", "", "coded", "keyboard"] {
            assert!(!is_called_so(name), "{name}");
        }
    }
}
