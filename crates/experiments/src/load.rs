use crate::{DataSpec, Error, Generator, Result, RunSpec, Source};
use deepclust_datasets::{DataDirs, Dataset, Features, LoadOptions, Plain, Subset, load_with, own};
use deepclust_methods::Seed;
use ndarray::Array2;
use rand::Rng;
use rand_distr::{Distribution, StandardNormal};
use std::path::PathBuf;

/// Makes sure that the data of some runs are there and sound, fetching data sets that are nowhere. What it leaves is a decoded cache
/// that the workers open at once.
///
/// # Errors
/// When a data set is nowhere and cannot be fetched, or is not what was published; when a file is not there.
pub fn ensure_data<'a>(specs: impl IntoIterator<Item = &'a RunSpec>, dirs: &DataDirs) -> Result<()> {
    let mut done: Vec<&Source> = Vec::new();
    for spec in specs {
        let source = &spec.data.source;
        if done.contains(&source) {
            continue;
        }
        done.push(source);
        match source {
            Source::Named(name) => {
                let options = LoadOptions { dirs: dirs.clone(), ..LoadOptions::default() };
                load_with(name, &options, &mut Plain::new(std::io::stderr()))?;
            }
            Source::File(file) => {
                std::fs::metadata(&file.path).map_err(Error::io(&file.path))?;
            }
            Source::Generated(_) => {}
        }
    }
    Ok(())
}

/// The scored samples, and those that the method is fitted on where they are others.
pub(crate) fn load(spec: &RunSpec, data_dir: Option<PathBuf>) -> Result<(Dataset, Option<Dataset>)> {
    let scored = part(spec, data_dir.clone(), &spec.data, "subset")?;
    let Some(fit) = &spec.fit else { return Ok((scored, None)) };
    let fit = DataSpec { source: spec.data.source.clone(), split: fit.split, subset: fit.subset };
    Ok((scored, Some(part(spec, data_dir, &fit, "fit subset")?)))
}

fn part(spec: &RunSpec, data_dir: Option<PathBuf>, part: &DataSpec, stream: &str) -> Result<Dataset> {
    let data = match &part.source {
        Source::Named(name) => deepclust_datasets::load(
            name,
            &LoadOptions {
                dirs: DataDirs::new(data_dir),
                fetch: false, // the scheduler has fetched it; two workers must not
                split: part.split,
                ..LoadOptions::default()
            },
        )?,
        Source::File(file) => {
            let data = own::read(&file.path, &file.options)?;
            let found = data.digest();
            if found != file.digest {
                return Err(Error::Unsuitable {
                    dataset: spec.dataset(),
                    expected: format!("the content of digest {}", file.digest),
                    found: format!("{found} in {}", file.path.display()),
                });
            }
            data.split(part.split)?
        }
        Source::Generated(generator) => generate(generator, Seed(spec.seed)).split(part.split)?,
    };
    let subset = match part.subset {
        // A data set that has no more than are asked for is used as it is.
        Some(Subset::First { n } | Subset::Random { n }) if n >= data.len() => None,
        other => other,
    };
    match subset {
        Some(subset) => Ok(data.subset(subset, &mut Seed(spec.seed).stream(stream))?),
        None => Ok(data),
    }
}

fn generate(generator: &Generator, seed: Seed) -> Dataset {
    let Generator::GaussianPoints { samples, features, classes } = *generator;
    let mut rng = seed.stream("points");
    let values: Vec<f32> = StandardNormal.sample_iter(&mut rng).take(samples * features).collect();
    Dataset {
        name: "gaussian-points".to_owned(),
        features: Features::Dense(Array2::from_shape_fn((samples, features), |(i, j)| {
            values[features * i + j]
        })),
        labels: (0..samples).map(|_| rng.random_range(0..classes)).collect(),
        class_names: (0..classes).map(|class| class.to_string()).collect(),
        image: None,
        n_train: None,
        groups: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::tests::spec;
    use crate::{FileSource, FitSpec};
    use deepclust_datasets::Split;

    fn file(text: &str) -> (tempfile::TempDir, FileSource) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("own.csv");
        std::fs::write(&path, text).unwrap();
        let options = own::OwnOptions { label: Some("kind".to_owned()), ..Default::default() };
        let digest = own::read(&path, &options).unwrap().digest();
        (folder, FileSource { path, digest, options })
    }

    #[test]
    fn a_file_is_loaded_and_another_content_is_refused() {
        let (_folder, file) = file("a,b,kind\n0,1,x\n2,3,y\n4,5,x\n");
        let source = Source::File(file.clone());
        let data = DataSpec { source, split: Split::All, subset: Some(Subset::First { n: 2 }) };
        let fit = FitSpec { split: Split::All, subset: None, labelled: false };
        let run = RunSpec { data, fit: Some(fit), ..spec(0) };
        ensure_data([&run], &DataDirs::default()).unwrap();
        let (scored, fitted) = load(&run, None).unwrap();
        assert_eq!((scored.len(), fitted.unwrap().len(), scored.labels), (2, 3, vec![0, 1]));
        std::fs::write(&file.path, "a,b,kind\n0,1,x\n2,9,y\n").unwrap();
        assert!(load(&run, None).unwrap_err().to_string().contains("expected the content of digest"));
        std::fs::remove_file(&file.path).unwrap();
        assert!(ensure_data([&run], &DataDirs::default()).is_err());
    }

    #[test]
    fn generated_points_follow_the_seed() {
        let generator = Generator::GaussianPoints { samples: 30, features: 2, classes: 3 };
        let (a, b) = (generate(&generator, Seed(0)), generate(&generator, Seed(1)));
        assert_eq!(a, generate(&generator, Seed(0)));
        assert_ne!(a, b);
        assert_eq!((a.len(), a.n_features(), a.n_classes()), (30, 2, 3));
    }
}
