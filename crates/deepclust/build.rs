//! Programs of this crate find libtorch when they run.

fn main() {
    deepclust_torch_link::link();
}
