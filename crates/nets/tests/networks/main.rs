//! What networks promise, in one program: libtorch is linked once for all of these tests.

mod convolutional;
mod mixture;
mod network;
