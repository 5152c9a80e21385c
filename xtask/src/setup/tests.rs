//! Provisioning as a whole, with a pip made for the purpose.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Writes a zip file.
pub fn zip_with(path: &Path, members: &[(&str, &str)]) {
    let mut zip = ZipWriter::new(File::create(path).unwrap());
    for (name, content) in members {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
}

/// Lays out the least that passes for a Linux libtorch of the CPU flavour.
pub fn tree_with(dir: &Path, version: &str) {
    for file in [
        "lib/libtorch_cpu.so", "lib/libtorch.so", "lib/libc10.so", "include/c10/core/Device.h",
        "include/torch/csrc/api/include/torch/torch.h",
    ] {
        fs::create_dir_all(dir.join(file).parent().unwrap()).unwrap();
        fs::write(dir.join(file), "").unwrap();
    }
    fs::write(dir.join("build-version"), version).unwrap();
}
