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

/// How many threads libtorch has for one operation.
pub fn threads() -> usize {
    usize::try_from(tch::get_num_threads()).unwrap_or(1)
}

/// Keeps memory that tensors gave back, for the next ones, where the C library would return it to the system every
/// training step and get it again, and asks for large pages for it. Only where that library is GNU's; up to 2 GiB at the end
/// of its heap are kept. To be called once, early, by the thread that trains.
pub fn keep_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: both are settings of the allocator that may be changed at any time.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, 32 << 20);
        libc::mallopt(libc::M_TRIM_THRESHOLD, libc::c_int::MAX);
    }
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    want_large_pages();
}

/// Advises the system to back nearly a GiB of the heap with large pages: the products of a training step go over some
/// hundred MiB, and looking up small pages costs a step some hundredths of its time. The heap is grown to that size and
/// given back to the allocator, which keeps it. Only the allocator's own few bytes a block are written; where address space
/// is limited, nothing is done.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn want_large_pages() {
    const BLOCK: usize = 31 << 20; // short of the mapping threshold, and all of them of the trimming threshold
    const PAGE: usize = 2 << 20;
    let limited = [libc::RLIMIT_AS, libc::RLIMIT_DATA].into_iter().any(|resource| {
        let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        // SAFETY: the call writes to `limit` alone.
        unsafe { libc::getrlimit(resource, &raw mut limit) != 0 || limit.rlim_cur != libc::RLIM_INFINITY }
    });
    if limited {
        return;
    }
    let blocks: Vec<*mut libc::c_void> = (0..32)
        // SAFETY: a null pointer, where there is no more, ends the list.
        .map(|_| unsafe { libc::malloc(BLOCK) })
        .take_while(|block| !block.is_null())
        .collect();
    // Blocks that follow one another are one stretch: only a few bytes of the allocator's lie between them.
    for stretch in blocks.chunk_by(|a, b| (b.addr().wrapping_sub(a.addr() + BLOCK)) < 4096) {
        let (start, end) = (stretch[0].addr(), stretch[stretch.len() - 1].addr() + BLOCK);
        let skipped = start.next_multiple_of(PAGE) - start;
        let length = (end - start).saturating_sub(skipped) / PAGE * PAGE;
        // SAFETY: this lies inside the blocks that were just allocated and what is between them, and advice changes no content.
        unsafe { libc::madvise(stretch[0].wrapping_byte_add(skipped), length, libc::MADV_HUGEPAGE) };
    }
    // SAFETY: each was allocated above and is freed once.
    blocks.into_iter().rev().for_each(|block| unsafe { libc::free(block) });
}

/// The libtorch version that this crate was built against, from its `build-version` file.
pub fn libtorch_version() -> &'static str {
    env!("DEEPCLUST_LIBTORCH")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_there_after_it_is_kept() {
        keep_memory();
        let block = vec![1u8; 100 << 20];
        assert_eq!(block.iter().map(|&byte| usize::from(byte)).sum::<usize>(), 100 << 20);
        assert_eq!(tch::Tensor::ones([1 << 20], (tch::Kind::Float, Device::Cpu)).numel(), 1 << 20);
    }

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
