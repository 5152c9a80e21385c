use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use tch::Device;

/// The device that a user asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeviceChoice {
    /// The processor.
    #[default]
    Cpu,
    /// The first CUDA device; an error where there is none.
    Cuda,
    /// The first CUDA device where there is one, else the processor.
    Auto,
}

impl DeviceChoice {
    /// The libtorch device.
    ///
    /// # Errors
    /// [`Error::NoCuda`] when `cuda` is asked for and libtorch sees none.
    pub fn resolve(self) -> Result<Device> {
        // To ask is to start the driver.
        match self {
            Self::Cpu => Ok(Device::Cpu),
            Self::Cuda | Self::Auto if tch::Cuda::is_available() => Ok(Device::Cuda(0)),
            Self::Auto => Ok(Device::Cpu),
            Self::Cuda => Err(Error::NoCuda),
        }
    }
}

impl FromStr for DeviceChoice {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        match text {
            "cpu" => Ok(Self::Cpu),
            "cuda" => Ok(Self::Cuda),
            "auto" => Ok(Self::Auto),
            other => Err(format!("expected `cpu`, `cuda` or `auto`, found `{other}`")),
        }
    }
}

/// `cpu` or `cuda:<index>`, as records name it.
pub fn device_name(device: Device) -> String {
    match device {
        Device::Cuda(index) => format!("cuda:{index}"),
        Device::Cpu => "cpu".to_owned(),
        other => format!("{other:?}").to_lowercase(),
    }
}

/// Fixes libtorch's thread counts. They are process-wide, and results may depend on them: call it once, before the
/// first operation, and record the number.
pub fn use_threads(threads: usize) {
    let threads = i32::try_from(threads.max(1)).unwrap_or(i32::MAX);
    tch::set_num_threads(threads);
    tch::set_num_interop_threads(1);
}

/// Keeps memory that tensors gave back, for the next ones, where the C library would return it to the system every
/// training step and get it again. Only where that library is GNU's; up to 1 GiB at the end of its heap is kept.
pub fn keep_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: both are settings of the allocator that may be changed at any time.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, 32 << 20);
        libc::mallopt(libc::M_TRIM_THRESHOLD, 1 << 30);
    }
}

/// The libtorch version that this crate was built against, from its `build-version` file.
pub fn libtorch_version() -> &'static str {
    env!("DEEPCLUST_LIBTORCH")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices() {
        assert_eq!("auto".parse(), Ok(DeviceChoice::Auto));
        assert!("gpu".parse::<DeviceChoice>().unwrap_err().contains("found `gpu`"));
        assert_eq!(DeviceChoice::Cpu.resolve().unwrap(), Device::Cpu);
        assert_eq!(device_name(Device::Cuda(1)), "cuda:1");
        if !tch::Cuda::is_available() {
            assert!(matches!(DeviceChoice::Cuda.resolve(), Err(Error::NoCuda)));
            assert_eq!(DeviceChoice::Auto.resolve().unwrap(), Device::Cpu);
        }
    }
}
