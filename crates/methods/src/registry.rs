use crate::{AeKMeans, Damic, Dcn, Dec, Error, KDae, Method, PcaKMeans, RawKMeans, Result, Snnl};
use serde::de::DeserializeOwned;
use serde_json::Value;

type Constructor = fn(&Value) -> Result<Box<dyn Method>>;

/// Every method by name. A new one is one file and one line here.
pub const METHODS: &[(&str, Constructor)] = &[
    (RawKMeans::SLUG, |v| raw(RawKMeans::SLUG, v)),
    (RawKMeans::SLUG_ALL, |v| raw(RawKMeans::SLUG_ALL, v)),
    (PcaKMeans::SLUG, |v| pca(PcaKMeans::SLUG, v)),
    (PcaKMeans::SLUG_70, |v| pca(PcaKMeans::SLUG_70, v)),
    (AeKMeans::SLUG, |v| autoencoder(AeKMeans::SLUG, v)),
    (AeKMeans::SLUG_64, |v| autoencoder(AeKMeans::SLUG_64, v)),
    (AeKMeans::SLUG_70, |v| autoencoder(AeKMeans::SLUG_70, v)),
    ("snnl-1", |v| snnl("snnl-1", v)),
    ("snnl-2", |v| snnl("snnl-2", v)),
    ("snnl-3", |v| snnl("snnl-3", v)),
    ("snnl-4", |v| snnl("snnl-4", v)),
    ("snnl-5", |v| snnl("snnl-5", v)),
    ("snnl-6", |v| snnl("snnl-6", v)),
    ("snnl-7", |v| snnl("snnl-7", v)),
    ("snnl-8", |v| snnl("snnl-8", v)),
    (Snnl::SLUG_CODE, |v| snnl(Snnl::SLUG_CODE, v)),
    (Dec::SLUG, |v| dec(Dec::SLUG, v)),
    (Dec::SLUG_IMPROVED, |v| dec(Dec::SLUG_IMPROVED, v)),
    (Dcn::SLUG, |v| Ok(Box::new(Dcn::new(settings(Dcn::SLUG, v)?)?))),
    (KDae::SLUG, |v| Ok(Box::new(KDae::new(settings(KDae::SLUG, v)?)?))),
    (Damic::SLUG, |v| Ok(Box::new(Damic::new(settings(Damic::SLUG, v)?)?))),
];

fn raw(slug: &'static str, v: &Value) -> Result<Box<dyn Method>> {
    Ok(Box::new(RawKMeans::new(slug, settings(slug, v)?)?))
}

fn pca(slug: &'static str, v: &Value) -> Result<Box<dyn Method>> {
    Ok(Box::new(PcaKMeans::new(slug, settings(slug, v)?)?))
}

fn autoencoder(slug: &'static str, v: &Value) -> Result<Box<dyn Method>> {
    Ok(Box::new(AeKMeans::new(slug, settings(slug, v)?)?))
}

fn dec(slug: &'static str, v: &Value) -> Result<Box<dyn Method>> {
    Ok(Box::new(Dec::named(slug, settings(slug, v)?)?))
}

fn snnl(slug: &'static str, v: &Value) -> Result<Box<dyn Method>> {
    Ok(Box::new(Snnl::new(slug, settings(slug, v)?)?))
}

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
