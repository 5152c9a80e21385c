use crate::simd::Lane;

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// The element types this crate works on: `f32` and `f64`.
#[allow(private_bounds)]
pub trait Float: Lane + sealed::Sealed {}
impl Float for f32 {}
impl Float for f64 {}
