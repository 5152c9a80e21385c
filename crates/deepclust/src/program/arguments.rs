use clap::{Args, Parser, Subcommand};
use deepclust_nets::DeviceChoice;
use deepclust_papers::{Error, PAPERS, Request, Result, Target, parse_target};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Reproduces the tables and figures of deep-clustering papers.
#[derive(Debug, Parser)]
#[command(name = "deepclust", version, bin_name = "cargo xtask")]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make the runs that are not recorded yet, then write tables, figures and pages.
    Reproduce(Reproduce),
    /// Write tables, figures and pages from the records that are there.
    Render(Render),
    /// Make some recorded runs again and compare.
    Verify(Verify),
    /// Make one run that a scheduler describes on standard input.
    #[command(hide = true)]
    Worker,
}

#[derive(Args, Debug, Clone)]
pub struct What {
    /// A data set (mnist), a paper (biswas), or `all`.
    pub target: String,
    /// A small version of everything, within minutes and marked QUICK; it goes to an output folder of its own.
    #[arg(long)]
    pub quick: bool,
    /// Seeds 0, 1, … of that number for every method [default: what the paper's protocol asks for].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub runs: Option<u16>,
    /// Only these seeds, comma-separated, in the place of the first ones.
    #[arg(long, value_name = "SEEDS", value_delimiter = ',', conflicts_with = "runs")]
    pub seeds: Option<Vec<u64>>,
    /// Only these methods, comma-separated.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub methods: Option<Vec<String>>,
    /// Only these deviations of the ablations, comma-separated; `none` is the rows without one.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub variants: Option<Vec<String>>,
    /// The output folder [default: results, or results/quick with --quick].
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct Reproduce {
    #[command(flatten)]
    pub what: What,
    /// Processes at once [default: one a core].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
    /// Threads of each process for clustering and metrics; libtorch always gets one. Results do not depend on it.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: u16,
    /// Where networks are trained: cpu, cuda or auto.
    #[arg(long, value_name = "DEVICE", default_value = "cpu")]
    pub device: DeviceChoice,
    /// Where to look for data sets first.
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Make runs again although they are recorded; the new records take the old ones' places.
    #[arg(long)]
    pub rerun: bool,
    /// Say which runs would be made and about how long they take, and stop: nothing is written.
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Args, Debug)]
pub struct Render {
    #[command(flatten)]
    pub what: What,
}

#[derive(Args, Debug)]
pub struct Verify {
    /// How many recorded runs to make again, chosen at random.
    #[arg(default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    pub count: u16,
    /// The output folder with the records.
    #[arg(long, value_name = "DIR", default_value = "results")]
    pub out: PathBuf,
    /// Seed of the choice [default: from the clock].
    #[arg(long, value_name = "N")]
    pub choice: Option<u64>,
    /// Processes at once [default: one a core].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
    /// Where to look for data sets first.
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
}

impl What {
    /// Papers and request, with every name checked.
    pub fn resolve(&self) -> Result<(Target, Request)> {
        let target = parse_target(&self.target)?;
        let papers = || PAPERS.iter().filter(|paper| target.papers.contains(&paper.slug()));
        if let Some(methods) = &self.methods {
            check("method", methods, papers().flat_map(|paper| paper.methods().iter().copied()))?;
        }
        if let Some(variants) = &self.variants {
            let one_seed = Request { runs: Some(1), ..Request::default() };
            let runs: Vec<_> = papers().map(|paper| paper.runs(&one_seed)).collect::<Result<_>>()?;
            let known: BTreeSet<_> = runs.iter().flatten().filter_map(|run| run.variant.as_deref()).collect();
            check("variant", variants, known.into_iter().chain([Request::NO_VARIANT]))?;
        }
        let request = Request {
            dataset: target.dataset.map(str::to_owned),
            methods: self.methods.clone(),
            variants: self.variants.clone(),
            runs: self.runs.map(usize::from),
            only_seeds: self
                .seeds
                .as_ref()
                .map(|seeds| BTreeSet::from_iter(seeds.iter().copied()).into_iter().collect()),
            quick: self.quick,
        };
        Ok((target, request))
    }

    /// The output folder.
    pub fn out(&self) -> PathBuf {
        let usual = if self.quick { "results/quick" } else { "results" };
        self.out.clone().unwrap_or_else(|| PathBuf::from(usual))
    }
}

/// Every name has to be a known one.
fn check<'a>(kind: &'static str, names: &[String], known: impl Iterator<Item = &'a str>) -> Result<()> {
    let known: Vec<&str> = known.collect();
    match names.iter().find(|name| !known.contains(&name.as_str())) {
        Some(unknown) => Err(Error::unknown(kind, unknown, known)),
        None => Ok(()),
    }
}

/// As many as there are cores, unless a number is given.
pub fn jobs(wanted: Option<u16>) -> usize {
    wanted.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn names_are_checked() {
        let parse = |line: &[&str]| match Arguments::try_parse_from(line).unwrap().command {
            Command::Reproduce(options) => options.what,
            other => panic!("{other:?}"),
        };
        let what = parse(&["deepclust", "reproduce", "mnist", "--methods", "k-means,ae64-kmeans"]);
        let error = what.resolve().unwrap_err().to_string();
        assert!(error.starts_with("unknown method `ae64-kmeans`, did you mean `ae64-k-means`?"), "{error}");
        let what = parse(&["deepclust", "reproduce", "kdae", "--variants", "none,bf-16"]);
        let error = what.resolve().unwrap_err().to_string();
        assert!(error.starts_with("unknown variant `bf-16`, did you mean `bf16`?"), "{error}");
        let what = parse(&["deepclust", "reproduce", "kdae", "--variants", "none,bf16", "--runs", "1"]);
        let (_, request) = what.resolve().unwrap();
        let paper = PAPERS.iter().find(|paper| paper.slug() == "kdae").unwrap();
        let variants: Vec<_> = paper.runs(&request).unwrap().into_iter().map(|run| run.variant).collect();
        assert!(variants.contains(&None) && variants.contains(&Some("bf16".to_owned())));
        assert!(variants.iter().flatten().all(|name| name == "bf16"));
        let what = parse(&["deepclust", "reproduce", "mnist", "--quick", "--runs", "3"]);
        let (target, request) = what.resolve().unwrap();
        assert_eq!(
            (target.papers, request.runs, request.quick),
            (vec!["biswas", "snnl", "kdae"], Some(3), true)
        );
        assert_eq!(what.out(), PathBuf::from("results/quick"));
    }

    #[test]
    fn seeds_can_be_named() {
        let line = ["deepclust", "reproduce", "snnl", "--seeds", "3,1,3"];
        let Command::Reproduce(options) = Arguments::try_parse_from(line).unwrap().command else {
            panic!("another command")
        };
        let (_, request) = options.what.resolve().unwrap();
        let paper = PAPERS.iter().find(|paper| paper.slug() == "snnl").unwrap();
        let runs = paper.runs(&request).unwrap();
        let seeds = |variant: Option<&str>| -> BTreeSet<u64> {
            runs.iter().filter(|run| run.variant.as_deref() == variant).map(|run| run.seed.0).collect()
        };
        assert_eq!(seeds(None), BTreeSet::from([1, 3]));
        // The ablation has three seeds.
        assert_eq!(seeds(Some("layers-code")), BTreeSet::from([1]));
        assert!(Arguments::try_parse_from([&line[..], &["--runs", "2"]].concat()).is_err());
    }

    #[test]
    fn zero_is_refused() {
        assert!(Arguments::try_parse_from(["deepclust", "reproduce", "mnist", "--jobs", "0"]).is_err());
    }
}
