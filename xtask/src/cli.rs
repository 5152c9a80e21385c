//! The command line, parsed by hand: few commands, and most hand their arguments on untouched.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use anyhow::{Result, anyhow, bail};

/// What `cargo xtask help` prints.
pub const HELP: &str = "\
cargo xtask <command> [arguments]

Your own data (docs/own-data.md; each says more with --help)
  fit DATA [-k K] [--method NAME] [--seeds N] [--labels COLUMN|FILE] [--set KEY=VALUE] [--out DIR]
                         cluster a file, a folder of pictures or a data set: several seeds, and a report
  predict MODEL DATA     clusters of new rows
  embed MODEL DATA       features of new rows
  choose-k DATA          what speaks for one number of clusters or another
  compare DATA --methods LIST
                         several methods on the same data
  methods                the methods, a line each

Reproduce
  reproduce <dataset|paper|all> [--quick] [--runs N] [--seeds LIST] [--jobs N] [--device cpu|cuda|auto]
            [--methods LIST] [--rows LIST] [--ablations] [--data-dir DIR] [--out DIR] [--rerun] [--dry-run]
                         train, cluster, measure, record; what is recorded already is not run again
  render [arguments]     tables, figures and pages from the records
  verify [N] [arguments] run N recorded runs again and compare
  data list|fetch|verify [arguments]
                         the data sets: what there is, fetch it, check it

Set up
  setup [--cuda] [--force] [--dir DIR]
                         libtorch 2.11.0 into .libtorch/ (the commands that need it do this by themselves)
      --cuda             with the CUDA parts and NVIDIA's libraries (Linux; some 2.5 GB to download)
      --force            anew, even where a good one is there
      --dir DIR          into DIR instead; set LIBTORCH=DIR to use it

Develop
  test [arguments]       all tests (nextest where installed), then the examples in the documentation
  check                  formatting, clippy and documentation, warnings refused
  package [arguments]    does every crate package?
  help                   this text

Environment
  LIBTORCH                  a libtorch 2.11.0 of your own, used as it is
  DEEPCLUST_LIBTORCH_URL    an archive (zip) to take libtorch from: a mirror, or file:///...
  DEEPCLUST_LIBTORCH_SHA256 its digest, checked where given
  DEEPCLUST_DATA            folder of the data sets

Exit codes: 2 usage, 3 missing data, 4 missing libtorch, else that of the program that was run.";

/// The commands, as typed.
const NAMES: [&str; 15] = [
    "fit",
    "predict",
    "embed",
    "choose-k",
    "compare",
    "methods",
    "reproduce",
    "render",
    "verify",
    "data",
    "setup",
    "test",
    "check",
    "package",
    "help",
];
/// Those on a user's own data, which lie where the user stands.
const OWN: [&str; 6] = ["fit", "predict", "embed", "choose-k", "compare", "methods"];

/// A parsed command line.
#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    Help,
    Setup(SetupOptions),
    Data(Vec<OsString>),
    /// A command of the `deepclust` program, with its arguments.
    Program(&'static str, Vec<OsString>),
    /// One that works where the user stands.
    Own(&'static str, Vec<OsString>),
    Test(Vec<OsString>),
    Check,
    Package(Vec<OsString>),
}

/// The arguments of `setup`; the default is what the other commands ask for.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct SetupOptions {
    pub cuda: bool,
    pub force: bool,
    pub dir: Option<PathBuf>,
}

/// Reads the arguments that follow `cargo xtask`.
pub fn parse(args: &[OsString]) -> Result<Command> {
    let Some((first, rest)) = args.split_first() else { return Ok(Command::Help) };
    let name = first.to_string_lossy();
    if matches!(&*name, "-h" | "--help") {
        return Ok(Command::Help);
    }
    let name = NAMES.into_iter().find(|known| *known == name).ok_or_else(|| unknown(&name))?;
    Ok(match name {
        "help" => Command::Help,
        "setup" | "check" | "test" | "package" if rest.iter().any(is_help) => Command::Help,
        "setup" => Command::Setup(setup_options(rest)?),
        "data" => Command::Data(rest.to_vec()),
        "test" => Command::Test(rest.to_vec()),
        "package" => Command::Package(rest.to_vec()),
        "check" => match rest.first() {
            None => Command::Check,
            Some(extra) => bail!("check takes no arguments, got '{}'", extra.display()),
        },
        verb if OWN.contains(&verb) => Command::Own(verb, rest.to_vec()),
        verb => Command::Program(verb, rest.to_vec()),
    })
}

