//! Placeholder replaced in the first commits.
fn main() {}
