//! Where the repository is, and cargo as it is run from there.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

/// Options of the programs whose value is a path: given relative to where the user stands, while the programs run in the root.
const PATH_OPTIONS: [&str; 2] = ["--data-dir", "--out"];
/// Variables whose value is a path, likewise.
const PATH_VARIABLES: [&str; 3] = ["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR", "DEEPCLUST_DATA"];

/// The repository, and where it was called from.
#[derive(Debug)]
pub struct Repo {
    root: PathBuf,
    caller: PathBuf,
}

impl Repo {
    /// The parent of this crate's folder, as cargo tells it at run time (a repository that was moved is found, too).
    pub fn locate() -> Result<Self> {
        let manifest = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let root = Path::new(&manifest).parent().context("cannot tell where the repository is")?.to_owned();
        let caller = env::current_dir().context("cannot tell the current folder")?;
        Ok(Self { root, caller })
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A path as the user meant it.
    pub fn as_called(&self, path: &Path) -> PathBuf {
        self.caller.join(path)
    }

    /// cargo's target folder, unless a configuration of cargo's says otherwise.
    pub fn target(&self) -> PathBuf {
        let set = |name| env::var_os(name).filter(|value| !value.is_empty());
        match set("CARGO_TARGET_DIR").or_else(|| set("CARGO_BUILD_TARGET_DIR")) {
            Some(folder) => self.as_called(Path::new(&folder)),
            None => self.root.join("target"),
        }
    }

    /// A program, run in the root, without what `cargo run` has put into the environment for xtask alone.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        for (name, _) in env::vars_os() {
            // Build scripts watch some of these: with them, each change between xtask and plain cargo would build anew.
            let name_text = name.to_string_lossy();
            if name_text.starts_with("CARGO_PKG_") || name_text.starts_with("CARGO_MANIFEST_") {
                command.env_remove(&name);
            }
        }
        for name in PATH_VARIABLES {
            if let Some(value) = env::var_os(name).filter(|value| !value.is_empty()) {
                command.env(name, self.as_called(Path::new(&value)));
            }
        }
        // Where LIBTORCH is what .cargo/config.toml says, let it say so again: then builds are those of plain `cargo build`.
        let libtorch = env::var_os("LIBTORCH");
        if libtorch.is_some_and(|value| value.is_empty() || Path::new(&value) == self.root.join(".libtorch"))
        {
            command.env_remove("LIBTORCH");
        }
        command
    }

    /// The cargo that runs us.
    pub fn cargo(&self) -> Command {
        self.command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
    }

    /// Arguments for a program, relative paths made absolute where the user does not stand in the root.
    pub fn arguments(&self, args: &[OsString]) -> Vec<OsString> {
        if self.caller == self.root {
            return args.to_vec();
        }
        let mut expects_path = false;
        args.iter()
            .map(|arg| {
                let text = arg.to_string_lossy();
                if std::mem::replace(&mut expects_path, PATH_OPTIONS.contains(&&*text)) {
                    return self.as_called(Path::new(arg)).into_os_string();
                }
                match text.split_once('=') {
                    Some((option, path)) if PATH_OPTIONS.contains(&option) => {
                        let mut whole = OsString::from(format!("{option}="));
                        whole.push(self.as_called(Path::new(path)));
                        whole
                    }
                    _ => arg.clone(),
                }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(caller: &str, line: &str) -> String {
        let repo = Repo { root: "/repo".into(), caller: caller.into() };
        let args: Vec<_> = line.split(' ').map(OsString::from).collect();
        repo.arguments(&args).join(OsStr::new(" ")).into_string().unwrap()
    }

    #[test]
    fn paths_are_those_that_the_caller_means() {
        let line = "mnist --out x --runs 2 --data-dir=../d --methods --out";
        assert_eq!(arguments("/repo", line), line);
        assert_eq!(
            arguments("/repo/crates", line),
            "mnist --out /repo/crates/x --runs 2 --data-dir=/repo/crates/../d --methods --out"
        );
        assert_eq!(arguments("/home/me", "--out /abs"), "--out /abs");
    }

    #[test]
    fn the_root_holds_the_workspace() {
        assert!(Repo::locate().unwrap().root().join(".cargo/config.toml").is_file());
    }

    #[test]
    fn cargo_runs_in_the_root_without_our_package_variables() {
        let repo = Repo { root: "/repo".into(), caller: "/repo/crates".into() };
        let cargo = repo.cargo();
        assert_eq!(cargo.get_current_dir(), Some(Path::new("/repo")));
        // Tests are run by cargo, too, which sets these.
        for name in ["CARGO_PKG_NAME", "CARGO_MANIFEST_DIR"] {
            assert!(cargo.get_envs().any(|(key, value)| key == name && value.is_none()), "{name}");
        }
    }
}
