use crate::{AeKMeans, Error, Method, PcaKMeans, RawKMeans, Result};
use serde::de::DeserializeOwned;
use serde_json::Value;

type Constructor = fn(&Value) -> Result<Box<dyn Method>>;

/// Every method by name. A new one is one file and one line here.
pub const METHODS: &[(&str, Constructor)] = &[
    (RawKMeans::SLUG, |v| Ok(Box::new(RawKMeans::new(settings(RawKMeans::SLUG, v)?)))),
    (PcaKMeans::SLUG, |v| Ok(Box::new(PcaKMeans::new(settings(PcaKMeans::SLUG, v)?)))),
    (AeKMeans::SLUG, |v| Ok(Box::new(AeKMeans::new(AeKMeans::SLUG, settings(AeKMeans::SLUG, v)?)))),
    (AeKMeans::SLUG_64, |v| Ok(Box::new(AeKMeans::new(AeKMeans::SLUG_64, settings(AeKMeans::SLUG_64, v)?)))),
];

/// The method of that name with settings from JSON.
///
/// # Errors
/// [`Error::UnknownMethod`] lists the names, [`Error::Settings`] says which field does not fit.
pub fn build(slug: &str, settings: &Value) -> Result<Box<dyn Method>> {
    match METHODS.iter().find(|(name, _)| *name == slug) {
        Some((_, constructor)) => constructor(settings),
        None => Err(Error::UnknownMethod {
            found: slug.to_owned(),
            known: METHODS.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", "),
        }),
    }
}

fn settings<T: DeserializeOwned>(method: &'static str, value: &Value) -> Result<T> {
    T::deserialize(value).map_err(|error| Error::Settings { method, problem: error.to_string() })
}
