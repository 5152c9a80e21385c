//! Bad input is refused with a message, never with a panic.

use deepclust_cluster::{
    Covariances, Error, GaussianMixture, GaussianMixtureSettings, KMeans, KMeansSettings, MiniBatchKMeans,
    MiniBatchSettings, SweepSettings, sweep,
};
use ndarray::{Array1, Array2, array};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

fn rng() -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(1)
}

fn kmeans(k: usize) -> KMeans {
    KMeans::new(KMeansSettings::new(k)).unwrap()
}

fn square() -> Array2<f64> {
    array![[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
}

#[test]
fn data() {
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let mut x = square();
        x[[2, 1]] = bad;
        let expected = Error::NotFinite { what: "the data", row: 2, column: 1 };
        assert_eq!(kmeans(2).fit(x.view(), &mut rng()).unwrap_err(), expected);
        let x32 = x.mapv(|v| v as f32);
        assert_eq!(kmeans(2).fit(x32.view(), &mut rng()).unwrap_err(), expected);
        let csr = deepclust_cluster::Csr::new(
            (4, 2),
            vec![0, 1, 1, 3, 4],
            vec![0, 0, 1, 0],
            vec![1.0, 2.0, bad, 3.0],
        );
        assert_eq!(kmeans(2).fit_csr(csr.view(), None, &mut rng()).unwrap_err(), expected);
        let mixture = GaussianMixture::new(GaussianMixtureSettings::new(2)).unwrap();
        assert_eq!(mixture.fit(x.view(), &mut rng()).unwrap_err(), expected);
        assert_eq!(sweep(x.view(), &SweepSettings::new(1, 2), &mut rng()).unwrap_err(), expected);
        let model = kmeans(2).fit(square().view(), &mut rng()).unwrap();
        assert_eq!(model.predict(x.view()).unwrap_err(), expected);
        assert_eq!(model.transform(x.view()).unwrap_err(), expected);
        let expected = Error::NotFinite { what: "the initial centres", row: 2, column: 1 };
        assert_eq!(kmeans(4).fit_from(square().view(), x.view(), None).unwrap_err(), expected);
    }
    let huge = square() * 1e160;
    assert_eq!(kmeans(2).fit(huge.view(), &mut rng()).unwrap_err(), Error::Overflow { what: "the data" });
    for shape in [(0, 3), (3, 0), (0, 0)] {
        let x = Array2::<f32>::zeros(shape);
        let expected = Error::Empty { rows: shape.0, columns: shape.1 };
        assert_eq!(kmeans(1).fit(x.view(), &mut rng()).unwrap_err(), expected);
    }
    let columns = deepclust_cluster::Csr::csr_from_dense(square().view(), 0.0).to_csc();
    assert!(
        kmeans(2).fit_csr(columns.view(), None, &mut rng()).unwrap_err().to_string().contains("by columns")
    );
}

#[test]
fn shapes() {
    let x = square();
    let error = kmeans(5).fit(x.view(), &mut rng()).unwrap_err();
    assert_eq!(error, Error::TooManyClusters { clusters: 5, samples: 4 });
    assert_eq!(error.to_string(), "5 clusters asked for, but there are only 4 samples");
    let error = kmeans(2).fit_from(x.view(), array![[0.0, 1.0, 2.0]].view(), None).unwrap_err();
    assert_eq!(error.to_string(), "the initial centres have shape [1, 3], expected [2, 2]");
    let model = kmeans(2).fit(x.view(), &mut rng()).unwrap();
    assert!(matches!(model.predict(Array2::zeros((3, 5)).view()).unwrap_err(), Error::Shape { .. }));
    assert_eq!(model.predict(Array2::zeros((0, 2)).view()).unwrap(), Vec::<usize>::new());
    let mixture = GaussianMixture::new(GaussianMixtureSettings::new(2)).unwrap();
    let from = |weights: Array1<f64>, means, covariances| {
        mixture.fit_from_parameters(square().view(), weights, means, covariances).unwrap_err().to_string()
    };
    let full = Covariances::Full(vec![Array2::eye(2), Array2::eye(2)]);
    assert!(from(array![0.5], square(), full.clone()).contains("means"));
    let means = array![[0.0, 0.0], [1.0, 1.0]];
    assert!(from(array![0.5], means.clone(), full.clone()).contains("weights"));
    assert!(from(array![0.5, 0.5], means.clone(), Covariances::Full(vec![])).contains("covariances"));
    assert!(
        from(array![0.5, 0.5], means.clone(), Covariances::Spherical(array![1.0, 1.0])).contains("shape")
    );
    let indefinite = Covariances::Full(vec![Array2::eye(2), -Array2::eye(2)]);
    assert!(from(array![0.5, 0.5], means, indefinite).contains("covariance 1 is not positive definite"));
    assert!(mixture.fit_from_posteriors(square().view(), Array2::ones((4, 2)).view()).is_err());
}

#[test]
fn weights() {
    let x = square();
    for weights in [&[1.0, 1.0][..], &[1.0, -1.0, 1.0, 1.0], &[1.0, f64::NAN, 1.0, 1.0], &[0.0; 4]] {
        assert!(kmeans(2).fit_weighted(x.view(), Some(weights), &mut rng()).is_err(), "{weights:?}");
    }
}

#[test]
fn settings() {
    let refused = |settings: KMeansSettings, name| match KMeans::new(settings).unwrap_err() {
        Error::Setting { name: found, .. } => assert_eq!(found, name),
        other => panic!("{other}"),
    };
    refused(KMeansSettings::new(0), "n_clusters");
    refused(KMeansSettings::new(2).n_init(0), "n_init");
    refused(KMeansSettings::new(2).max_iter(0), "max_iter");
    refused(KMeansSettings::new(2).tol(-1.0), "tol");
    refused(KMeansSettings::new(2).tol(f64::NAN), "tol");
    refused(KMeansSettings::new(2).schedule(vec![]), "schedule");
    refused(KMeansSettings::new(2).schedule(vec![5, 0]), "schedule");
    assert!(serde_json::from_str::<KMeansSettings>(r#"{ "n_clusters": 3, "n_inits": 4 }"#).is_err());
    assert!(
        serde_json::from_str::<GaussianMixtureSettings>(r#"{ "n_components": 3, "tolerance": 4 }"#).is_err()
    );
    assert!(GaussianMixture::new(GaussianMixtureSettings::new(0)).is_err());
    assert!(GaussianMixture::new(GaussianMixtureSettings::new(1).reg_covar(-1.0)).is_err());
    let x = square();
    assert!(MiniBatchKMeans::start(MiniBatchSettings::new(2).batch_size(0), x.view(), &mut rng()).is_err());
    assert!(MiniBatchKMeans::start(MiniBatchSettings::new(9), x.view(), &mut rng()).is_err());
    assert!(sweep(x.view(), &SweepSettings::new(3, 2), &mut rng()).is_err());
    assert!(sweep(x.view(), &SweepSettings::new(0, 2), &mut rng()).is_err());
    assert!(sweep(x.view(), &SweepSettings::new(1, 5), &mut rng()).is_err());
}

/// A component that has shrunk to one point stays regular through `reg_covar`, and without it the error says so.
#[test]
fn degenerate_mixture() {
    let x = Array2::from_shape_fn((20, 2), |(i, _)| (i % 2) as f64);
    let fit = |reg| {
        GaussianMixture::new(GaussianMixtureSettings::new(2).reg_covar(reg))
            .unwrap()
            .fit(x.view(), &mut rng())
    };
    assert!(fit(1e-6).unwrap().score(x.view()).unwrap().is_finite());
    assert!(matches!(fit(0.0).unwrap_err(), Error::NotPositiveDefinite { .. }));
}
