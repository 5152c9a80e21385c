//! The commands. Where another program does the work, this one makes way for it: exit code, input, output and signals are its own.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, anyhow};

use crate::child;
use crate::cli::{self, SetupOptions};
use crate::exit::{Failure, Outcome, code_of};
use crate::repo::Repo;
use crate::setup::{self, Done, Source};

/// libtorch, and what was found said aloud.
pub fn setup(repo: &Repo, options: &SetupOptions) -> Outcome {
    let source = provide(repo, options)?;
    match &source {
        Source::Ours(dir, Done::Nothing) => {
            println!("libtorch {} is ready in {}", setup::VERSION, dir.display());
        }
        Source::Ours(..) => {}
        Source::Users(dir) => println!("libtorch {} of LIBTORCH={} is used", setup::VERSION, dir.display()),
        Source::Python => println!("LIBTORCH_USE_PYTORCH is set: the torch of the Python at hand is used"),
    }
    if let (Source::Ours(dir, _), true) = (&source, options.dir.is_some()) {
        println!("to build with it: export LIBTORCH={}", dir.display());
    }
    Ok(ExitCode::SUCCESS)
}

/// A command of the `deepclust` program: libtorch, build, hand over.
pub fn program(repo: &Repo, verb: &str, args: &[OsString]) -> Outcome {
    ready(repo, args, |mut command| hand_over(command.arg(verb).args(repo.arguments(args))))
}

/// The same where the user stands: paths are the user's own, and so is the folder of results.
pub fn own(repo: &Repo, verb: &str, args: &[OsString]) -> Outcome {
    ready(repo, args, |mut command| {
        hand_over(command.current_dir(repo.as_called(Path::new(""))).arg(verb).args(args))
    })
}

fn ready(repo: &Repo, args: &[OsString], run: impl FnOnce(Command) -> Outcome) -> Outcome {
    if args.iter().any(cli::is_help) && !repo.root().join(".libtorch").exists() {
        // Its own help would cost the download and the build first.
        println!("{}", cli::HELP);
        return Ok(ExitCode::SUCCESS);
    }
    provide(repo, &SetupOptions::default())?;
    need_cxx(repo)?;
    let program = build(repo)?;
    // What was just built is the working folder as it is now: the records say so.
    let mut command = repo.command(program);
    command.env("DEEPCLUST_REVISION", revision(repo));
    run(command)
}

/// What the numbers of a run come from. A record has its settings itself, so that plans, tables and pages are not among it.
const CODE: [&str; 12] = [
    "crates/cluster",
    "crates/datasets",
    "crates/experiments",
    "crates/losses",
    "crates/manifold",
    "crates/methods",
    "crates/metrics",
    "crates/nets",
    "crates/torch-link",
    ".cargo/config.toml",
    "Cargo.toml",
    "Cargo.lock",
];

