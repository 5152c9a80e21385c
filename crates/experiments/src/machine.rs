use serde::{Deserialize, Serialize};
#[cfg(feature = "run")]
use std::process::Command;

/// The machine of a run, as far as it may bear on times.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    /// The processor's name.
    pub processor: String,
    /// Logical processors.
    pub cores: usize,
    /// Operating system and architecture.
    pub system: String,
    /// The model of the GPU, for a run on one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gpu: Option<String>,
}

impl Machine {
    /// What a run was made on: the GPU's model, or the processor's. Times of different ones have no sum or mean together.
    pub fn model(&self) -> &str {
        self.gpu.as_deref().unwrap_or(&self.processor)
    }
}

impl std::fmt::Display for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}, {} cores, {}", self.processor, self.cores, self.system)?;
        self.gpu.iter().try_for_each(|gpu| write!(f, ", {gpu}"))
    }
}

/// The part of an arithmetic's name that says that MKL chose its kernels by the processor's maker, not by what it can do.
#[cfg(feature = "run")]
const VENDOR: &str = "MKL path vendor";

#[cfg(feature = "run")]
impl Machine {
    /// This machine, as a run on that device sees it.
    pub fn this(device: deepclust_nets::Device) -> Self {
        let on_gpu = device != deepclust_nets::Device::Cpu;
        Self {
            processor: processor().unwrap_or_else(|| "unknown".to_owned()),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            gpu: on_gpu.then(|| gpu().unwrap_or_else(|| "unknown".to_owned())),
        }
    }

    /// What decides how a run here rounds, in one line. Two runs of one description and one such line give the same bits; at one
    /// seed runs of unequal lines differ by rounding, which training amplifies.
    pub fn arithmetic(&self, products: deepclust_nets::Products) -> String {
        let libtorch = deepclust_nets::libtorch_version();
        match &self.gpu {
            Some(model) => format!("{model}, libtorch {libtorch}"),
            None => format!("{}{}, libtorch {libtorch}", self.system, path(products)),
        }
    }
}

/// How wide the processor's vectors are, and which kernels MKL takes.
#[cfg(all(feature = "run", target_arch = "x86_64"))]
fn path(products: deepclust_nets::Products) -> String {
    let vectors = if std::arch::is_x86_feature_detected!("avx512f") { "AVX-512" } else { "AVX2" };
    let native = if products.is_by_maker() { VENDOR } else { "MKL path native" };
    format!(" {vectors}, {native}")
}

#[cfg(all(feature = "run", not(target_arch = "x86_64")))]
fn path(_: deepclust_nets::Products) -> String {
    String::new() // other processors have no MKL
}

/// Which kernels a process must ask for to get that arithmetic.
#[cfg(feature = "run")]
pub(crate) fn products_of(arithmetic: &str) -> deepclust_nets::Products {
    match arithmetic.contains(VENDOR) {
        true => deepclust_nets::Products::ByMaker,
        false => deepclust_nets::Products::ByAbility,
    }
}

#[cfg(feature = "run")]
fn processor() -> Option<String> {
    if let Ok(text) = std::fs::read_to_string("/proc/cpuinfo") {
        let line = text.lines().find(|line| line.starts_with("model name"))?;
        return Some(line.split_once(':')?.1.trim().to_owned());
    }
    output("sysctl", &["-n", "machdep.cpu.brand_string"])
}

#[cfg(feature = "run")]
/// The names of all GPUs that the driver lists: which of several is CUDA's first it does not say.
fn gpu() -> Option<String> {
    let names = output("nvidia-smi", &["--query-gpu=name", "--format=csv,noheader"])?;
    Some(names.lines().collect::<Vec<_>>().join(" + "))
}

/// The revision of the code, from `DEEPCLUST_REVISION`, which `cargo xtask` sets after it has built the program from the
/// working folder; `unknown` for a program that is started in another way.
pub fn revision() -> String {
    std::env::var("DEEPCLUST_REVISION")
        .ok()
        .filter(|text| !text.is_empty())
        .unwrap_or_else(|| "unknown".to_owned())
}

#[cfg(feature = "run")]
/// The trimmed standard output of a command that succeeded and printed something.
fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output =
        Command::new(program).args(arguments).output().ok().filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (!text.is_empty()).then_some(text)
}

#[cfg(all(test, feature = "run"))]
mod tests {
    use super::*;
    use deepclust_nets::{Device, Products};

    #[test]
    fn arithmetic_names_what_decides_rounding() {
        let mut machine = Machine::this(Device::Cpu);
        let vendor = machine.arithmetic(Products::ByMaker);
        let native = machine.arithmetic(Products::ByAbility);
        assert!(native.ends_with("libtorch 2.11.0"), "{native}");
        #[cfg(target_arch = "x86_64")]
        {
            assert_ne!(vendor, native);
            assert_eq!(
                (products_of(&vendor), products_of(&native)),
                (Products::ByMaker, Products::ByAbility)
            );
        }
        // A GPU has its own, whatever the kernels of the processor beside it.
        machine.gpu = Some("NVIDIA H200".to_owned());
        assert_eq!(machine.arithmetic(Products::ByMaker), "NVIDIA H200, libtorch 2.11.0");
        assert_eq!(machine.model(), "NVIDIA H200");
        assert!(
            machine.to_string().ends_with("cores, linux x86_64, NVIDIA H200") || !cfg!(target_os = "linux")
        );
    }
}
