//! Agreement with scikit-learn 1.9.0 from the same initial centres, on the cases of `benches/peers/cluster/reference_cases.py`.

use approx::assert_relative_eq;
use deepclust_cluster::{Algorithm, KMeans, KMeansSettings};
use ndarray::Array2;
use serde::Deserialize;

#[derive(Deserialize)]
struct Reference {
    scikit_learn: String,
    kmeans: Vec<Case>,
    sparse: Sparse,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    x: Vec<Vec<f64>>,
    init: Vec<Vec<f64>>,
    weights: Option<Vec<f64>>,
    max_iter: usize,
    tol: f64,
    labels: Vec<usize>,
    inertia: f64,
    n_iter: usize,
    centers: Vec<Vec<f64>>,
}

#[derive(Deserialize)]
struct Sparse {
    x: Vec<Vec<f64>>,
    init: Vec<Vec<f64>>,
    labels: Vec<usize>,
    inertia: f64,
    n_iter: usize,
}

const ALGORITHMS: [Algorithm; 4] =
    [Algorithm::Auto, Algorithm::Lloyd, Algorithm::Hamerly, Algorithm::Yinyang];

impl Case {
    /// Whether a cluster stays empty because there are fewer distinct samples than clusters. We put its centre on the heaviest cluster's
    /// mean, as scikit-learn means to; scikit-learn 1.9.0 takes that cluster's sum where its number is higher than the empty one's, so
    /// that the numbers of equal centres can differ. The partition is the same.
    fn spare_clusters(&self) -> bool {
        let used: std::collections::BTreeSet<_> = self.labels.iter().collect();
        used.len() < self.init.len()
    }
}

fn same_partition(a: &[usize], b: &[usize]) -> bool {
    let (mut there, mut back) = (std::collections::BTreeMap::new(), std::collections::BTreeMap::new());
    a.iter().zip(b).all(|(a, b)| there.entry(a).or_insert(b) == &b && back.entry(b).or_insert(a) == &a)
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("data/sklearn.json")).unwrap()
}

fn array(rows: &[Vec<f64>]) -> Array2<f64> {
    Array2::from_shape_vec((rows.len(), rows[0].len()), rows.concat()).unwrap()
}

#[test]
fn dense_cases() {
    let reference = reference();
    assert_eq!(reference.scikit_learn, "1.9.0");
    assert!(reference.kmeans.len() > 20);
    for case in &reference.kmeans {
        let (x, init) = (array(&case.x), array(&case.init));
        for algorithm in ALGORITHMS {
            let settings =
                KMeansSettings::new(init.nrows()).algorithm(algorithm).max_iter(case.max_iter).tol(case.tol);
            let model = KMeans::new(settings)
                .unwrap()
                .fit_from(x.view(), init.view(), case.weights.as_deref())
                .unwrap();
            let name = format!("{}, {algorithm:?}", case.name);
            assert_relative_eq!(model.inertia(), case.inertia, max_relative = 1e-9, epsilon = 1e-20);
            if case.spare_clusters() {
                assert!(same_partition(model.labels(), &case.labels), "{name}");
                continue;
            }
            assert_eq!(model.labels(), case.labels, "{name}");
            assert_eq!(model.n_iter(), case.n_iter, "{name}");
            let largest = x.iter().fold(0.0f64, |a, b| a.max(b.abs()));
            for (a, b) in model.centers().iter().zip(case.centers.concat()) {
                assert!((a - b).abs() <= 1e-12 * largest, "{name}: centre {a}, expected {b}");
            }
            assert_eq!(model.predict(x.view()).unwrap(), case.labels, "{name}");
        }
    }
}

#[test]
fn single_precision() {
    for case in reference().kmeans {
        // A million away from zero, f32 keeps one binary digit after the point of these data.
        if case.name == "a million away" {
            continue;
        }
        let (x, init) = (array(&case.x).mapv(|v| v as f32), array(&case.init).mapv(|v| v as f32));
        let settings = KMeansSettings::new(init.nrows()).max_iter(case.max_iter).tol(case.tol);
        let model =
            KMeans::new(settings).unwrap().fit_from(x.view(), init.view(), case.weights.as_deref()).unwrap();
        assert!(same_partition(model.labels(), &case.labels), "{}", case.name);
        assert!(case.spare_clusters() || model.labels() == case.labels, "{}", case.name);
        assert_relative_eq!(model.inertia(), case.inertia, max_relative = 1e-6, epsilon = 1e-12);
    }
}

#[test]
fn csr_case() {
    let case = reference().sparse;
    let (x, init) = (array(&case.x), array(&case.init));
    let csr = deepclust_cluster::Csr::csr_from_dense(x.view(), 0.0);
    let kmeans = KMeans::new(KMeansSettings::new(5)).unwrap();
    let model = kmeans.fit_csr_from(csr.view(), init.view(), None).unwrap();
    assert_eq!(model.labels(), case.labels);
    assert_eq!(model.n_iter(), case.n_iter);
    assert_relative_eq!(model.inertia(), case.inertia, max_relative = 1e-12);
    assert_eq!(model.predict_csr(csr.view()).unwrap(), case.labels);
    assert_eq!(model.predict(x.view()).unwrap(), case.labels);
    assert_eq!(kmeans.fit_from(x.view(), init.view(), None).unwrap().labels(), case.labels);
}
