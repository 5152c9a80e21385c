use crate::saved_model::SavedModel;
use crate::{
    AeKMeans, Damic, Dcn, Dec, Error, GraphCommunities, Idec, KDae, Method, Mixae, Model, PcaGmm, PcaKMeans,
    RawKMeans, RepNet, Result, Shape, Snnl, SnnlPoints, Tomato, UmapHdbscan, Vade,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Every method. A new one is one folder and one line here.
pub const METHODS: &[Entry] = &[
    Entry::of::<RawKMeans>(),
    Entry::of::<PcaKMeans>(),
    Entry::of::<PcaGmm>(),
    Entry::of::<GraphCommunities>(),
    Entry::of::<UmapHdbscan>(),
    Entry::of::<Tomato>(),
    Entry::of::<AeKMeans>(),
    Entry::of::<Snnl>(),
    Entry::of::<SnnlPoints>(),
    Entry::of::<Dec>(),
    Entry::of::<Idec>(),
    Entry::of::<Dcn>(),
    Entry::of::<KDae>(),
    Entry::of::<Damic>(),
    Entry::of::<RepNet>(),
    Entry::of::<Mixae>(),
    Entry::of::<Vade>(),
];

/// What a method tells of itself, to be found by name.
pub(crate) trait Registered: Method + Sized + 'static {
    /// The name in records and on the command line.
    const SLUG: &'static str;
    /// What it does, in one line, with its source.
    const SUMMARY: &'static str;
    /// What its saved models are called: several methods may leave models of one kind.
    const KIND: &'static str;
    /// Whether it is fitted on labelled samples only.
    const NEEDS_LABELS: bool = false;
    /// Whether it trains a network, which takes minutes where others take seconds.
    const TRAINS: bool = true;
    /// Whether it finds the number of clusters, and does not use k.
    const FINDS_K: bool = false;
    /// Whether seeds differ.
    const RANDOM: bool = true;
    /// Everything that can be set.
    type Settings: Serialize + DeserializeOwned;

    /// The settings that data of that shape get unless others are given.
    fn defaults(shape: Shape) -> Self::Settings;

    /// The method with checked settings.
    fn checked(settings: Self::Settings) -> Result<Self>;

    /// A model of its kind from a file.
    fn load(saved: &SavedModel) -> Result<Box<dyn Model>>;
}

/// A method in the registry.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The name in records and on the command line.
    pub slug: &'static str,
    /// What it does, in one line, with its source.
    pub summary: &'static str,
    /// Whether it is fitted on labelled samples only.
    pub needs_labels: bool,
    /// Whether it trains a network, which takes minutes where others take seconds.
    pub trains: bool,
    /// Whether it finds the number of clusters, and does not use k.
    pub finds_k: bool,
    /// Whether seeds differ: where nothing is random, one is enough.
    pub random: bool,
    pub(crate) kind: &'static str,
    pub(crate) load: fn(&SavedModel) -> Result<Box<dyn Model>>,
    build: fn(&Value) -> Result<Box<dyn Method>>,
    defaults: fn(Shape) -> Result<Value>,
}

impl Entry {
    const fn of<M: Registered>() -> Self {
        Self {
            slug: M::SLUG,
            summary: M::SUMMARY,
            needs_labels: M::NEEDS_LABELS,
            trains: M::TRAINS,
            finds_k: M::FINDS_K,
            random: M::RANDOM,
            kind: M::KIND,
            load: M::load,
            build: |settings| {
                let settings: M::Settings =
                    Deserialize::deserialize(settings).map_err(|error| problem::<M>(&error))?;
                Ok(Box::new(M::checked(settings)?))
            },
            defaults: |shape| serde_json::to_value(M::defaults(shape)).map_err(|error| problem::<M>(&error)),
        }
    }

    /// The method with settings from JSON.
    ///
    /// # Errors
    /// [`Error::Settings`] says which field does not fit; what the method's own checks report.
    pub fn build(&self, settings: &Value) -> Result<Box<dyn Method>> {
        (self.build)(settings)
    }

    /// The settings that data of that shape get unless others are given, as JSON.
    ///
    /// # Errors
    /// [`Error::Settings`] for settings that JSON cannot hold, such as a number that is not finite.
    pub fn defaults(&self, shape: Shape) -> Result<Value> {
        (self.defaults)(shape)
    }
}

fn problem<M: Registered>(error: &serde_json::Error) -> Error {
    // Readers of a message need not know the types of a language.
    let words = [
        ("expected usize", "expected a whole number from 0 on"),
        ("expected u64", "expected a whole number from 0 on"),
        ("expected f64", "expected a number"),
        ("expected f32", "expected a number"),
        ("expected struct ", "expected the fields of "),
    ];
    let problem = words.iter().fold(error.to_string(), |text, (name, words)| text.replace(name, words));
    Error::Settings { method: M::SLUG, problem }
}

/// The method of that name.
///
/// # Errors
/// [`Error::UnknownMethod`] lists the names.
pub fn method(slug: &str) -> Result<&'static Entry> {
    METHODS.iter().find(|method| method.slug == slug).ok_or_else(|| Error::UnknownMethod {
        found: slug.to_owned(),
        known: METHODS.iter().map(|method| method.slug).collect::<Vec<_>>().join(", "),
    })
}

/// The method of that name with settings from JSON.
///
/// # Errors
/// [`Error::UnknownMethod`] lists the names, [`Error::Settings`] says which field does not fit.
pub fn build(slug: &str, settings: &Value) -> Result<Box<dyn Method>> {
    method(slug)?.build(settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_has_defaults_that_it_takes() {
        for method in METHODS {
            for shape in Shape::ALL {
                let settings = method.defaults(shape).unwrap();
                assert_eq!(method.build(&settings).unwrap().slug(), method.slug);
            }
        }
    }

    #[test]
    fn names_are_given_once() {
        for (i, method) in METHODS.iter().enumerate() {
            assert!(METHODS[..i].iter().all(|other| other.slug != method.slug));
            assert!(method.summary.len() < 100, "{}", method.slug);
        }
    }
}
