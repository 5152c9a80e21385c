//! Which wheels make a libtorch for which machine.

use anyhow::{Result, bail};

use super::pins;

/// A machine that libtorch is provisioned for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    LinuxX86_64,
    LinuxAarch64,
    MacArm64,
}

/// With or without the CUDA parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    Cpu,
    Cuda,
}

/// A pinned wheel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wheel {
    pub file: &'static str,
    /// Size, for the progress only.
    pub megabytes: u64,
    pub sha256: &'static str,
}

impl Target {
    /// The machine that this program runs on.
    pub fn host() -> Result<Self> {
        Self::of(std::env::consts::OS, std::env::consts::ARCH, cfg!(target_env = "musl"))
    }

    fn of(os: &str, arch: &str, musl: bool) -> Result<Self> {
        match (os, arch) {
            ("linux", _) if musl => {
                bail!("there is no libtorch for musl: a Linux with glibc 2.28 or newer is needed")
            }
            ("linux", "x86_64") => Ok(Self::LinuxX86_64),
            ("linux", "aarch64") => Ok(Self::LinuxAarch64),
            ("macos", "aarch64") => Ok(Self::MacArm64),
            _ => bail!(
                "no libtorch {} is known for {os} {arch} (Linux x86_64 and aarch64, macOS arm64 are); \
                 set LIBTORCH to one of your own",
                super::VERSION
            ),
        }
    }

    pub fn is_linux(self) -> bool {
        self != Self::MacArm64
    }

    /// How the system calls a shared library.
    pub fn library(self, stem: &str) -> String {
        format!("lib{stem}.{}", if self.is_linux() { "so" } else { "dylib" })
    }
}

impl Flavour {
    /// What `build-version` says. torch-sys ignores what follows the plus sign.
    pub fn build_version(self) -> String {
        match self {
            Self::Cpu => format!("{}\n", super::VERSION),
            Self::Cuda => format!("{}+cu130\n", super::VERSION),
        }
    }

    /// Does a tree of this flavour serve where `wanted` is asked for? (One with CUDA works without a GPU.)
    pub fn serves(self, wanted: Self) -> bool {
        self == wanted || self == Self::Cuda
    }
}

impl Wheel {
    /// The project's name in the index, `nvidia-cublas` for `nvidia_cublas-13.1.0.3-….whl`.
    pub fn project(&self) -> String {
        self.field(0).replace('_', "-")
    }

    pub fn version(&self) -> &'static str {
        self.field(1)
    }

    /// A platform tag of the file name, as `pip --platform` wants it.
    pub fn platform(&self) -> &'static str {
        let tags = self.field(4);
        let tags = tags.strip_suffix(".whl").unwrap_or(tags);
        tags.rsplit('.').next().unwrap_or(tags)
    }

    /// A requirements line that lets pip refuse any other file.
    pub fn requirement(&self) -> String {
        format!("{}=={} --hash=sha256:{}\n", self.project(), self.version(), self.sha256)
    }

    fn field(&self, index: usize) -> &'static str {
        self.file.split('-').nth(index).unwrap_or_default()
    }
}

/// The wheels to take, torch first.
pub fn wheels(target: Target, flavour: Flavour) -> Result<Vec<Wheel>> {
    let (base, cuda): (&[Wheel], &[Wheel]) = match target {
        Target::LinuxX86_64 => (&pins::LINUX_X86_64, &pins::LINUX_X86_64_CUDA),
        Target::LinuxAarch64 => (&pins::LINUX_AARCH64, &pins::LINUX_AARCH64_CUDA),
        Target::MacArm64 => (&pins::MAC_ARM64, &[]),
    };
    match flavour {
        Flavour::Cpu => Ok(base.to_vec()),
        Flavour::Cuda if cuda.is_empty() => bail!("--cuda needs Linux: there is no CUDA for this system"),
        Flavour::Cuda => Ok([base, cuda].concat()),
    }
}

