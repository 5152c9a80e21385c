//! Pages, and what was found.

use crate::program::arguments::{Render, What, chosen};
use crate::program::say;
use anyhow::{Result, bail};
use deepclust_experiments::Store;
use deepclust_papers::{PAPERS, Paper, Request, best_rows, results_table};
use deepclust_report::replace_block;
use std::path::Path;

/// Rendering alone.
pub fn render_only(options: &Render) -> Result<bool> {
    let (target, request) = options.what.resolve()?;
    let out = options.what.out();
    if !out.join("runs").is_dir() {
        bail!(
            "{}: expected a folder with records below `runs`, found none; make some with `cargo xtask reproduce`",
            out.display()
        );
    }
    render(&chosen(&target), &request, &Store::open(&out)?, &options.what)?;
    Ok(true)
}

/// Writes the pages of papers, and says where they are and what they show.
pub fn render(papers: &[&Paper], request: &Request, store: &Store, what: &What) -> Result<()> {
    let mut pages = Vec::new();
    for paper in papers {
        let page = deepclust_papers::render(paper, store, request.scale)?;
        say(&format!("{}, {} figures beside it", page.path(store).display(), page.figures().len()));
        pages.push(page);
        for line in best_rows(paper, store, request.scale, request.dataset.as_deref())? {
            say(&line);
        }
    }
    // Of some alone it would hold old pages of the others.
    if pages.len() == PAPERS.len() {
        say(&deepclust_papers::index(&pages, store)?.display().to_string());
    }
    if !what.quick && what.out.is_none() {
        refresh_readme(store)?;
    }
    Ok(())
}

/// What the README shows of results comes from the records: nothing in it is typed.
fn refresh_readme(store: &Store) -> Result<()> {
    let path = Path::new("README.md");
    let Ok(text) = std::fs::read_to_string(path) else { return Ok(()) };
    let table = results_table(store)?;
    if let Some(new) = replace_block(&text, "results", &table.to_markdown())
        && new != text
    {
        Store::read_only(Path::new(".")).write_file(path, new.as_bytes())?;
        say("README.md");
    }
    Ok(())
}
