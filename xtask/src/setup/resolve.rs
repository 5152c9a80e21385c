//! Which libtorch the builds will use: the user's own, or the one in `.libtorch/`, which is then made sure of.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Result, bail};

use super::VERSION;
use super::inspect::{self, State};
use super::plan::{Flavour, Target};
use super::provision::{Done, Request, provision};
use crate::cli::SetupOptions;
use crate::repo::Repo;

/// The libtorch that is used.
#[derive(Debug, PartialEq, Eq)]
pub enum Source {
    /// The one in `.libtorch/` (or in the folder given by `--dir`), and what was done about it.
    Ours(PathBuf, Done),
    /// The one that LIBTORCH (or LIBTORCH_LIB and LIBTORCH_INCLUDE) names.
    Users(PathBuf),
    /// That of the Python at hand (LIBTORCH_USE_PYTORCH), which torch-sys asks itself.
    Python,
}

/// The variables by which torch-sys is told where libtorch is.
#[derive(Debug, Default)]
struct Variables {
    libtorch: Option<PathBuf>,
    lib: Option<PathBuf>,
    include: Option<PathBuf>,
    python: bool,
    any_version: bool,
}

impl Variables {
    fn read(get: impl Fn(&str) -> Option<OsString>) -> Self {
        let path = |name| get(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        Self {
            libtorch: path("LIBTORCH"),
            lib: path("LIBTORCH_LIB"),
            include: path("LIBTORCH_INCLUDE"),
            python: get("LIBTORCH_USE_PYTORCH").is_some(),
            any_version: get("LIBTORCH_BYPASS_VERSION_CHECK").is_some(),
        }
    }
}

/// Makes sure that there is a libtorch to build with.
pub fn ensure(repo: &Repo, options: &SetupOptions) -> Result<Source> {
    let ours = repo.root().join(".libtorch");
    let variables = Variables::read(|name| std::env::var_os(name));
    let insists = options.force || options.dir.is_some();
    if let Some(source) = users(&variables, &ours, Target::host().ok())? {
        if !insists {
            return Ok(source);
        }
        eprintln!(
            "note: LIBTORCH or a variable like it is set and will be used for builds, not what is set up now"
        );
    }
    let dir = options.dir.as_ref().map_or(ours, |dir| repo.as_called(dir));
    let flavour = if options.cuda { Flavour::Cuda } else { Flavour::Cpu };
    let request = Request { dir: dir.clone(), target: Target::host()?, flavour, force: options.force };
    let started = Instant::now();
    let done = provision(&request)?;
    if done != Done::Nothing {
        eprintln!(
            "libtorch {VERSION} is set up in {} ({:.0} s)",
            dir.display(),
            started.elapsed().as_secs_f64()
        );
    }
    Ok(Source::Ours(dir, done))
}

/// The user's own libtorch, checked, where one is named.
fn users(variables: &Variables, ours: &Path, target: Option<Target>) -> Result<Option<Source>> {
    if variables.python {
        return Ok(Some(Source::Python));
    }
    let named = variables.libtorch.as_deref().filter(|dir| !same(dir, ours));
    if named.is_none() && variables.lib.is_none() && variables.include.is_none() {
        return Ok(None);
    }
    let dir = named.unwrap_or(ours);
    let lib = variables.lib.as_deref().unwrap_or(dir);
    let include = variables.include.as_deref().unwrap_or(dir);
    if let Some(relative) = [dir, lib, include].into_iter().find(|path| path.is_relative()) {
        bail!(
            "LIBTORCH={} must be an absolute path: each crate is built in a folder of its own",
            relative.display()
        );
    }
    // On a system that we know no libtorch for, the file names are those of Linux.
    let state = inspect::parts(
        dir,
        &lib.join("lib"),
        &include.join("include"),
        target.unwrap_or(Target::LinuxX86_64),
    );
    let fix = format!(
        "unset LIBTORCH (then {VERSION} is set up in .libtorch/), or point it to a libtorch {VERSION}: a folder with lib/ and include/"
    );
    match state {
        State::Ready(_) => {}
        State::Version(found) if variables.any_version => {
            let found = found.as_deref().unwrap_or("of unknown version");
            eprintln!(
                "warning: LIBTORCH={} is {found}, not {VERSION}; LIBTORCH_BYPASS_VERSION_CHECK lets it pass",
                dir.display()
            );
        }
        State::Version(Some(found)) => bail!(
            "LIBTORCH={} holds libtorch {found}, expected {VERSION}\n  {fix}\n  \
             (LIBTORCH_BYPASS_VERSION_CHECK=1 tries it as it is)",
            dir.display()
        ),
        State::Version(None) => bail!(
            "LIBTORCH={} does not tell its version, expected {VERSION} (build-version, or torch/headeronly/version.h)\n  {fix}",
            dir.display()
        ),
        State::Absent => bail!("LIBTORCH={} does not exist or is empty\n  {fix}", dir.display()),
        State::Incomplete(part) => {
            bail!("LIBTORCH={} is no libtorch: there is no {part}\n  {fix}", dir.display())
        }
    }
    Ok(Some(Source::Users(dir.to_owned())))
}

/// Do two paths name one folder? (One that is not there yet has no canonical form.)
fn same(a: &Path, b: &Path) -> bool {
    a == b || matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::setup::tests::tree_with;

    const TARGET: Option<Target> = Some(Target::LinuxX86_64);

    fn named(dir: &Path) -> Variables {
        Variables { libtorch: Some(dir.to_owned()), ..Variables::default() }
    }

    fn refused(variables: &Variables) -> String {
        users(variables, Path::new("/repo/.libtorch"), TARGET).expect_err("accepted").to_string()
    }

    #[test]
    fn what_cargo_sets_is_ours() {
        let ours = Path::new("/repo/.libtorch");
        assert_eq!(users(&named(ours), ours, TARGET).unwrap(), None);
        assert_eq!(users(&Variables::default(), ours, TARGET).unwrap(), None);
    }

    #[test]
    fn an_empty_variable_counts_as_unset() {
        let variables = Variables::read(|name| (name == "LIBTORCH").then(OsString::new));
        assert!(variables.libtorch.is_none() && !variables.python);
    }

    #[test]
    fn python_is_left_to_torch_sys() {
        let variables = Variables::read(|name| (name == "LIBTORCH_USE_PYTORCH").then(|| "1".into()));
        assert_eq!(users(&variables, Path::new("/repo/.libtorch"), TARGET).unwrap(), Some(Source::Python));
    }

    #[test]
    fn the_right_version_is_honoured() {
        let folder = tempfile::tempdir().unwrap();
        tree_with(folder.path(), "2.11.0+cpu");
        let found = users(&named(folder.path()), Path::new("/repo/.libtorch"), TARGET).unwrap();
        assert_eq!(found, Some(Source::Users(folder.path().to_owned())));
    }

    #[test]
    fn a_wrong_version_is_named_with_the_right_one_and_a_way_out() {
        let folder = tempfile::tempdir().unwrap();
        tree_with(folder.path(), "2.5.1+cpu");
        let error = refused(&named(folder.path()));
        for part in
            ["libtorch 2.5.1", "expected 2.11.0", "unset LIBTORCH", &folder.path().display().to_string()]
        {
            assert!(error.contains(part), "{part} in {error}");
        }
        let lenient = Variables { any_version: true, ..named(folder.path()) };
        assert!(users(&lenient, Path::new("/repo/.libtorch"), TARGET).unwrap().is_some());
    }

    #[test]
    fn what_is_no_libtorch_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(refused(&named(&folder.path().join("none"))).contains("does not exist"));
        std::fs::write(folder.path().join("x"), "").unwrap();
        assert!(refused(&named(folder.path())).contains("there is no"));
        assert!(refused(&named(Path::new("libtorch"))).contains("absolute"));
        tree_with(folder.path(), "");
        assert!(refused(&named(folder.path())).contains("does not tell its version"));
    }

    #[test]
    fn libraries_and_headers_may_lie_apart() {
        let folder = tempfile::tempdir().unwrap();
        let (libraries, headers) = (folder.path().join("a"), folder.path().join("b"));
        tree_with(&libraries, "2.11.0");
        tree_with(&headers, "2.11.0");
        std::fs::remove_dir_all(libraries.join("include")).unwrap();
        assert!(refused(&named(&libraries)).contains("there is no"));
        let apart = Variables { include: Some(headers), ..named(&libraries) };
        assert!(users(&apart, Path::new("/repo/.libtorch"), TARGET).unwrap().is_some());
    }
}
