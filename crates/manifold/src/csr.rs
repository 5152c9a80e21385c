/// Sparse rows: columns as `u32`, which half the memory of `usize` suffices for.
pub type Csr<F> = sprs::CsMatI<F, u32, usize>;

/// The same, lent.
pub type CsrView<'a, F> = sprs::CsMatViewI<'a, F, u32, usize>;
