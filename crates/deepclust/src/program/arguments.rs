use crate::program::own;
use clap::{Args, Parser, Subcommand};
use deepclust_datasets::cli::DataArgs;
use deepclust_experiments::Scale;
use deepclust_nets::{DeviceChoice, Products};
use deepclust_papers::{Error, PAPERS, Paper, Request, Result, Target, parse_target};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Clusters your own data, and reproduces the tables and figures of deep-clustering papers.
#[derive(Debug, Parser)]
#[command(name = "deepclust", version)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Cluster a file, a folder of pictures, or a data set: several seeds, how far they agree, and a report.
    Fit(own::Fit),
    /// Clusters of new rows, by a model that `fit` made.
    Predict(own::Predict),
    /// Features of new rows, by a model that `fit` made.
    Embed(own::Embed),
    /// What speaks for one number of clusters or another: communities, density, indices of k-means.
    ChooseK(own::ChooseK),
    /// Cluster the same data by several methods, and compare.
    Compare(own::Compare),
    /// The methods, a line each.
    Methods,
    /// Make the runs that are not recorded yet, then write tables, figures and pages.
    Reproduce(Reproduce),
    /// Write tables, figures and pages from the records that are there.
    Render(Render),
    /// Make some recorded runs again and compare.
    Verify(Verify),
    /// The data sets: what there is, fetch it, check it.
    Data(DataArgs),
    /// Make one run: a job as JSON in a file, or as one line on standard input.
    #[command(hide = true)]
    Worker {
        /// The file with the job.
        job: Option<PathBuf>,
    },
}

#[derive(Args, Debug, Clone)]
pub struct What {
    /// A data set (mnist), a paper (biswas), or `all`.
    pub target: String,
    /// A small version of everything, within minutes and marked QUICK; it goes to an output folder of its own.
    #[arg(long)]
    pub quick: bool,
    /// Seeds 0, 1, … of that number for every row [default: the row's own number].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub runs: Option<u16>,
    /// Only these seeds, comma-separated, in the place of the first ones.
    #[arg(long, value_name = "SEEDS", value_delimiter = ',', conflicts_with = "runs")]
    pub seeds: Option<Vec<u64>>,
    /// Only these methods, comma-separated.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub methods: Option<Vec<String>>,
    /// Only these rows, comma-separated, by their names in the pages' CSV files; ablations too.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub rows: Option<Vec<String>>,
    /// The ablations too, not the tables' rows alone.
    #[arg(long)]
    pub ablations: bool,
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
    /// MKL's kernels: by-ability of the processor, or by-maker, as MKL chooses by itself. A record says which.
    #[arg(long, value_name = "CHOICE", default_value_t = Products::ByAbility)]
    pub products: Products,
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
    /// Only runs of these methods, comma-separated.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub methods: Option<Vec<String>>,
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
        check_methods(self.methods.as_deref())?;
        let papers: Vec<&Paper> = chosen(&target);
        for name in self.rows.iter().flatten() {
            let mut checked = papers.iter().map(|paper| paper.check_row(name));
            let problem = papers.last().map(|paper| paper.check_row(name));
            if !checked.any(|known| known.is_ok()) {
                problem.transpose()?;
            }
        }
        let unique = |seeds: &Vec<u64>| BTreeSet::from_iter(seeds.iter().copied()).into_iter().collect();
        let request = Request {
            dataset: target.dataset.map(str::to_owned),
            methods: self.methods.clone(),
            rows: self.rows.clone(),
            runs: self.runs.map(u64::from),
            seeds: self.seeds.as_ref().map(unique),
            ablations: self.ablations,
            scale: self.scale(),
        };
        Ok((target, request))
    }

    /// Results, or the small version.
    pub fn scale(&self) -> Scale {
        if self.quick { Scale::Quick } else { Scale::Full }
    }

    /// The output folder.
    pub fn out(&self) -> PathBuf {
        let usual = if self.quick { "results/quick" } else { "results" };
        self.out.clone().unwrap_or_else(|| PathBuf::from(usual))
    }
}

/// Refuses a name that no method has.
pub fn check_methods(names: Option<&[String]>) -> Result<()> {
    let known = || deepclust_methods::METHODS.iter().map(|method| method.slug);
    match names.into_iter().flatten().find(|name| !known().any(|known| known == *name)) {
        Some(unknown) => Err(Error::unknown("method", unknown, known())),
        None => Ok(()),
    }
}

/// The papers of a target.
pub fn chosen(target: &Target) -> Vec<&'static Paper> {
    PAPERS.iter().copied().filter(|paper| target.papers.contains(&paper.slug)).collect()
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

    fn parse(line: &[&str]) -> What {
        match Arguments::try_parse_from(line).unwrap().command {
            Command::Reproduce(options) => options.what,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn names_are_checked() {
        let what = parse(&["deepclust", "reproduce", "mnist", "--methods", "k-means,ae-kmeans"]);
        let error = what.resolve().unwrap_err().to_string();
        assert!(error.starts_with("unknown method `ae-kmeans`, did you mean `ae-k-means`?"), "{error}");
        let what = parse(&["deepclust", "reproduce", "kdae", "--rows", "k-dae/sgd"]);
        let error = what.resolve().unwrap_err().to_string();
        assert!(error.starts_with("unknown row `k-dae/sgd`, did you mean `k-dae/"), "{error}");
        // A row of one of the papers is enough.
        parse(&["deepclust", "reproduce", "mnist", "--rows", "snnl-5"]).resolve().unwrap();
        let what = parse(&["deepclust", "reproduce", "mnist", "--quick", "--runs", "3"]);
        let (target, request) = what.resolve().unwrap();
        let papers = vec!["biswas", "snnl", "kdae", "repnet", "mixae", "no-network", "defaults"];
        assert_eq!((target.papers, request.runs, request.scale), (papers, Some(3), Scale::Quick));
        assert_eq!(what.out(), PathBuf::from("results/quick"));
    }

    #[test]
    fn seeds_can_be_named() {
        let line = ["deepclust", "reproduce", "snnl", "--seeds", "3,1,3"];
        let (target, request) = parse(&line).resolve().unwrap();
        let runs = chosen(&target)[0].runs(&request).unwrap();
        let seeds: BTreeSet<u64> = runs.iter().map(|run| run.seed).collect();
        assert_eq!(seeds, BTreeSet::from([1, 3]));
        assert!(Arguments::try_parse_from([&line[..], &["--runs", "2"]].concat()).is_err());
    }

    #[test]
    fn zero_is_refused() {
        assert!(Arguments::try_parse_from(["deepclust", "reproduce", "mnist", "--jobs", "0"]).is_err());
    }
}
