use deepclust_nets::{Device, Products};
use serde::{Deserialize, Serialize};
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
    /// Which of MKL's kernels the run had. Records from before there was a choice have none: MKL's own.
    #[serde(default, skip_serializing_if = "Products::is_by_maker")]
    pub products: Products,
}

impl Machine {
    /// This machine, as a run on that device sees it.
    pub fn this(device: Device) -> Self {
        Self {
            processor: processor().unwrap_or_else(|| "unknown".to_owned()),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            gpu: (device != Device::Cpu).then(|| gpu().unwrap_or_else(|| "unknown".to_owned())),
            products: Products::of_this_process(),
        }
    }

    /// Which of MKL's kernels the run had. On Intel's processors MKL's own choice is by ability, with the digits of a run by
    /// ability on Zen 5 (measured bit for bit on a Xeon with AVX-512); their records from before name none.
    pub fn kernels(&self) -> Products {
        if self.processor.contains("Intel") { Products::ByAbility } else { self.products }
    }
}

impl std::fmt::Display for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}, {} cores, {}", self.processor, self.cores, self.system)?;
        match &self.gpu {
            Some(gpu) => write!(f, ", {gpu}"),
            None if self.system.ends_with("x86_64") => write!(f, ", MKL's kernels {}", self.kernels()),
            None => Ok(()), // other processors have no MKL
        }
    }
}

fn processor() -> Option<String> {
    if let Ok(text) = std::fs::read_to_string("/proc/cpuinfo") {
        let line = text.lines().find(|line| line.starts_with("model name"))?;
        return Some(line.split_once(':')?.1.trim().to_owned());
    }
    output("sysctl", &["-n", "machdep.cpu.brand_string"])
}

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

/// The trimmed standard output of a command that succeeded and printed something.
fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output =
        Command::new(program).args(arguments).output().ok().filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(processor: &str, products: Products) -> Machine {
        let (processor, system) = (processor.to_owned(), "linux x86_64".to_owned());
        Machine { processor, cores: 2, system, gpu: None, products }
    }

    #[test]
    fn on_intels_processors_mkls_choice_is_by_ability() {
        let xeon = machine("Intel(R) Xeon(R) Processor", Products::ByMaker);
        assert_eq!(xeon.kernels(), Products::ByAbility);
        assert_eq!(machine("AMD EPYC", Products::ByMaker).kernels(), Products::ByMaker);
        assert_eq!(machine("AMD EPYC", Products::ByAbility).kernels(), Products::ByAbility);
    }

    #[test]
    fn names_what_the_numbers_come_from() {
        let mut machine = machine("AMD EPYC", Products::ByAbility);
        assert_eq!(machine.to_string(), "AMD EPYC, 2 cores, linux x86_64, MKL's kernels by-ability");
        machine.gpu = Some("NVIDIA H200".to_owned());
        assert_eq!(machine.to_string(), "AMD EPYC, 2 cores, linux x86_64, NVIDIA H200");
    }
}