/// The last commit that changed this code, with `+changes` when the code differs from it, or `unknown` outside a repository.
/// What is half done, and networks that runs share, are taken up again at the same revision: after a commit of results or of
/// a page too.
fn revision(repo: &Repo) -> String {
    let git = |args: &[&str]| {
        let output = repo.command("git").args(args).stderr(Stdio::null()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let of_code = |args: &[&str]| git(&[args, &["--"], &CODE].concat());
    let commit = of_code(&["log", "-1", "--format=%h", "--abbrev=12"]).filter(|commit| !commit.is_empty());
    let Some(commit) = commit else { return "unknown".to_owned() };
    let changes = of_code(&["status", "--porcelain"]);
    if changes.is_some_and(|list| list.is_empty()) { commit } else { format!("{commit}+changes") }
}

/// The feature with the main program, which the crates alone do without.
const PROGRAM: &str = "deepclust/program";

/// All tests, then those in the documentation.
pub fn test(repo: &Repo, args: &[OsString]) -> Outcome {
    provide(repo, &SetupOptions::default())?;
    need_cxx(repo)?;
    let nextest =
        repo.cargo().args(["nextest", "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let mut tests = repo.cargo();
    if nextest.is_ok_and(|status| status.success()) {
        tests.args(["nextest", "run", "--workspace", "--release", "--features", PROGRAM]);
    } else {
        tests.args(["test", "--workspace", "--release", "--features", PROGRAM]);
        tests.args(["--lib", "--bins", "--tests", "--examples"]);
    }
    in_turn([
        tests.args(args),
        repo.cargo().args(["test", "--workspace", "--release", "--features", PROGRAM, "--doc"]),
    ])
}

/// Formatting, clippy and documentation.
pub fn check(repo: &Repo) -> Outcome {
    in_turn([repo.cargo().args(["fmt", "--all", "--check"])]).and_then(|code| {
        if code != ExitCode::SUCCESS {
            return Ok(code);
        }
        provide(repo, &SetupOptions::default())?;
        need_cxx(repo)?;
        let mut doc = repo.cargo();
        // In the profile and with the features of the tests: libtorch's C++ and all macros are then built once, not twice.
        doc.args(["doc", "--workspace", "--release", "--features", PROGRAM, "--no-deps"])
            .env("RUSTDOCFLAGS", "-D warnings");
        in_turn([
            repo.cargo().args([
                "clippy",
                "--workspace",
                "--release",
                "--features",
                PROGRAM,
                "--all-targets",
                "--",
                "-D",
                "warnings",
            ]),
            &mut doc,
        ])
    })
}

/// Does every crate make a package that builds?
pub fn package(repo: &Repo, args: &[OsString]) -> Outcome {
    provide(repo, &SetupOptions::default())?;
    need_cxx(repo)?;
    in_turn([repo.cargo().args(["package", "--workspace", "--exclude", "xtask"]).args(args)])
}

fn provide(repo: &Repo, options: &SetupOptions) -> Result<Source, Failure> {
    let source = setup::ensure(repo, options).map_err(Failure::libtorch)?;
    if matches!(&source, Source::Ours(dir, Done::Replaced) if *dir == repo.root().join(".libtorch")) {
        // Its build script does not look at the files, and would go on linking what is no longer there.
        for profile in ["dev", "release"] {
            let _ = repo.cargo().args(["clean", "--quiet", "-p", "torch-sys", "--profile", profile]).status();
        }
    }
    Ok(source)
}

/// torch-sys compiles C++: better told here than in the middle of a build script's output.
fn need_cxx(repo: &Repo) -> Result<(), Failure> {
    let compiler = std::env::var_os("CXX").filter(|value| !value.is_empty()).unwrap_or_else(|| "c++".into());
    // CXX may hold a wrapper and options: `ccache g++`.
    let text = compiler.to_string_lossy().into_owned();
    let program = text.split_whitespace().next().unwrap_or("c++");
    let found = repo
        .command(program)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    match found {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => {
            Err(Failure::libtorch(anyhow!("no C++ compiler: {program} --version ends with {status}")))
        }
        Err(error) => Err(Failure::libtorch(anyhow!(
            "no C++ compiler: cannot run {program} ({error})\n  Debian and Ubuntu: apt-get install g++; macOS: xcode-select --install"
        ))),
    }
}

/// Builds `deepclust` and gives the program's path as cargo tells it, wherever its target folder is.
fn build(repo: &Repo) -> Result<PathBuf, Failure> {
    let mut cargo = repo.cargo();
    cargo.args(["build", "--release", "-p", "deepclust", "--features", "program", "--bin", "deepclust"]);
    cargo.args(["--message-format", "json-render-diagnostics"]).stdout(Stdio::piped());
    let mut build = child::spawn(&mut cargo).context("cannot run cargo")?;
    let mut program = None;
    for line in build.stdout.take().map(|stdout| BufReader::new(stdout).lines()).into_iter().flatten() {
        if let Some(path) = executable(&line.context("cannot read what cargo says")?) {
            program = Some(path);
        }
    }
    if !child::wait(build).context("cannot wait for cargo")?.success() {
        return Err(anyhow!("the build of deepclust failed; its messages are above").into());
    }
    Ok(program.context("cargo did not say where it put deepclust")?.into())
}

/// The `"executable"` of one of cargo's messages, where it has one.
fn executable(message: &str) -> Option<String> {
    let mut characters = message.split_once(r#""executable":""#)?.1.chars();
    let mut path = String::new();
    loop {
        match characters.next()? {
            '"' => return Some(path),
            '\\' => match characters.next()? {
                'u' => {
                    let code: String = characters.by_ref().take(4).collect();
                    path.push(char::from_u32(u32::from_str_radix(&code, 16).ok()?)?);
                }
                escaped => path.push(escaped),
            },
            plain => path.push(plain),
        }
    }
}

/// Runs commands one after the other; ends with the first that fails.
fn in_turn<'a>(commands: impl IntoIterator<Item = &'a mut Command>) -> Outcome {
    for command in commands {
        let args: Vec<_> = command.get_args().map(|arg| arg.to_string_lossy()).collect();
        eprintln!("$ cargo {}", args.join(" "));
        let status = child::status(command).context("cannot run cargo")?;
        if !status.success() {
            return Ok(code_of(status));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Becomes the other program; comes back only where that fails.
#[cfg(unix)]
pub fn hand_over(command: &mut Command) -> Outcome {
    let error = std::os::unix::process::CommandExt::exec(command);
    Err(anyhow::Error::new(error).context(format!("cannot run {}", command.get_program().display())).into())
}

#[cfg(not(unix))]
pub fn hand_over(command: &mut Command) -> Outcome {
    let status =
        command.status().with_context(|| format!("cannot run {}", command.get_program().display()))?;
    Ok(code_of(status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_of_the_revision_is_there() {
        let repo = Repo::locate().unwrap();
        assert!(CODE.iter().all(|path| repo.root().join(path).exists()));
        for entry in repo.root().join("crates").read_dir().unwrap() {
            let name = format!("crates/{}", entry.unwrap().file_name().to_string_lossy());
            let shown_alone = ["crates/deepclust", "crates/papers", "crates/plots", "crates/report"];
            assert!(CODE.contains(&name.as_str()) || shown_alone.contains(&name.as_str()), "{name}");
        }
    }

    #[test]
    fn the_program_is_where_cargo_says() {
        let message = r#"{"reason":"compiler-artifact","filenames":["/t/deepclust"],"executable":"/t/a \"b\"/\u00e9/deepclust","fresh":true}"#;
        assert_eq!(executable(message).unwrap(), "/t/a \"b\"/é/deepclust");
        assert_eq!(executable(r#"{"reason":"compiler-artifact","executable":null}"#), None);
        assert_eq!(executable(r#"{"reason":"build-finished","success":true}"#), None);
    }
}
