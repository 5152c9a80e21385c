//! The official archive (or a mirror's) through curl, for machines without pip.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, anyhow, bail};

use super::VERSION;
use super::command::{self, DiskFull};
use super::lock::Lock;
use super::meter::Meter;
use super::plan::{Flavour, Target, archive_url};
use super::unpack;

/// The download, inside the partial folder. It is kept when a download breaks off, and continued.
pub const PART: &str = "libtorch.zip.part";
/// Where it came from: a part is continued from the same address only.
pub const ORIGIN: &str = "libtorch.zip.url";

/// An address, and a digest where the user gave one.
#[derive(Debug, PartialEq, Eq)]
pub struct Archive {
    url: String,
    sha256: Option<String>,
}

impl Archive {
    /// The one that the user asks for (`DEEPCLUST_LIBTORCH_URL`).
    pub fn asked_for() -> Option<Self> {
        let set = |name| std::env::var(name).ok().filter(|value: &String| !value.is_empty());
        Some(Self { url: set("DEEPCLUST_LIBTORCH_URL")?, sha256: set("DEEPCLUST_LIBTORCH_SHA256") })
    }

    #[cfg(test)]
    pub fn at(url: &str) -> Self {
        Self { url: url.to_owned(), sha256: None }
    }

    /// The official one, where there is one for this machine.
    pub fn official(target: Target, flavour: Flavour) -> Option<Self> {
        archive_url(target, flavour).map(|url| Self { url, sha256: None })
    }

    /// Downloads into `partial`, or goes on with what is there; gives the path of a whole archive of the right version.
    pub fn download(&self, partial: &Path, lock: &Lock) -> Result<PathBuf> {
        if let Some(file) = self.url.strip_prefix("file://") {
            // On this machine already: used where it lies.
            let file = PathBuf::from(file);
            return self.check(&file).map(|()| file);
        }
        if !has_curl() {
            bail!("there is no curl to download {} with", self.url);
        }
        let part = partial.join(PART);
        let origin = partial.join(ORIGIN);
        if fs::read_to_string(&origin).ok().as_deref() != Some(&self.url) {
            super::provision::remove(&part)?;
            fs::write(&origin, &self.url).with_context(|| format!("cannot write {}", origin.display()))?;
        }
        // A part that opens is whole: a zip file's table of contents is its end.
        if unpack::open(&part).is_err() {
            let had = part.metadata().is_ok_and(|about| about.len() > 0);
            if let Err(error) = self.fetch(&part, lock) {
                if !had || command::is_disk_full(&error) {
                    return Err(error);
                }
                eprintln!("could not go on with the part that is there; starting again");
                super::provision::remove(&part)?;
                self.fetch(&part, lock)?;
            }
        }
        if let Err(error) = self.check(&part) {
            super::provision::remove(&part)?;
            return Err(error);
        }
        Ok(part)
    }

    fn fetch(&self, part: &Path, lock: &Lock) -> Result<()> {
        let mut curl = Command::new("curl");
        curl.args(["--fail", "--location", "--connect-timeout", "30", "--retry", "5", "--retry-delay", "2"]);
        // A connection that gives less than 1 kB/s for a minute is dead.
        curl.args(["--speed-limit", "1000", "--speed-time", "60", "--continue-at", "-"]);
        if self.url.starts_with("https:") {
            curl.args(["--proto-redir", "=https"]);
        }
        curl.args(["--silent", "--show-error"]).arg("--output").arg(part).arg("--").arg(&self.url);
        curl.stdin(lock.stdin()?).stdout(Stdio::null());
        eprintln!("downloading {}", self.url);
        let meter = Meter::new("libtorch archive", self.size().unwrap_or_default());
        let (status, complaints) = command::watch(&mut curl, Some(meter), &[part], |_| true)?;
        if status.success() {
            return Ok(());
        }
        if status.code() == Some(23) || command::speaks_of_full_disk(&complaints) {
            return Err(anyhow::Error::new(DiskFull));
        }
        let last = complaints.lines().rev().find(|line| !line.is_empty()).unwrap_or("it gave no reason");
        Err(anyhow!("curl could not download {}: {last}", self.url))
    }

