//! What the public interface promises, in one program: generic code is compiled once for all of these tests.

mod common;
mod geometric;
mod labellings;
mod silhouette;
