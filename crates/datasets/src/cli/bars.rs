//! Bars on a terminal.

use kdam::BarExt;

use crate::Progress;

/// Bars on a terminal.
pub(super) struct Bars(Option<kdam::Bar>);

impl Bars {
    pub(super) fn new() -> Self {
        kdam::term::init(true);
        Self(None)
    }
}

impl Progress for Bars {
    fn note(&mut self, text: &str) {
        eprintln!("{text}");
    }

    fn begin(&mut self, what: &str, bytes: Option<u64>) {
        let bar = kdam::BarBuilder::default()
            .total(bytes.unwrap_or(0) as usize)
            .desc(what)
            .unit("B")
            .unit_scale(true)
            .unit_divisor(1024usize);
        self.0 = bar.build().ok();
    }

    fn advance(&mut self, bytes: u64) {
        if let Some(bar) = &mut self.0 {
            // A terminal that goes away is no reason to stop a download.
            let _ = bar.update(bytes as usize);
        }
    }

    fn end(&mut self) {
        if let Some(mut bar) = self.0.take() {
            let _ = bar.refresh();
            eprintln!();
        }
    }
}
