//! Running a downloader: watched, its complaints both shown and kept.

use std::fmt;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

use super::meter::Meter;

/// The disk is full: there is no use in trying another way.
#[derive(Debug)]
pub struct DiskFull;

impl fmt::Display for DiskFull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the disk is full (libtorch needs 1.2 GB while it is set up and 0.5 GB afterwards; with CUDA 7 GB and 4 GB)")
    }
}

impl std::error::Error for DiskFull {}

/// Is the full disk among the causes?
pub fn is_disk_full(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.is::<DiskFull>()
            || cause.downcast_ref::<std::io::Error>().is_some_and(|error| {
                matches!(error.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded)
            })
    })
}

/// Do a program's complaints speak of a full disk?
pub fn speaks_of_full_disk(complaints: &str) -> bool {
    ["No space left", "ENOSPC", "Errno 28", "Disk quota exceeded", "Failure writing output to destination"]
        .iter()
        .any(|sign| complaints.contains(sign))
}

/// Runs `command` to its end; gives its status and the last of what it wrote to standard error. Lines that `shown` likes are shown at once.
///
/// `grows` are files or folders, the largest of which says how far it is; without a meter the program shows its progress itself.
pub fn watch(
    command: &mut Command,
    mut meter: Option<Meter>,
    grows: &[&Path],
    shown: fn(&str) -> bool,
) -> Result<(ExitStatus, String)> {
    let program = command.get_program().to_string_lossy().into_owned();
    let mut child =
        command.stderr(Stdio::piped()).spawn().with_context(|| format!("cannot run {program}"))?;
    let complaints = child.stderr.take();
    let reader = thread::spawn(move || {
        let mut kept: Vec<String> = Vec::new();
        let lines = complaints.map(|stderr| BufReader::new(stderr).split(b'\n'));
        for line in lines.into_iter().flatten().map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            if shown(&line) {
                eprintln!("  {line}");
            }
            kept.push(line);
            let surplus = kept.len().saturating_sub(50);
            kept.drain(..surplus);
        }
        kept.join("\n")
    });
    let status = loop {
        if let Some(status) = child.try_wait().with_context(|| format!("cannot wait for {program}"))? {
            break status;
        }
        if let Some(meter) = &mut meter {
            meter.set(progress(grows));
        }
        thread::sleep(Duration::from_millis(100));
    };
    let complaints = reader.join().unwrap_or_default();
    if let Some(mut meter) = meter.filter(|_| status.success()) {
        meter.set(progress(grows));
        meter.finish();
    }
    Ok((status, complaints))
}

/// The largest: a downloader copies in the end what it has downloaded into its scratch folder.
fn progress(grows: &[&Path]) -> u64 {
    grows.iter().map(|path| size(path)).max().unwrap_or_default()
}

/// The bytes of a file, or of all files below a folder; what vanishes meanwhile counts as nothing.
fn size(path: &Path) -> u64 {
    let Ok(about) = fs::symlink_metadata(path) else { return 0 };
    if !about.is_dir() {
        return about.len();
    }
    fs::read_dir(path).into_iter().flatten().flatten().map(|entry| size(&entry.path())).sum()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn status_and_complaints_come_back() {
        let (status, complaints) =
            watch(Command::new("sh").args(["-c", "echo one >&2; echo two >&2; exit 7"]), None, &[], |_| {
                false
            })
            .unwrap();
        assert_eq!(status.code(), Some(7));
        assert_eq!(complaints, "one\ntwo");
    }

    #[test]
    fn sizes_add_up_below_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("a")).unwrap();
        fs::write(folder.path().join("a/x"), [0; 10]).unwrap();
        fs::write(folder.path().join("y"), [0; 5]).unwrap();
        assert_eq!(size(folder.path()), 15);
        assert_eq!(size(&folder.path().join("none")), 0);
    }

    #[test]
    fn a_full_disk_is_recognised_in_both_forms() {
        let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
        assert!(is_disk_full(&anyhow::Error::new(full).context("cannot write x")));
        assert!(is_disk_full(&anyhow::Error::new(DiskFull).context("pip failed")));
        assert!(!is_disk_full(&anyhow::anyhow!("no network")));
        assert!(speaks_of_full_disk("ERROR: [Errno 28] No space left on device"));
        assert!(!speaks_of_full_disk("ERROR: no matching distribution"));
    }
}