    /// The size that the server tells, for the progress.
    fn size(&self) -> Option<u64> {
        let head = Command::new("curl")
            .args(["--fail", "--location", "--silent", "--head", "--max-time", "20", "--"])
            .arg(&self.url)
            .stdin(Stdio::null())
            .output()
            .ok()?;
        content_length(&String::from_utf8_lossy(&head.stdout))
    }

    fn check(&self, part: &Path) -> Result<()> {
        unpack::open(part).with_context(|| format!("{} does not lead to an archive", self.url))?;
        let digest = unpack::sha256(part)?;
        match &self.sha256 {
            Some(wanted) if !wanted.eq_ignore_ascii_case(&digest) => {
                bail!("{} has the digest {digest}, expected {wanted}", self.url)
            }
            Some(_) => eprintln!("  sha256 {digest}, as given"),
            None => eprintln!(
                "  sha256 {digest} (no digest is known for it: only its inner checksums and version are checked)"
            ),
        }
        let version = match unpack::text(part, "libtorch/build-version")? {
            Some(version) => version,
            None => unpack::text(part, "torch/version.py")?
                .and_then(|text| python_version(&text))
                .unwrap_or_default(),
        };
        let version = version.trim();
        if version.split('+').next() != Some(VERSION) {
            let found = if version.is_empty() { "an archive without a version" } else { version };
            bail!("expected libtorch {VERSION}, but {} holds {found}", self.url);
        }
        Ok(())
    }
}

/// Is there a curl?
fn has_curl() -> bool {
    Command::new("curl")
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .is_ok_and(|output| output.status.success())
}

/// The last `Content-Length`: redirections come before it.
fn content_length(headers: &str) -> Option<u64> {
    headers.lines().rev().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok()).flatten()
    })
}

/// `__version__ = '2.11.0+cu130'` in a wheel's version.py.
fn python_version(text: &str) -> Option<String> {
    let line = text.lines().find_map(|line| line.strip_prefix("__version__ ="))?;
    Some(line.trim().trim_matches(['\'', '"']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::setup::tests::zip_with;

    fn checked(members: &[(&str, &str)], sha256: Option<&str>) -> Result<()> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.zip");
        zip_with(&path, members);
        Archive { url: "http://mirror/x.zip".into(), sha256: sha256.map(str::to_owned) }.check(&path)
    }

    #[test]
    fn the_version_inside_counts() {
        checked(&[("libtorch/build-version", "2.11.0+cpu\n")], None).unwrap();
        checked(&[("torch/version.py", "x = 1\n__version__ = '2.11.0'\n")], None).unwrap();
        let error = checked(&[("libtorch/build-version", "2.5.1+cpu\n")], None).unwrap_err().to_string();
        assert_eq!(error, "expected libtorch 2.11.0, but http://mirror/x.zip holds 2.5.1+cpu");
        let error = checked(&[("readme", "")], None).unwrap_err().to_string();
        assert!(error.ends_with("holds an archive without a version"), "{error}");
    }

    #[test]
    fn a_digest_that_is_given_counts() {
        let error = checked(&[("libtorch/build-version", "2.11.0")], Some("00ff")).unwrap_err().to_string();
        assert!(error.ends_with("expected 00ff"), "{error}");
    }

    #[test]
    fn the_size_is_that_of_the_last_answer() {
        let headers =
            "HTTP/1.1 302 Found\r\nContent-Length: 10\r\n\r\nHTTP/2 200\r\ncontent-length: 1234\r\nx: y\r\n";
        assert_eq!(content_length(headers), Some(1234));
        assert_eq!(content_length("HTTP/2 200\r\n"), None);
    }
}