/// The address of the official archive, where there is one.
pub fn archive_url(target: Target, flavour: Flavour) -> Option<String> {
    let version = super::VERSION;
    let path = match (target, flavour) {
        (Target::LinuxX86_64, Flavour::Cpu) => format!("cpu/libtorch-shared-with-deps-{version}%2Bcpu.zip"),
        (Target::LinuxX86_64, Flavour::Cuda) => {
            format!("cu130/libtorch-shared-with-deps-{version}%2Bcu130.zip")
        }
        (Target::MacArm64, Flavour::Cpu) => format!("cpu/libtorch-macos-arm64-{version}.zip"),
        _ => return None,
    };
    Some(format!("https://download.pytorch.org/libtorch/{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TARGETS: [Target; 3] = [Target::LinuxX86_64, Target::LinuxAarch64, Target::MacArm64];

    fn projects(target: Target, flavour: Flavour) -> Vec<String> {
        wheels(target, flavour).unwrap().iter().map(Wheel::project).collect()
    }

    #[test]
    fn machines() {
        assert_eq!(Target::of("linux", "x86_64", false).unwrap(), Target::LinuxX86_64);
        assert_eq!(Target::of("linux", "aarch64", false).unwrap(), Target::LinuxAarch64);
        assert_eq!(Target::of("macos", "aarch64", false).unwrap(), Target::MacArm64);
        assert!(Target::of("linux", "x86_64", true).unwrap_err().to_string().contains("musl"));
        assert!(Target::of("windows", "x86_64", false).unwrap_err().to_string().contains("windows x86_64"));
    }

    #[test]
    fn the_cpu_flavour_takes_three_wheels_on_linux_and_one_on_macos() {
        for target in [Target::LinuxX86_64, Target::LinuxAarch64] {
            assert_eq!(projects(target, Flavour::Cpu), ["torch", "nvidia-cuda-runtime", "nvidia-cuda-cupti"]);
        }
        assert_eq!(projects(Target::MacArm64, Flavour::Cpu), ["torch"]);
    }

    #[test]
    fn the_cuda_flavour_takes_what_the_torch_wheel_requires() {
        // Requires-Dist of torch 2.11.0 and of cuda-toolkit[cublas,cudart,cufft,cufile,cupti,curand,cusolver,cusparse,
        // nvjitlink,nvrtc,nvtx] 13.0.2, without the Python packages.
        let mut wanted = [
            "torch",
            "nvidia-cublas",
            "nvidia-cuda-runtime",
            "nvidia-cufft",
            "nvidia-cufile",
            "nvidia-cuda-cupti",
            "nvidia-curand",
            "nvidia-cusolver",
            "nvidia-cusparse",
            "nvidia-nvjitlink",
            "nvidia-cuda-nvrtc",
            "nvidia-nvtx",
            "nvidia-cudnn-cu13",
            "nvidia-cusparselt-cu13",
            "nvidia-nccl-cu13",
            "nvidia-nvshmem-cu13",
        ];
        wanted.sort_unstable();
        for target in [Target::LinuxX86_64, Target::LinuxAarch64] {
            let mut found = projects(target, Flavour::Cuda);
            assert_eq!(found[0], "torch");
            found.sort_unstable();
            assert_eq!(found, wanted);
        }
        assert!(wheels(Target::MacArm64, Flavour::Cuda).unwrap_err().to_string().contains("needs Linux"));
    }

    #[test]
    fn every_pin_is_whole_and_for_its_machine() {
        let mut digests = Vec::new();
        for target in TARGETS {
            for flavour in [Flavour::Cpu, Flavour::Cuda] {
                for wheel in wheels(target, flavour).unwrap_or_default() {
                    assert_eq!(wheel.file.split('-').count(), 5, "{}", wheel.file);
                    assert!(wheel.sha256.len() == 64 && wheel.sha256.bytes().all(|b| b.is_ascii_hexdigit()));
                    let machine = match target {
                        Target::LinuxX86_64 => "_x86_64",
                        Target::LinuxAarch64 => "_aarch64",
                        Target::MacArm64 => "macosx_11_0_arm64",
                    };
                    assert!(wheel.platform().ends_with(machine), "{}", wheel.file);
                    digests.push((wheel.sha256, wheel.file));
                }
            }
        }
        digests.sort_unstable();
        digests.dedup();
        let files = digests.len();
        digests.dedup_by_key(|(digest, _)| *digest);
        assert_eq!(digests.len(), files, "two files with one digest");
        assert_eq!(files, 1 + 2 * 16);
    }

    #[test]
    fn a_wheel_reads_its_file_name() {
        let wheel = pins::LINUX_X86_64[1];
        assert_eq!(wheel.project(), "nvidia-cuda-runtime");
        assert_eq!(wheel.version(), "13.0.96");
        assert_eq!(wheel.platform(), "manylinux_2_17_x86_64");
        assert_eq!(
            wheel.requirement(),
            "nvidia-cuda-runtime==13.0.96 \
             --hash=sha256:7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548\n"
        );
    }

    #[test]
    fn archives() {
        let url = archive_url(Target::LinuxX86_64, Flavour::Cpu).unwrap();
        assert!(url.ends_with("/cpu/libtorch-shared-with-deps-2.11.0%2Bcpu.zip"), "{url}");
        assert!(archive_url(Target::LinuxX86_64, Flavour::Cuda).unwrap().contains("cu130"));
        assert!(archive_url(Target::MacArm64, Flavour::Cpu).unwrap().contains("macos-arm64"));
        assert_eq!(archive_url(Target::LinuxAarch64, Flavour::Cpu), None);
    }

    #[test]
    fn a_tree_with_cuda_serves_both() {
        assert!(Flavour::Cuda.serves(Flavour::Cpu) && Flavour::Cuda.serves(Flavour::Cuda));
        assert!(Flavour::Cpu.serves(Flavour::Cpu) && !Flavour::Cpu.serves(Flavour::Cuda));
    }
}
