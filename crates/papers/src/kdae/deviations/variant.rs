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

/// Further deviations, from the one of that name.
pub(super) type Further<'a, T> = (&'static str, &'a [Deviation<T>]);

/// What becomes of a method's `settings` by each deviation, and of those of some by further ones; `finish` makes the method's own
/// of them.
pub(super) fn variants_of<T: Clone, S: Serialize>(
    method: &'static str,
    settings: &T,
    deviations: &[Deviation<T>],
    further: &[Further<'_, T>],
    finish: impl Fn(&T) -> S,
) -> Result<Vec<Variant>> {
    let of = |base: Option<&'static str>, settings: &T, &(name, words, change): &Deviation<T>| {
        let mut changed = settings.clone();
        change(&mut changed);
        Ok(Variant { method, name, words, base, settings: serde_json::to_value(finish(&changed))? })
    };
    let mut variants = deviations.iter().map(|d| of(None, settings, d)).collect::<Result<Vec<_>>>()?;
    for (base, of_base) in further {
        let mut changed = settings.clone();
        apply(base, &mut changed, deviations, further);
        variants.extend(of_base.iter().map(|d| of(Some(base), &changed, d)).collect::<Result<Vec<_>>>()?);
    }
    Ok(variants)
}

/// Makes the deviation of that name, and before it what it is a further one of.
fn apply<T>(name: &str, settings: &mut T, deviations: &[Deviation<T>], further: &[Further<'_, T>]) {
    let of = |list: &[Deviation<T>]| list.iter().find(|(own, ..)| *own == name).map(|(.., change)| *change);
    let change = of(deviations).unwrap_or_else(|| {
        let mut lists = further.iter();
        let (base, change) =
            lists.find_map(|(base, list)| Some((*base, of(list)?))).expect("a deviation of that name");
        apply(base, settings, deviations, further);
        change
    });
    change(settings);
}

/// The first training in a method's settings.
#[cfg(test)]
pub(in crate::kdae) fn pretraining_of(settings: &Value) -> Value {
    if let Some(found) = settings.pointer("/pretraining").or(settings.pointer("/start/pretraining")) {
        return found.clone();
    }
    let mut own = settings.clone();
    for other in ["scaling", "k_means"] {
        own.as_object_mut().unwrap().remove(other);
    }
    own
}
