//! `data`: by the main program where that is built already, else by the small one, which needs no libtorch.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::SystemTime;

use crate::exit::Outcome;
use crate::repo::Repo;
use crate::tasks::hand_over;

/// Lists, fetches or verifies data sets. The main program has the same commands, and the small one, whose dependencies have
/// other features, would be compiled anew beside it.
pub fn data(repo: &Repo, args: &[OsString]) -> Outcome {
    let program = repo.target().join("release").join(format!("deepclust{}", std::env::consts::EXE_SUFFIX));
    if is_up_to_date(&program) && works(repo, &program) {
        return hand_over(repo.command(program).arg("data").args(repo.arguments(args)));
    }
    let mut cargo = repo.cargo();
    cargo.args([
        "run",
        "--release",
        "-p",
        "deepclust-datasets",
        "--features",
        "cli",
        "--bin",
        "deepclust-data",
        "--",
    ]);
    hand_over(cargo.args(repo.arguments(args)))
}

/// Does it start, which without its libtorch it does not, and know `data`?
fn works(repo: &Repo, program: &Path) -> bool {
    let mut command = repo.command(program);
    command.args(["data", "--help"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Is none of our sources younger than this program? cargo lists them beside it.
fn is_up_to_date(program: &Path) -> bool {
    let Some(built) = changed(program) else { return false };
    let Ok(list) = fs::read_to_string(program.with_extension("d")) else { return false };
    let mut sources = sources(&list).peekable();
    sources.peek().is_some()
        && sources.all(|source| changed(Path::new(&source)).is_some_and(|at| at <= built))
}

fn changed(file: &Path) -> Option<SystemTime> {
    fs::metadata(file).ok()?.modified().ok()
}

/// The files after `program:` in make's form, where a space in a name is escaped.
fn sources(list: &str) -> impl Iterator<Item = String> {
    let line = list.lines().next().unwrap_or_default().replace("\\ ", "\0");
    let files: Vec<_> = line.split(": ").nth(1).unwrap_or_default().split(' ').map(str::to_owned).collect();
    files.into_iter().filter(|file| !file.is_empty()).map(|file| file.replace('\0', " "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn sources_are_read_as_cargo_writes_them() {
        let found: Vec<_> = sources("/t/my\\ target/deepclust: /r/a.rs /r/b\\ c.rs\n").collect();
        assert_eq!(found, ["/r/a.rs", "/r/b c.rs"]);
        assert_eq!(sources("").count() + sources("/t/deepclust:\n").count(), 0);
    }

    #[test]
    fn a_program_is_up_to_date_until_a_source_changes_or_goes() {
        let folder = tempfile::tempdir().unwrap();
        let [program, list, source] =
            ["deepclust", "deepclust.d", "a.rs"].map(|name| folder.path().join(name));
        assert!(!is_up_to_date(&program));
        fs::write(&source, "").unwrap();
        fs::write(&program, "").unwrap();
        assert!(!is_up_to_date(&program), "without cargo's list");
        fs::write(&list, format!("{}: {}\n", program.display(), source.display())).unwrap();
        assert!(is_up_to_date(&program));
        let later = SystemTime::now() + Duration::from_secs(5);
        fs::File::options().write(true).open(&source).unwrap().set_modified(later).unwrap();
        assert!(!is_up_to_date(&program), "an older program");
        fs::remove_file(&source).unwrap();
        assert!(!is_up_to_date(&program), "a source that is gone");
    }
}
