use super::arguments::Compare;
use super::fit::{begin, describe, run, wanted};
use super::folder::Folder;
use super::input;
use crate::fit::{Error, Plan, Scores, sizes};
use crate::program::{interrupt, say, say_error};
use anyhow::Result;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

/// A method's line.
struct Line {
    method: String,
    found: Result<Found, String>,
}

/// What a method came to.
struct Found {
    clusters: usize,
    agreement: Option<f64>,
    seconds: f64,
    scores: Option<Scores>,
}

/// `deepclust compare`.
pub fn compare(options: &Compare) -> Result<bool> {
    begin(&options.search);
    let mut input = input::read(&options.data, &options.reading)?;
    describe(&input);
    let name = format!("{}-compared", input.name);
    let out = options.out.clone().unwrap_or_else(|| Path::new("deepclust-out").join(name));
    // Every name and setting is checked before the first method runs for hours.
    let plans = options.methods.iter().map(|method| {
        let mut wanted = wanted(&options.search, input.sparse);
        wanted.method = Some(method.clone());
        Plan::new(input.x.view(), &wanted)
    });
    let plans: Vec<Plan> = plans.collect::<Result<_, _>>()?;
    let all = Folder::open(&out)?;
    interrupt::watch_seeds(plans.iter().map(|plan| plan.seeds.len()).sum(), &out)?;
    let mut lines = Vec::new();
    for plan in plans {
        let (start, method) = (Instant::now(), plan.method.slug.to_owned());
        let folder = Folder::open(&out.join(&method))?;
        let x = input.x.clone();
        let made = run(&mut input, plan, &folder, Some(all.seeds("networks")), start);
        input.x = x;
        let found = match made {
            Ok((answer, seconds)) => {
                let scores = if input.labels.is_empty() { None } else { Some(answer.scores(&input.labels)?) };
                let clusters = sizes(&answer.chosen().labels).0.len();
                // One seed agrees with nobody.
                let agreement = (answer.runs.len() > 1).then(|| answer.mean_agreement());
                Ok(Found { clusters, agreement, seconds, scores })
            }
            // What one method cannot do, another may.
            Err(error) if error.is::<Error>() => {
                say_error(&format!("{method} failed: {error:#}"));
                Err(error.to_string())
            }
            Err(error) => return Err(error),
        };
        lines.push(Line { method, found });
    }
    show(&lines, &all)?;
    Ok(lines.iter().any(|line| line.found.is_ok()))
}

fn show(lines: &[Line], folder: &Folder) -> Result<()> {
    say(&format!(
        "{:<20} {:>8} {:>9} {:>8}   labels, for scoring alone",
        "method", "clusters", "agreement", "seconds"
    ));
    for line in lines {
        let named =
            |scores: &Scores| scores.named().map(|(name, value)| format!("{name} {value:.3}")).join(", ");
        let method = &line.method;
        let Ok(Found { clusters, agreement, seconds, scores }) = &line.found else {
            say(&format!("{method:<20} {:>8} {:>9} {:>8}   failed", "–", "–", "–"));
            continue;
        };
        let scores = scores.as_ref().map_or("none given".to_owned(), named);
        let agreement = agreement.map_or("–".to_owned(), |agreement| format!("{agreement:.2}"));
        say(&format!("{method:<20} {clusters:>8} {agreement:>9} {seconds:>8.1}   {scores}"));
    }
    let path = folder.write("compare.csv", |out: &mut dyn Write| {
        writeln!(out, "method,clusters,agreement,seconds,acc,nmi,ami,ari,purity")?;
        for line in lines {
            let method = &line.method;
            let Ok(Found { clusters, agreement, seconds, scores }) = &line.found else {
                writeln!(out, "{method},,,,,,,,")?;
                continue;
            };
            let scores: Vec<String> = match scores {
                Some(scores) => scores.named().iter().map(|(_, value)| format!("{value:.4}")).collect(),
                None => vec![String::new(); 5],
            };
            let agreement = agreement.map_or(String::new(), |agreement| format!("{agreement:.4}"));
            writeln!(out, "{method},{clusters},{agreement},{seconds:.1},{}", scores.join(","))?;
        }
        Ok(())
    })?;
    say(&format!("{}, and a folder for each method beside it", path.display()));
    // Of a method that failed now, too.
    let is_new = |name: &&str| lines.iter().any(|line| line.method == *name && line.found.is_ok());
    let earlier = folder.answers().into_iter().filter(|name| !is_new(name));
    let earlier: Vec<&str> = earlier.collect();
    if !earlier.is_empty() {
        say(&format!("  ! folders of an earlier comparison are there too: {}", earlier.join(", ")));
    }
    Ok(())
}
