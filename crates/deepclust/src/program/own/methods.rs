use crate::program::say;
use anyhow::Result;
use deepclust_methods::METHODS;

/// `deepclust methods`.
pub fn methods() -> Result<bool> {
    say(&format!("{:<20} {:<9} {:<10} what it does", "name", "cost", "k"));
    for method in METHODS {
        let cost = if method.trains { "minutes" } else { "seconds" };
        let k = match (method.needs_labels, method.finds_k) {
            (true, _) => "by labels",
            (_, true) => "found",
            _ => "given",
        };
        say(&format!("{:<20} {cost:<9} {k:<10} {}", method.slug, method.summary));
    }
    say(
        "`fit` cannot take the methods that need labels. Cost: of one seed on 10,000 rows; results/defaults has them all.",
    );
    Ok(true)
}
