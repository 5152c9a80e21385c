//! Puts libtorch's folder into the run path of this crate's tests, examples and binaries.
//!
//! torch-sys can only do so for its own targets; a `cargo:rustc-link-arg` does not reach dependants.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=DEP_TCH_LIBTORCH_LIB");
    let windows = std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "windows");
    if let Ok(lib) = std::env::var("DEP_TCH_LIBTORCH_LIB")
        && !windows
    {
        println!("cargo:rustc-link-arg=-Wl,-rpath,{lib}");
    }
}
