//! Puts libtorch's folder into the run path of this crate's tests, examples and binaries, and links its CUDA part where it is there.
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
        println!("cargo:rerun-if-changed={lib}/../build-version");
        // Nothing refers to it by name, so that the linker would leave it out, and no GPU would be found.
        let cuda = format!("{lib}/libtorch_cuda.so");
        if std::path::Path::new(&cuda).exists() {
            println!("cargo:rustc-link-arg=-Wl,--no-as-needed,{cuda},--as-needed");
        }
    }
}
