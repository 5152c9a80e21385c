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
//!
//! A package that depends on `deepclust` needs neither: deepclust's own build script calls [`hand_on`], and cargo hands what it says to
//! the build scripts of its dependants as `DEP_DEEPCLUST_LINK_ARG`.

use std::path::{Path, PathBuf};

/// Puts libtorch's folder into the run path of the package's tests, examples and binaries, links libtorch's CUDA part
/// where it is there, and gives the package's code libtorch's version as `env!("DEEPCLUST_LIBTORCH")`.
///
/// It prints to standard output, and is for build scripts only.
pub fn link() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=DEP_TCH_LIBTORCH_LIB");
    let folder = folder();
    if let Some(folder) = &folder {
        println!("cargo:rerun-if-changed={}", stamp(folder).display());
        if let Some(argument) = link_argument(folder, is_windows()) {
            println!("cargo:rustc-link-arg={argument}");
        }
    }
    let version = folder.and_then(|folder| std::fs::read_to_string(stamp(&folder)).ok());
    let version = version.as_deref().map_or("2.11 (no build-version file)", str::trim);
    println!("cargo:rustc-env=DEEPCLUST_LIBTORCH={version}");
}

/// For a package with a `links` name: tells the build scripts of its direct dependants, as `DEP_<NAME>_LINK_ARG`, the linker's argument
/// that [`link`] gives to the package's own programs. Says nothing where torch-sys is no dependency, and on Windows.
pub fn hand_on() {
    if let Some(argument) = folder().and_then(|folder| link_argument(&folder, is_windows())) {
        println!("cargo:link_arg={argument}");
    }
}

/// libtorch's folder of libraries, as torch-sys says it to its direct dependants.
fn folder() -> Option<PathBuf> {
    std::env::var_os("DEP_TCH_LIBTORCH_LIB").map(PathBuf::from)
}

fn is_windows() -> bool {
    std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "windows")
}

/// For a package that needs no libtorch, but is linked with it where another package's features make it so, as in a build of the
/// whole workspace: puts the folder of `LIBTORCH`, where that is set, into the run path.
pub fn run_path() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=LIBTORCH");
    if let (Ok(libtorch), false) = (std::env::var("LIBTORCH"), is_windows()) {
        println!("cargo:rustc-link-arg=-Wl,-rpath,{libtorch}/lib");
    }
}

/// The file that libtorch's archive keeps its version in.
fn stamp(folder: &Path) -> PathBuf {
    folder.join("../build-version")
}

/// The argument that puts this folder into a program's run path, and its CUDA part among the program's libraries. Windows has none.
fn link_argument(folder: &Path, windows: bool) -> Option<String> {
    if windows {
        return None;
    }
    // Nothing refers to it by name, so that the linker would leave it out, and no GPU would be found.
    let cuda = Some(folder.join("libtorch_cuda.so")).filter(|file| file.exists());
    let cuda = cuda.map(|file| format!(",--no-as-needed,{},--as-needed", file.display()));
    Some(format!("-Wl,-rpath,{}{}", folder.display(), cuda.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cuda_part_is_linked_where_it_is_there() {
        let folder = std::env::temp_dir().join(format!("deepclust-torch-link-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let cpu = link_argument(&folder, false);
        std::fs::write(folder.join("libtorch_cuda.so"), "").unwrap();
        let (cuda, windows) = (link_argument(&folder, false), link_argument(&folder, true));
        std::fs::remove_dir_all(&folder).unwrap();
        let at = folder.display();
        assert_eq!(cpu.unwrap(), format!("-Wl,-rpath,{at}"));
        let expected = format!("-Wl,-rpath,{at},--no-as-needed,{at}/libtorch_cuda.so,--as-needed");
        assert_eq!(cuda.unwrap(), expected);
        assert_eq!(windows, None);
    }
}
