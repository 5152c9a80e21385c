use super::arguments::ChooseK;
use super::board::Board;
use super::fit::{begin, describe, wanted};
use super::host::Listening;
use super::input;
use crate::fit::{ClusterCount, Plan, opinions};
use crate::program::say;
use anyhow::Result;
use deepclust_cluster::Opinions;

/// `deepclust choose-k`.
pub fn choose_k(options: &ChooseK) -> Result<bool> {
    begin(&options.search);
    let input = input::read(&options.data, &options.reading)?;
    describe(&input);
    let mut wanted = wanted(&options.search, input.sparse);
    let range = match &wanted.clusters {
        ClusterCount::Range(range) => range.clone(),
        ClusterCount::Auto => 2..=20.min(input.x.nrows()),
        ClusterCount::Number(k) => *k..=*k,
    };
    wanted.clusters = ClusterCount::Range(range.clone());
    let plan = Plan::new(input.x.view(), &wanted)?;
    let board = Board::new();
    let found = opinions(input.x.view(), &plan, &range, &Listening(&board))?;
    table(&found);
    for opinion in found.all() {
        match opinion.choice {
            Ok(k) => say(&format!("  {} says {k}", opinion.source)),
            Err(reason) => say(&format!("  {} has no answer: {reason}", opinion.source)),
        }
    }
    say(&found.sentence());
    Ok(true)
}

/// A line for each k.
fn table(found: &Opinions) {
    say(&format!("{} rows were looked at", found.rows));
    say(&format!(
        "{:>3} {:>10} {:>10} {:>10} {:>8} {:>8} {:>10} {:>10} {:>12} {:>8}",
        "k",
        "seeds",
        "resampled",
        "weakest",
        "density",
        "peaks",
        "inertia",
        "silhouette",
        "Calinski-H.",
        "Davies-B."
    ));
    let word = |value: Option<f64>, digits: usize| {
        value.map_or("–".to_owned(), |value| format!("{value:.digits$}"))
    };
    for stable in &found.communities.by_k {
        let density = found
            .density
            .as_ref()
            .map(|density| density.by_k.iter().find(|(k, _)| *k == stable.k).map_or(0, |&(_, count)| count));
        let choice = found.indices.as_ref().and_then(|sweep| sweep.choices.iter().find(|c| c.k == stable.k));
        say(&format!(
            "{:>3} {:>10} {:>10} {:>10} {:>8} {:>8} {:>10} {:>10} {:>12} {:>8}",
            stable.k,
            word(stable.seeds, 3),
            word(stable.resampled, 3),
            word(stable.weakest, 3),
            density.map_or("–".to_owned(), |count| count.to_string()),
            word(found.peaks.as_ref().and_then(|peaks| peaks.prominence(stable.k)), 1),
            choice.map_or("–".to_owned(), |choice| format!("{:.4e}", choice.inertia)),
            word(choice.and_then(|choice| choice.silhouette), 3),
            word(choice.and_then(|choice| choice.calinski_harabasz), 1),
            word(choice.and_then(|choice| choice.davies_bouldin), 3),
        ));
    }
    say("seeds, resampled: agreement of communities between seeds, and between draws of rows");
    say(
        "weakest: how far the worst community comes back in other searches; density: clusterings that found k",
    );
    if let Some(peaks) = &found.peaks {
        let (from, dimension) = (peaks.threshold, peaks.dimension);
        say(&format!(
            "peaks: how far the k-th peak of the density stands out; {from:.1} makes a cluster; rows lie in about {dimension:.1} dimensions"
        ));
    }
}
