//! What every loss asks of its arguments. No check looks at a value on a device: none costs an operation.

use crate::{Error, Result};
use tch::{Kind, Tensor};

/// A tensor and what to call it.
pub(crate) type Named<'a> = (&'static str, &'a Tensor);

/// A number above 0.
pub(crate) fn positive(name: &'static str, value: f64) -> Result<()> {
    let expected = "a number above 0";
    if value > 0.0 && value.is_finite() { Ok(()) } else { Err(setting(name, expected, value)) }
}

/// A number of at least 0.
pub(crate) fn not_negative(name: &'static str, value: f64) -> Result<()> {
    let expected = "a number of at least 0";
    if value >= 0.0 && value.is_finite() { Ok(()) } else { Err(setting(name, expected, value)) }
}

fn setting(name: &'static str, expected: &'static str, value: f64) -> Error {
    Error::Setting { name, expected, found: value.to_string() }
}

/// A tensor of floating-point numbers, bf16 among them.
pub(crate) fn floating((what, tensor): Named<'_>) -> Result<()> {
    match tensor.kind() {
        Kind::Float | Kind::Double | Kind::BFloat16 | Kind::Half => Ok(()),
        kind => Err(kind_error(what, "floating-point numbers", kind)),
    }
}

/// A tensor of f32 or f64.
pub(crate) fn real((what, tensor): Named<'_>) -> Result<()> {
    match tensor.kind() {
        Kind::Float | Kind::Double => Ok(()),
        kind => Err(kind_error(what, "Float or Double", kind)),
    }
}

fn kind_error(what: &'static str, expected: &str, kind: Kind) -> Error {
    Error::Tensor { what, expected: expected.to_owned(), found: format!("{kind:?}") }
}

/// A shape of one size a letter of `form`, each at least 1: `["batch", "k"]` is a matrix that is not empty.
pub(crate) fn filled<const N: usize>((what, tensor): Named<'_>, form: [&str; N]) -> Result<[i64; N]> {
    let found = tensor.size();
    match <[i64; N]>::try_from(found.as_slice()) {
        Ok(sizes) if sizes.iter().all(|&size| size > 0) => Ok(sizes),
        _ => {
            let expected = format!("({}), each at least 1", form.join(", "));
            Err(Error::Shape { what, expected, found })
        }
    }
}

/// A shape (batch, …) with each size at least 1; answers the batch.
pub(crate) fn batch_of((what, tensor): Named<'_>) -> Result<i64> {
    let found = tensor.size();
    match found.first() {
        Some(&batch) if found.iter().all(|&size| size > 0) => Ok(batch),
        _ => Err(Error::Shape { what, expected: "(batch, …), each at least 1".to_owned(), found }),
    }
}

/// Exactly this shape.
pub(crate) fn sized((what, tensor): Named<'_>, expected: &[i64]) -> Result<()> {
    let found = tensor.size();
    if found == expected {
        return Ok(());
    }
    Err(Error::Shape { what, expected: format!("{expected:?}"), found })
}

/// The device of another tensor.
pub(crate) fn together((what, tensor): Named<'_>, (other, like): Named<'_>) -> Result<()> {
    let (found, expected) = (tensor.device(), like.device());
    if found == expected {
        return Ok(());
    }
    let expected = format!("{expected:?} like {other}");
    Err(Error::Tensor { what, expected, found: format!("{found:?}") })
}

/// The kind and the device of another tensor.
pub(crate) fn beside((what, tensor): Named<'_>, (other, like): Named<'_>) -> Result<()> {
    let (found, expected) = ((tensor.kind(), tensor.device()), (like.kind(), like.device()));
    if found == expected {
        return Ok(());
    }
    let text = |(kind, device)| format!("{kind:?} on {device:?}");
    let expected = format!("{} like {other}", text(expected));
    Err(Error::Tensor { what, expected, found: text(found) })
}

/// Shape, kind and device of another tensor.
pub(crate) fn alike(tensor: Named<'_>, other: Named<'_>) -> Result<()> {
    sized(tensor, &other.1.size())?;
    beside(tensor, other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::Device;

    fn zeros(shape: &[i64], kind: Kind) -> Tensor {
        Tensor::zeros(shape, (kind, Device::Cpu))
    }

    #[test]
    fn errors_say_what_was_expected_and_found() {
        let (x, y) = (zeros(&[2, 3], Kind::Float), zeros(&[3, 2], Kind::Double));
        let text = |result: Result<()>| result.unwrap_err().to_string();
        assert_eq!(text(sized(("y", &y), &[2, 3])), "y: expected shape [2, 3], found [3, 2]");
        assert_eq!(
            text(beside(("y", &y), ("x", &x))),
            "y: expected Float on Cpu like x, found Double on Cpu"
        );
        assert_eq!(
            text(filled(("y", &y), ["batch", "k", "d"]).map(|_| ())),
            "y: expected shape (batch, k, d), each at least 1, found [3, 2]"
        );
        assert_eq!(
            text(real(("labels", &zeros(&[2], Kind::Int64)))),
            "labels: expected Float or Double, found Int64"
        );
        assert_eq!(text(positive("nu", 0.0)), "setting `nu`: expected a number above 0, found 0");
        assert_eq!(
            text(not_negative("weight", f64::NAN)),
            "setting `weight`: expected a number of at least 0, found NaN"
        );
    }

    #[test]
    fn what_fits_passes() {
        let x = zeros(&[2, 3], Kind::Float);
        assert_eq!(filled(("x", &x), ["batch", "k"]).unwrap(), [2, 3]);
        alike(("x", &x), ("y", &zeros(&[2, 3], Kind::Float))).unwrap();
        floating(("x", &zeros(&[1], Kind::BFloat16))).unwrap();
        assert!(real(("x", &zeros(&[1], Kind::BFloat16))).is_err());
        assert_eq!(batch_of(("x", &zeros(&[2], Kind::Float))).unwrap(), 2);
        assert!(filled(("x", &zeros(&[0, 3], Kind::Float)), ["batch", "k"]).is_err());
        assert!(batch_of(("x", &zeros(&[2, 0], Kind::Float))).is_err());
        assert!(batch_of(("x", &zeros(&[], Kind::Float))).is_err());
        assert!(positive("nu", f64::INFINITY).is_err());
        not_negative("weight", 0.0).unwrap();
    }
}