/// Is this argument a request for help?
pub fn is_help(arg: &OsString) -> bool {
    matches!(arg.to_str(), Some("-h" | "--help"))
}

fn setup_options(args: &[OsString]) -> Result<SetupOptions> {
    let mut options = SetupOptions::default();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.to_str() {
            Some("--cuda") => options.cuda = true,
            Some("--force") => options.force = true,
            Some("--dir") => options.dir = Some(folder(args.next().map(OsString::as_os_str))?),
            Some(other) if other.starts_with("--dir=") => {
                options.dir = Some(folder(Some(OsStr::new(&other["--dir=".len()..])))?);
            }
            _ => bail!("setup takes --cuda, --force and --dir DIR, got '{}'", arg.display()),
        }
    }
    Ok(options)
}

fn folder(value: Option<&OsStr>) -> Result<PathBuf> {
    match value {
        Some(value) if !value.is_empty() => Ok(PathBuf::from(value)),
        _ => bail!("--dir needs a folder"),
    }
}

fn unknown(name: &str) -> anyhow::Error {
    let begun = NAMES.into_iter().find(|known| name.len() > 1 && known.starts_with(name));
    let near = || {
        NAMES
            .into_iter()
            .map(|known| (strsim::levenshtein(name, known), known))
            .min()
            .filter(|(distance, _)| *distance <= 2)
    };
    let nearest = begun.or_else(|| near().map(|(_, known)| known));
    let hint = nearest.map_or(String::new(), |known| format!("; did you mean '{known}'?"));
    anyhow!("no command '{name}'{hint}\ncommands: {}\n`cargo xtask help` says more", NAMES.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command> {
        parse(&line.split_whitespace().map(OsString::from).collect::<Vec<_>>())
    }

    fn refused(line: &str) -> String {
        parsed(line).expect_err(line).to_string()
    }

    #[test]
    fn nothing_and_help_give_the_help_text() {
        for line in ["", "help", "-h", "--help", "setup --help", "test -h"] {
            assert_eq!(parsed(line).unwrap(), Command::Help, "{line}");
        }
    }

    #[test]
    fn help_names_every_command() {
        for name in NAMES {
            assert!(HELP.lines().any(|line| line.trim_start().starts_with(name)), "{name}");
        }
    }

    #[test]
    fn setup_reads_its_options_in_any_order() {
        let wanted = SetupOptions { cuda: true, force: true, dir: Some("x/y".into()) };
        assert_eq!(parsed("setup --dir x/y --force --cuda").unwrap(), Command::Setup(wanted));
        let wanted = SetupOptions { dir: Some("z".into()), ..SetupOptions::default() };
        assert_eq!(parsed("setup --dir=z").unwrap(), Command::Setup(wanted));
        assert!(refused("setup --gpu").contains("'--gpu'"));
        assert!(refused("setup --dir").contains("needs a folder"));
        assert!(refused("setup --dir=").contains("needs a folder"));
    }

    #[test]
    fn programs_get_their_arguments_untouched() {
        let rest = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
        assert_eq!(
            parsed("reproduce mnist --quick").unwrap(),
            Command::Program("reproduce", rest(&["mnist", "--quick"]))
        );
        assert_eq!(parsed("verify --help").unwrap(), Command::Program("verify", rest(&["--help"])));
        assert_eq!(parsed("fit a.csv -k 3").unwrap(), Command::Own("fit", rest(&["a.csv", "-k", "3"])));
        assert_eq!(parsed("data list").unwrap(), Command::Data(rest(&["list"])));
        assert_eq!(parsed("test -p x").unwrap(), Command::Test(rest(&["-p", "x"])));
    }

    #[test]
    fn check_refuses_arguments() {
        assert_eq!(parsed("check").unwrap(), Command::Check);
        assert!(refused("check all").contains("no arguments"));
    }

    #[test]
    fn unknown_commands_get_a_suggestion_and_the_list() {
        assert!(refused("reprodcue mnist").contains("did you mean 'reproduce'"));
        assert!(refused("pack").contains("did you mean 'package'"));
        let far = refused("zzzzzzz");
        assert!(!far.contains("did you mean") && far.contains("reproduce, render, verify"));
    }
}
