//! Puts libtorch's folder into the run path of this crate's tests, examples and binaries, links its CUDA part where it is there,
//! and notes its version.
//!
//! torch-sys can only do so for its own targets; a `cargo:rustc-link-arg` does not reach dependants.

use std::path::Path;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=DEP_TCH_LIBTORCH_LIB");
    let windows = std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "windows");
    let mut version = None;
    if let Ok(lib) = std::env::var("DEP_TCH_LIBTORCH_LIB") {
        if !windows {
            println!("cargo:rustc-link-arg=-Wl,-rpath,{lib}");
            // Nothing refers to it by name, so that the linker would leave it out, and no GPU would be found.
            let cuda = format!("{lib}/libtorch_cuda.so");
            if Path::new(&cuda).exists() {
                println!("cargo:rustc-link-arg=-Wl,--no-as-needed,{cuda},--as-needed");
            }
        }
        let stamp = Path::new(&lib).join("../build-version");
        println!("cargo:rerun-if-changed={}", stamp.display());
        version = std::fs::read_to_string(stamp).ok();
    }
    println!(
        "cargo:rustc-env=DEEPCLUST_LIBTORCH={}",
        version.as_deref().map_or("2.11 (no build-version file)", str::trim)
    );
}
