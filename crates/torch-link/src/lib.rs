//! What a build script has to say so that programs find libtorch when they run.
//!
//! torch-sys links libtorch, but it cannot tell its dependants' targets where the library will be: a
//! `cargo:rustc-link-arg` reaches only the tests, examples and binaries of the package whose build script prints it.
//! So every package with such targets needs a build script whose `main` calls [`link`]:
//!
//! ```no_run
//! deepclust_torch_link::link();
//! ```
//!
//! This crate is then among its build-dependencies, and torch-sys among its dependencies: cargo hands what a `links` package
//! says (`DEP_TCH_LIBTORCH_LIB`) to direct dependants alone.

use std::path::Path;

/// Puts libtorch's folder into the run path of the package's tests, examples and binaries, links libtorch's CUDA part
/// where it is there, and gives the package's code libtorch's version as `env!("DEEPCLUST_LIBTORCH")`.
///
/// It prints to standard output, and is for build scripts only.
pub fn link() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=DEP_TCH_LIBTORCH_LIB");
    let folder = std::env::var("DEP_TCH_LIBTORCH_LIB").ok();
    let windows = std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "windows");
    for line in folder.iter().flat_map(|folder| instructions(Path::new(folder), windows)) {
        println!("cargo:{line}");
    }
    let version = folder.and_then(|folder| std::fs::read_to_string(stamp(Path::new(&folder))).ok());
    let version = version.as_deref().map_or("2.11 (no build-version file)", str::trim);
    println!("cargo:rustc-env=DEEPCLUST_LIBTORCH={version}");
}

/// For a package that needs no libtorch, but is linked with it where another package's features make it so, as in a build of the
/// whole workspace: puts the folder of `LIBTORCH`, where that is set, into the run path.
pub fn run_path() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=LIBTORCH");
    let windows = std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "windows");
    if let (Ok(libtorch), false) = (std::env::var("LIBTORCH"), windows) {
        println!("cargo:rustc-link-arg=-Wl,-rpath,{libtorch}/lib");
    }
}

/// The file that libtorch's archive keeps its version in.
fn stamp(folder: &Path) -> std::path::PathBuf {
    folder.join("../build-version")
}

/// What to tell cargo about a libtorch in this folder.
fn instructions(folder: &Path, windows: bool) -> Vec<String> {
    let mut lines = vec![format!("rerun-if-changed={}", stamp(folder).display())];
    if !windows {
        lines.push(format!("rustc-link-arg=-Wl,-rpath,{}", folder.display()));
        // Nothing refers to it by name, so that the linker would leave it out, and no GPU would be found.
        let cuda = folder.join("libtorch_cuda.so");
        if cuda.exists() {
            lines.push(format!("rustc-link-arg=-Wl,--no-as-needed,{},--as-needed", cuda.display()));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cuda_part_is_linked_where_it_is_there() {
        let folder = std::env::temp_dir().join(format!("deepclust-torch-link-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let cpu = instructions(&folder, false);
        assert!(cpu.contains(&format!("rustc-link-arg=-Wl,-rpath,{}", folder.display())), "{cpu:?}");
        std::fs::write(folder.join("libtorch_cuda.so"), "").unwrap();
        let (cuda, windows) = (instructions(&folder, false), instructions(&folder, true));
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(cuda[..cpu.len()], cpu);
        assert!(cuda[cpu.len()].ends_with("libtorch_cuda.so,--as-needed"), "{cuda:?}");
        assert!(windows.iter().all(|line| line.starts_with("rerun-if-changed=")), "{windows:?}");
    }
}
