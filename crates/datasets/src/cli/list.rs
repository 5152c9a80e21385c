//! What there is.

use std::io::Write;

use crate::{DataDirs, catalog, status};

/// Every data set's lines on standard output.
pub(super) fn list(dirs: &DataDirs) {
    let mut out = std::io::stdout().lock();
    let mut here = 0;
    for entry in catalog::all() {
        let status = status(entry, dirs);
        let place = match (&status.folder, &status.partly) {
            (Some(folder), _) => format!("{} ({})", folder.display(), bytes(status.bytes)),
            (None, Some(partly)) => format!("incomplete: {partly}"),
            (None, None) => "not here".to_owned(),
        };
        let parts = match entry.test {
            0 => String::new(),
            test => format!(" ({} train + {test} test)", entry.train),
        };
        here += usize::from(status.folder.is_some());
        let mut lines = vec![
            format!("{}: {}", entry.name, entry.title),
            format!("  shape     {} × {}, {} classes{parts}", entry.samples(), entry.features, entry.classes),
            format!("  place     {place}"),
            format!("  licence   {}", entry.licence),
            format!("  sha-256   {}", entry.digest.unwrap_or("not known")),
        ];
        if !entry.aliases.is_empty() {
            lines.push(format!("  also      {}", entry.aliases.join(", ")));
        }
        if !entry.note.is_empty() {
            lines.push(format!("  note      {}", entry.note));
        }
        // A closed pipe (`| head`) is no error.
        if writeln!(out, "{}\n", lines.join("\n")).is_err() {
            return;
        }
    }
    let roots: Vec<_> = dirs.roots().iter().map(|root| root.display().to_string()).collect();
    let _ = writeln!(
        out,
        "{here} of {} here; looked in {} (sha-256: of the decoded content, which verify checks)",
        catalog::all().len(),
        roots.join(", ")
    );
}

fn bytes(n: u64) -> String {
    if n < 10_000_000 { format!("{:.1} MB", n as f64 / 1e6) } else { format!("{} MB", n / 1_000_000) }
}
