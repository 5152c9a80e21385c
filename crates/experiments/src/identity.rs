//! A run's name: what it is.

use crate::canonical::{canonical_json, hex};
use crate::{Result, RunSpec};
use serde_json::{Value, json};
use std::path::PathBuf;

/// Version of the canonical form. It changes when the same run would get another digest; records then need a migration.
const VERSION: u32 = 1;

impl RunSpec {
    /// SHA-256 of the canonical form, in hexadecimal: the description in JSON with sorted keys, without the seed, which stands in
    /// the file's name, without what is measured, which decides nothing, and without a file's place.
    ///
    /// What is null, an empty list or an empty object is left out at every depth. So a field may be added to any settings without
    /// touching a record, as long as it is left out (`skip_serializing_if`) where it says what was so before.
    ///
    /// # Errors
    /// When the settings cannot be expressed as JSON.
    pub fn identity(&self) -> Result<String> {
        let mut value = serde_json::to_value(self)?;
        for key in ["seed", "measures"] {
            value.as_object_mut().and_then(|map| map.remove(key));
        }
        value.pointer_mut("/data/source/file").and_then(|file| file.as_object_mut()?.remove("path"));
        let form = json!({ "version": VERSION, "run": without_defaults(value).unwrap_or_default() });
        Ok(hex(canonical_json(&form).as_bytes()))
    }

    /// The folder of this run's records, of all seeds, below the output folder: `runs/<data set>/<method>/<identity>`.
    ///
    /// # Errors
    /// As [`identity`](Self::identity).
    pub fn folder(&self) -> Result<PathBuf> {
        let short: String = self.identity()?.chars().take(10).collect();
        Ok(PathBuf::from("runs").join(self.dataset()).join(&self.method.name).join(short))
    }

    /// Where the record lies below the output folder.
    ///
    /// # Errors
    /// As [`identity`](Self::identity).
    pub fn record_path(&self) -> Result<PathBuf> {
        Ok(self.folder()?.join(format!("{}.json", self.seed)))
    }

    /// Where the data of its figures lie below the output folder, given the digest of their text.
    ///
    /// # Errors
    /// As [`identity`](Self::identity).
    pub fn figure_data_path(&self, digest: &str) -> Result<PathBuf> {
        let short: String = digest.chars().take(12).collect();
        Ok(self.folder()?.join(format!("{}.{short}.figures", self.seed)))
    }
}

/// The value without anything empty; none where nothing is left.
fn without_defaults(value: Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::Array(values) if values.is_empty() => None,
        // Elements keep their places.
        Value::Array(values) => Some(Value::Array(
            values.into_iter().map(|value| without_defaults(value).unwrap_or_default()).collect(),
        )),
        Value::Object(map) => {
            let kept: serde_json::Map<_, _> =
                map.into_iter().filter_map(|(key, value)| Some((key, without_defaults(value)?))).collect();
            (!kept.is_empty()).then_some(Value::Object(kept))
        }
        other => Some(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measures::SampledSilhouette;
    use crate::spec::tests::spec;
    use crate::{DataSpec, FileSource, MeasureSpec, MethodSpec, Scale, Source};
    use deepclust_datasets::Split;
    use deepclust_datasets::own::OwnOptions;

    fn with(settings: Value) -> String {
        let method = MethodSpec { name: "k-means".into(), settings };
        RunSpec { method, ..spec(0) }.identity().unwrap()
    }

    #[test]
    fn the_canonical_form_is_fixed_for_ever() {
        // printf '%s' '{"run":{"data":{"source":{"named":"mnist"},"split":"train"},"method":{"name":"k-means","settings":
        // {"k_means":{"n_init":10}}}},"version":1}' (in one line) | sha256sum
        // A changed value means that no record is found any more.
        let expected = hex(br#"{"run":{"data":{"source":{"named":"mnist"},"split":"train"},"method":{"name":"k-means","settings":{"k_means":{"n_init":10}}}},"version":1}"#);
        assert_eq!(spec(0).identity().unwrap(), expected);
        let path = PathBuf::from(format!("runs/mnist/k-means/{}/3.json", &expected[..10]));
        assert_eq!(spec(3).record_path().unwrap(), path);
    }

    #[test]
    fn it_follows_every_setting_and_nothing_else() {
        let usual = spec(0).identity().unwrap();
        assert_ne!(with(json!({"k_means": {"n_init": 11}})), usual);
        assert_ne!(RunSpec { scale: Scale::Quick, ..spec(0) }.identity().unwrap(), usual);
        assert_eq!(spec(7).identity().unwrap(), usual);
        let measures = vec![MeasureSpec::SampledSilhouette(SampledSilhouette { samples: 10 })];
        assert_eq!(RunSpec { measures, ..spec(0) }.identity().unwrap(), usual);
    }

    #[test]
    fn a_new_field_without_a_value_changes_nothing() {
        assert_eq!(
            with(json!({"k_means": {"n_init": 10, "new": null, "list": [], "map": {"inner": null}}})),
            spec(0).identity().unwrap()
        );
        // Zero and false are values.
        assert_ne!(with(json!({"k_means": {"n_init": 10, "new": 0}})), spec(0).identity().unwrap());
    }

    #[test]
    fn a_file_is_its_content() {
        let at = |path: &str, digest: &str| {
            let file =
                FileSource { path: path.into(), digest: digest.into(), options: OwnOptions::default() };
            let data = DataSpec { source: Source::File(file), split: Split::All, subset: None };
            RunSpec { data, ..spec(0) }.identity().unwrap()
        };
        assert_eq!(at("a.csv", "00"), at("b/c.csv", "00"));
        assert_ne!(at("a.csv", "00"), at("a.csv", "01"));
    }
}
