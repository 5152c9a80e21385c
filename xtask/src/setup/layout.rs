//! Where the parts of a wheel or an archive go in the finished tree, and what is added to them.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::plan::{Flavour, Target};

/// Parts of torch that only Python needs, or that are made anew.
const NOT_NEEDED: [&str; 3] = ["torch_python", "shm", "torch_global_deps"];
/// Parts of torch that only a GPU needs.
const CUDA_PARTS: [&str; 3] = ["cuda", "nvrtc", "nvshmem"];

/// The place of an archive's member in the tree; `None` where it is not wanted.
pub fn place(member: &str, target: Target, flavour: Flavour) -> Option<PathBuf> {
    let path = Path::new(member);
    let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    if !plain || member.ends_with('/') || member.contains('\\') {
        return None;
    }
    let (top, rest) = member.split_once('/')?;
    match top {
        // The wheel of torch, and the official archive.
        "torch" | "libtorch" => match rest.split_once('/')? {
            ("include", _) => Some(PathBuf::from(rest)),
            ("lib", name) if torch_library(name, target, flavour) => Some(PathBuf::from(rest)),
            _ => None,
        },
        // NVIDIA's wheels: nvidia/cu13/lib/libcudart.so.13, nvidia/cudnn/lib/libcudnn.so.9, …
        "nvidia" => {
            let (folder, name) = rest.rsplit_once('/')?;
            let wanted = match flavour {
                Flavour::Cpu => name.starts_with("libcudart.so") || name.starts_with("libcupti.so"),
                Flavour::Cuda => is_library(name),
            };
            (folder.ends_with("/lib") && wanted).then(|| Path::new("lib").join(name))
        }
        _ => None,
    }
}

fn torch_library(name: &str, target: Target, flavour: Flavour) -> bool {
    if name.contains('/') || !is_library(name) {
        return false;
    }
    let stem = name.strip_prefix("lib").unwrap_or(name);
    let stem = &stem[..stem.find('.').unwrap_or(stem.len())];
    match flavour {
        _ if NOT_NEEDED.contains(&stem) => false,
        // The Linux wheel's libtorch.so is a stub that wants libtorch_cuda.so: see `complete`.
        Flavour::Cpu if stem == "torch" && target.is_linux() => false,
        // libcudart and libcupti lie in an archive beside the parts of torch, and its CPU part may want them.
        Flavour::Cpu if stem.starts_with("cudart") || stem.starts_with("cupti") => true,
        Flavour::Cpu => !CUDA_PARTS.iter().any(|part| stem.contains(part)),
        Flavour::Cuda => true,
    }
}

fn is_library(name: &str) -> bool {
    name.starts_with("lib") && (name.ends_with(".so") || name.contains(".so.") || name.ends_with(".dylib"))
}

/// Adds the links that the linker looks for.
///
/// torch-sys links `torch`, `torch_cpu`, `c10` and, on Linux, `gomp`. With CUDA the wheel's own `libtorch.so` is kept.
pub fn complete(tree: &Path, target: Target, flavour: Flavour) -> Result<()> {
    if !target.is_linux() {
        return Ok(());
    }
    let lib = tree.join("lib");
    if flavour == Flavour::Cpu {
        link("libtorch_cpu.so", &lib.join("libtorch.so"))?;
    }
    // libgomp.so.1 in the wheels; older archives call it libgomp-<digest>.so.1.
    let mut runtimes: Vec<String> = fs::read_dir(&lib)
        .with_context(|| format!("cannot list {}", lib.display()))?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.starts_with("libgomp") && name.contains(".so."))
        .collect();
    runtimes.sort();
    match runtimes.first() {
        Some(name) => link(name, &lib.join("libgomp.so")),
        None => bail!("no libgomp.so.1 (the OpenMP runtime) came with libtorch"),
    }
}

