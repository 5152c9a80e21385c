//! Tests of this crate start in a build of the whole workspace too, which links libtorch.

fn main() {
    deepclust_torch_link::run_path();
}
