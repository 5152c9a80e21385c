/// Rows in CSR form: columns are `u32`, which take half the memory of `usize`, and row starts `usize`. `datasets` and `nets` have the same
/// type.
pub type Csr<F> = sprs::CsMatI<F, u32, usize>;

/// The same, lent.
pub type CsrView<'a, F> = sprs::CsMatViewI<'a, F, u32, usize>;
