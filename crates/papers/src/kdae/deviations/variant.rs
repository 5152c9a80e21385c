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
    /// The deviation of that name as what further ones deviate from, and its settings.
    pub fn after<T: Clone>(self, name: &'static str, settings: &T, deviations: &[Deviation<T>]) -> (Self, T) {
        let mut changed = settings.clone();
        deviations.iter().filter(|(own, ..)| *own == name).for_each(|(_, _, change)| change(&mut changed));
        (Self { name: Some(name), ..self }, changed)
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
