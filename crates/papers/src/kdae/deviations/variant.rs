//! A deviation, and what it deviates from.

use crate::Result;
use serde::Serialize;
use serde_json::Value;

/// A deviation from a row's protocol, or from another deviation.
pub(in crate::kdae) struct Variant {
    pub method: &'static str,
    pub name: &'static str,
    pub words: &'static str,
    /// The deviation that it is a further one of; none for one of the protocol.
    pub base: Option<&'static str>,
    pub settings: Value,
}

/// A name, words for the table, and the change of the settings.
pub(super) type Deviation<T> = (&'static str, &'static str, fn(&mut T));

/// What is deviated from: the protocol of a method, or a deviation of it.
#[derive(Clone, Copy)]
pub(super) struct Base {
    pub method: &'static str,
    pub name: Option<&'static str>,
}

impl Base {
    pub fn named(self, name: &'static str) -> Self {
        Self { name: Some(name), ..self }
    }

    /// What becomes of its `settings` by each deviation; `finish` makes the method's own of them.
    pub fn variants<T: Clone, S: Serialize>(
        self,
        settings: &T,
        deviations: &[Deviation<T>],
        finish: impl Fn(&T) -> S,
    ) -> Result<Vec<Variant>> {
        let variant = |&(name, words, change): &Deviation<T>| {
            let mut changed = settings.clone();
            change(&mut changed);
            let settings = serde_json::to_value(finish(&changed))?;
            Ok(Variant { method: self.method, name, words, base: self.name, settings })
        };
        deviations.iter().map(variant).collect()
    }
}
