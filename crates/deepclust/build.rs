//! Programs of this crate find libtorch when they run, and those of its dependants are told where it is.

fn main() {
    deepclust_torch_link::link();
    deepclust_torch_link::hand_on();
}
