use crate::{AeKMeans, Damic, Dcn, Dec, Error, KDae, Method, PcaKMeans, RawKMeans, Result, Snnl, SnnlPoints};
use serde::de::DeserializeOwned;
use serde_json::Value;

type Constructor = fn(&Value) -> Result<Box<dyn Method>>;

/// Every method by name. A new one is one file and one line here.
pub const METHODS: &[(&str, Constructor)] = &[
    (RawKMeans::SLUG, |v| Ok(Box::new(RawKMeans::new(settings(RawKMeans::SLUG, v)?)?))),
    (PcaKMeans::SLUG, |v| Ok(Box::new(PcaKMeans::new(settings(PcaKMeans::SLUG, v)?)?))),
    (AeKMeans::SLUG, |v| Ok(Box::new(AeKMeans::new(settings(AeKMeans::SLUG, v)?)?))),
    (Snnl::SLUG, |v| Ok(Box::new(Snnl::new(settings(Snnl::SLUG, v)?)?))),
    (SnnlPoints::SLUG, |v| Ok(Box::new(SnnlPoints::new(settings(SnnlPoints::SLUG, v)?)?))),
    (Dec::SLUG, |v| Ok(Box::new(Dec::named(Dec::SLUG, settings(Dec::SLUG, v)?)?))),
    (Dec::SLUG_IMPROVED, |v| Ok(Box::new(Dec::named(Dec::SLUG_IMPROVED, settings(Dec::SLUG_IMPROVED, v)?)?))),
    (Dcn::SLUG, |v| Ok(Box::new(Dcn::new(settings(Dcn::SLUG, v)?)?))),
    (KDae::SLUG, |v| Ok(Box::new(KDae::new(settings(KDae::SLUG, v)?)?))),
    (Damic::SLUG, |v| Ok(Box::new(Damic::new(settings(Damic::SLUG, v)?)?))),
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
