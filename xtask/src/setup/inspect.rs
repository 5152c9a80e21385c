//! What a folder holds: a libtorch that is fit for use, or what is wrong with it.

use std::fs;
use std::path::Path;

use super::VERSION;
use super::plan::{Flavour, Target};

/// What was found.
#[derive(Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing, or an empty folder.
    Absent,
    /// A libtorch of the right version.
    Ready(Flavour),
    /// A libtorch of another version, or one whose version cannot be told.
    Version(Option<String>),
    /// Parts are missing: the first of them.
    Incomplete(String),
}

/// Looks at a tree whose libraries are in `lib` and whose headers are in `include`; `tree` itself may have a `build-version`.
pub fn parts(tree: &Path, lib: &Path, include: &Path, target: Target) -> State {
    let empty = |folder: &Path| fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none());
    if !tree.exists() && tree.symlink_metadata().is_err() || empty(tree) {
        return State::Absent;
    }
    let libraries = ["torch_cpu", "torch", "c10"].map(|stem| lib.join(target.library(stem)));
    let headers =
        ["torch/csrc/api/include/torch/torch.h", "c10/core/Device.h"].map(|header| include.join(header));
    if let Some(part) = libraries.iter().chain(&headers).find(|part| !part.exists()) {
        return State::Incomplete(part.display().to_string());
    }
    match version(tree, include) {
        Some(version) if version == VERSION => {
            let cuda = lib.join(target.library("torch_cuda")).exists();
            State::Ready(if cuda { Flavour::Cuda } else { Flavour::Cpu })
        }
        other => State::Version(other),
    }
}

/// Looks at a tree of the usual form.
pub fn tree(dir: &Path, target: Target) -> State {
    parts(dir, &dir.join("lib"), &dir.join("include"), target)
}

/// The version: from `build-version` (`2.11.0+cpu`), else from the headers.
fn version(tree: &Path, include: &Path) -> Option<String> {
    let release =
        |text: &str| text.trim().split('+').next().map(str::to_owned).filter(|release| !release.is_empty());
    if let Some(version) = fs::read_to_string(tree.join("build-version")).ok().as_deref().and_then(release) {
        return Some(version);
    }
    ["torch/headeronly/version.h", "torch/csrc/api/include/torch/version.h"]
        .iter()
        .filter_map(|header| fs::read_to_string(include.join(header)).ok())
        .find_map(|text| macros(&text))
}

/// `#define TORCH_VERSION_MAJOR 2` and its like.
fn macros(text: &str) -> Option<String> {
    let number = |part: &str| {
        let name = format!("TORCH_VERSION_{part}");
        text.lines().find_map(|line| {
            let mut words = line.split_whitespace();
            let found = words.next()? == "#define" && words.next()? == name;
            found.then(|| words.next()?.parse::<u32>().ok()).flatten()
        })
    };
    Some(format!("{}.{}.{}", number("MAJOR")?, number("MINOR")?, number("PATCH")?))
}

/// May this folder be replaced? Only one that is plainly a libtorch: `--dir` could name a home folder by mistake.
pub fn is_replaceable(dir: &Path) -> bool {
    let Ok(entries) = fs::read_dir(dir) else { return dir.symlink_metadata().is_err() };
    let names: Vec<_> = entries.flatten().map(|entry| entry.file_name()).collect();
    names.iter().all(|name| name == "lib" || name == "include")
        || names.iter().any(|name| name == "build-version")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::setup::tests::tree_with;

    const TARGET: Target = Target::LinuxX86_64;

    #[test]
    fn a_whole_tree_is_ready() {
        let folder = tempfile::tempdir().unwrap();
        tree_with(folder.path(), "2.11.0\n");
        assert_eq!(tree(folder.path(), TARGET), State::Ready(Flavour::Cpu));
        fs::write(folder.path().join("build-version"), "2.11.0+cu130").unwrap();
        fs::write(folder.path().join("lib/libtorch_cuda.so"), "").unwrap();
        assert_eq!(tree(folder.path(), TARGET), State::Ready(Flavour::Cuda));
    }

    #[test]
    fn absent_is_nothing_or_empty() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(tree(&folder.path().join("none"), TARGET), State::Absent);
        assert_eq!(tree(folder.path(), TARGET), State::Absent);
    }

    #[test]
    fn the_missing_part_is_named() {
        let folder = tempfile::tempdir().unwrap();
        tree_with(folder.path(), "2.11.0");
        fs::remove_file(folder.path().join("lib/libc10.so")).unwrap();
        let State::Incomplete(part) = tree(folder.path(), TARGET) else { panic!("not noticed") };
        assert!(part.ends_with("lib/libc10.so"), "{part}");
    }

    #[test]
    fn another_version_is_named() {
        let folder = tempfile::tempdir().unwrap();
        tree_with(folder.path(), "2.5.1+cpu");
        assert_eq!(tree(folder.path(), TARGET), State::Version(Some("2.5.1".into())));
    }

    #[test]
    fn without_a_stamp_the_headers_tell() {
        let folder = tempfile::tempdir().unwrap();
        tree_with(folder.path(), "");
        assert_eq!(tree(folder.path(), TARGET), State::Version(None));
        let header = folder.path().join("include/torch/headeronly/version.h");
        fs::create_dir_all(header.parent().unwrap()).unwrap();
        let text = |minor| {
            format!(
                "/// x\n#define TORCH_VERSION_MAJOR 2\n#define TORCH_VERSION_MINOR {minor}\n#define TORCH_VERSION_PATCH 0\n"
            )
        };
        fs::write(&header, text(9)).unwrap();
        assert_eq!(tree(folder.path(), TARGET), State::Version(Some("2.9.0".into())));
        fs::write(&header, text(11)).unwrap();
        assert_eq!(tree(folder.path(), TARGET), State::Ready(Flavour::Cpu));
    }

    #[test]
    fn only_a_libtorch_may_be_replaced() {
        let folder = tempfile::tempdir().unwrap();
        assert!(is_replaceable(&folder.path().join("none")));
        assert!(is_replaceable(folder.path()), "empty");
        fs::create_dir(folder.path().join("lib")).unwrap();
        assert!(is_replaceable(folder.path()));
        fs::write(folder.path().join("thesis.tex"), "").unwrap();
        assert!(!is_replaceable(folder.path()));
        fs::write(folder.path().join("build-version"), "").unwrap();
        assert!(is_replaceable(folder.path()));
        assert!(!is_replaceable(&folder.path().join("thesis.tex")), "a file");
    }
}