fn link(to: &str, at: &Path) -> Result<()> {
    match fs::remove_file(at) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("cannot replace {}", at.display()));
        }
        _ => {}
    }
    #[cfg(unix)]
    let linked = std::os::unix::fs::symlink(to, at);
    #[cfg(not(unix))]
    let linked: io::Result<()> = Err(io::Error::from(io::ErrorKind::Unsupported));
    linked.with_context(|| format!("cannot link {} to {to}", at.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(members: &[&str], target: Target, flavour: Flavour) -> Vec<String> {
        members
            .iter()
            .filter_map(|member| place(member, target, flavour))
            .map(|p| p.display().to_string())
            .collect()
    }

    /// `torch/lib` of torch-2.11.0-cp312-cp312-manylinux_2_28_aarch64.whl, which has all that the x86-64 one has.
    const LINUX: [&str; 20] = [
        "torch/lib/",
        "torch/lib/libarm_compute.so",
        "torch/lib/libarm_compute_graph.so",
        "torch/lib/libc10.so",
        "torch/lib/libc10_cuda.so",
        "torch/lib/libcaffe2_nvrtc.so",
        "torch/lib/libgfortran.so.5",
        "torch/lib/libgomp.so.1",
        "torch/lib/libnvpl_blas_core.so.0",
        "torch/lib/libnvpl_lapack_lp64_gomp.so.0",
        "torch/lib/libshm.so",
        "torch/lib/libtorch.so",
        "torch/lib/libtorch_cpu.so",
        "torch/lib/libtorch_cuda.so",
        "torch/lib/libtorch_cuda_linalg.so",
        "torch/lib/libtorch_global_deps.so",
        "torch/lib/libtorch_nvshmem.so",
        "torch/lib/libtorch_python.so",
        "torch/lib/libshm/libshm.h",
        "torch/lib/libshm_windows/libshm.h",
    ];

    #[test]
    fn the_cpu_tree_has_no_part_that_would_make_torch_sys_link_cuda() {
        assert_eq!(
            kept(&LINUX, Target::LinuxAarch64, Flavour::Cpu),
            [
                "lib/libarm_compute.so",
                "lib/libarm_compute_graph.so",
                "lib/libc10.so",
                "lib/libgfortran.so.5",
                "lib/libgomp.so.1",
                "lib/libnvpl_blas_core.so.0",
                "lib/libnvpl_lapack_lp64_gomp.so.0",
                "lib/libtorch_cpu.so",
            ]
        );
    }

    #[test]
    fn the_cuda_tree_has_them_and_the_real_libtorch() {
        let found = kept(&LINUX, Target::LinuxX86_64, Flavour::Cuda);
        for name in [
            "libtorch.so",
            "libtorch_cuda.so",
            "libc10_cuda.so",
            "libtorch_cuda_linalg.so",
            "libtorch_nvshmem.so",
        ] {
            assert!(found.contains(&format!("lib/{name}")), "{name} in {found:?}");
        }
        assert!(!found.iter().any(|name| name.contains("python") || name.contains("shm.h")));
    }

    #[test]
    fn macos_keeps_its_libraries() {
        let members = [
            "torch/lib/libc10.dylib",
            "torch/lib/libomp.dylib",
            "torch/lib/libshm.dylib",
            "torch/lib/libtorch.dylib",
            "torch/lib/libtorch_cpu.dylib",
            "torch/lib/libtorch_global_deps.dylib",
            "torch/lib/libtorch_python.dylib",
        ];
        assert_eq!(
            kept(&members, Target::MacArm64, Flavour::Cpu),
            ["lib/libc10.dylib", "lib/libomp.dylib", "lib/libtorch.dylib", "lib/libtorch_cpu.dylib"]
        );
    }

    #[test]
    fn headers_are_kept_and_python_is_not() {
        let members = [
            "torch/include/torch/extension.h",
            "libtorch/include/c10/core/Device.h",
            "torch/version.py",
            "torchgen/gen.py",
            "torch-2.11.0.dist-info/RECORD",
            "libtorch/build-version",
            "libtorch/share/cmake/x.cmake",
            "libtorch/lib/libdnnl.a",
        ];
        assert_eq!(
            kept(&members, Target::LinuxX86_64, Flavour::Cpu),
            ["include/torch/extension.h", "include/c10/core/Device.h"]
        );
    }

    #[test]
    fn nvidia_libraries_lie_beside_torch() {
        let members = [
            "nvidia/cu13/lib/libcudart.so.13",
            "nvidia/cu13/lib/libcudart_static.a",
            "nvidia/cu13/lib/libcupti.so.13",
            "nvidia/cu13/lib/libnvperf_host.so",
            "nvidia/cudnn/lib/libcudnn.so.9",
            "nvidia/cu13/include/cuda.h",
        ];
        let cpu = kept(&members, Target::LinuxX86_64, Flavour::Cpu);
        assert_eq!(cpu, ["lib/libcudart.so.13", "lib/libcupti.so.13"]);
        let cuda = kept(&members, Target::LinuxX86_64, Flavour::Cuda);
        assert_eq!(cuda.len(), 4);
        assert!(cuda.contains(&"lib/libcudnn.so.9".to_owned()));
    }

    #[test]
    fn members_cannot_leave_the_tree() {
        let members = [
            "torch/include/../../../etc/passwd",
            "/torch/include/x.h",
            "../torch/include/x.h",
            "torch/include/./../x.h",
            "torch/include\\..\\x.h",
            "nvidia/../lib/libcudart.so.13",
        ];
        assert!(kept(&members, Target::LinuxX86_64, Flavour::Cpu).is_empty());
    }

    #[test]
    fn the_links_replace_what_is_there() {
        let tree = tempfile::tempdir().unwrap();
        let lib = tree.path().join("lib");
        fs::create_dir(&lib).unwrap();
        assert!(
            complete(tree.path(), Target::LinuxX86_64, Flavour::Cpu)
                .unwrap_err()
                .to_string()
                .contains("libgomp")
        );
        fs::write(lib.join("libgomp-24e2ab19.so.1"), "").unwrap();
        fs::write(lib.join("libtorch.so"), "stub").unwrap();
        complete(tree.path(), Target::LinuxX86_64, Flavour::Cpu).unwrap();
        assert_eq!(fs::read_link(lib.join("libtorch.so")).unwrap(), Path::new("libtorch_cpu.so"));
        assert_eq!(fs::read_link(lib.join("libgomp.so")).unwrap(), Path::new("libgomp-24e2ab19.so.1"));
    }

    #[test]
    fn with_cuda_libtorch_stays_the_wheels_own() {
        let tree = tempfile::tempdir().unwrap();
        let lib = tree.path().join("lib");
        fs::create_dir(&lib).unwrap();
        fs::write(lib.join("libgomp.so.1"), "").unwrap();
        fs::write(lib.join("libtorch.so"), "stub").unwrap();
        complete(tree.path(), Target::LinuxX86_64, Flavour::Cuda).unwrap();
        assert_eq!(fs::read_to_string(lib.join("libtorch.so")).unwrap(), "stub");
    }
}
