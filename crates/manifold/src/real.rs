//! The two floating-point types that the crate works on.

use faer::traits::RealField;
use ndarray::NdFloat;

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// `f32` or `f64`.
pub trait Real: NdFloat + RealField + Default + sealed::Sealed {
    /// To double precision, exactly.
    fn wide(self) -> f64;
    /// From double precision, rounded to nearest.
    fn narrow(x: f64) -> Self;
    /// The same numbers, where they are of single precision.
    #[doc(hidden)]
    fn as_single(values: &[Self]) -> Option<&[f32]>;
}

impl Real for f32 {
    fn wide(self) -> f64 {
        f64::from(self)
    }
    fn narrow(x: f64) -> Self {
        x as f32
    }
    fn as_single(values: &[Self]) -> Option<&[f32]> {
        Some(values)
    }
}

impl Real for f64 {
    fn wide(self) -> f64 {
        self
    }
    fn narrow(x: f64) -> Self {
        x
    }
    fn as_single(_: &[Self]) -> Option<&[f32]> {
        None
    }
}
