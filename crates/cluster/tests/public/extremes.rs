//! Finite numbers of every size: the right answer, or an error that says they are too large or too small.

use deepclust_cluster::{
    Algorithm, Covariance, Error, GaussianMixture, GaussianMixtureSettings, Init, KMeans, KMeansModel,
    KMeansSettings, MiniBatchKMeans, MiniBatchSettings, SweepSettings, sweep,
};
use ndarray::{Array2, array};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

fn rng() -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(5)
}

fn kmeans(k: usize) -> KMeans {
    KMeans::new(KMeansSettings::new(k)).unwrap()
}

fn csr(x: &Array2<f64>) -> deepclust_cluster::Csr<f64> {
    deepclust_cluster::Csr::csr_from_dense(x.view(), 0.0)
}

/// Three groups of four.
fn groups() -> Array2<f64> {
    Array2::from_shape_fn((12, 2), |(i, j)| [0.0, 5.0, 9.0][i % 3] + [0.0, 0.2][(i / 3 + j) % 2])
}

fn parted(labels: &[usize]) -> bool {
    let distinct: std::collections::BTreeSet<_> = labels[..3].iter().collect();
    distinct.len() == 3 && labels.iter().enumerate().all(|(i, l)| *l == labels[i % 3])
}

#[test]
fn weights_of_every_size() {
    let x = array![[0.0, 0.0], [0.0, 0.0], [1.0, 1.0], [1.0, 1.0]];
    for weight in [5e-324, 1e-300, 1e-100, 1e100, 1e308, f64::MAX] {
        for init in [Init::KMeansPlusPlus, Init::Random] {
            let kmeans = KMeans::new(KMeansSettings::new(2).init(init)).unwrap();
            let weights = Some(&[weight; 4][..]);
            let dense = kmeans.fit_weighted(x.view(), weights, &mut rng()).unwrap();
            assert_eq!((dense.labels()[0], dense.labels()[2]), (dense.labels()[1], dense.labels()[3]));
            assert_ne!(dense.labels()[0], dense.labels()[2], "{weight}");
            assert_eq!(dense.inertia(), 0.0);
            let sparse = kmeans.fit_csr(csr(&x).view(), weights, &mut rng()).unwrap();
            assert_eq!(sparse.inertia(), 0.0);
        }
    }
    // One cluster has its mean in the middle; its inertia is Σ w / 4.
    let y = array![[0.0], [1.0], [0.0], [1.0]];
    for weight in [1e-300, 1e300] {
        let model = kmeans(1).fit_weighted(y.view(), Some(&[weight; 4]), &mut rng()).unwrap();
        assert_eq!(model.centers()[[0, 0]], 0.5);
        assert!((model.inertia() / weight - 1.0).abs() < 1e-12);
    }
    let error = kmeans(1).fit_weighted((&y * 1e9).view(), Some(&[1e308; 4]), &mut rng()).unwrap_err();
    assert_eq!(error, Error::Overflow { what: "the sample weights" });
    let settings = GaussianMixtureSettings::new(2).covariance(Covariance::Spherical);
    let covariances = deepclust_cluster::Covariances::Spherical(array![1.0, 1.0]);
    let model = GaussianMixture::new(settings)
        .unwrap()
        .fit_from_parameters(x.view(), array![1e308, 1e308], array![[0.0, 0.0], [1.0, 1.0]], covariances)
        .unwrap();
    assert_eq!(*model.weights(), array![0.5, 0.5]);
}

#[test]
fn rows_without_weight_do_not_count() {
    // x = {0, 1, 10}, the last without weight, and a centre that takes nothing.
    let (x, weights) = (array![[0.0], [1.0], [10.0]], [1.0, 1.0, 0.0]);
    let start = array![[0.4], [50.0]];
    let dense = kmeans(2).fit_from(x.view(), start.view(), Some(&weights)).unwrap();
    assert_eq!(dense.inertia(), 0.0);
    assert_ne!(dense.labels()[0], dense.labels()[1]);
    let sparse = kmeans(2).fit_csr_from(csr(&x).view(), start.view(), Some(&weights)).unwrap();
    assert_eq!(sparse.inertia(), 0.0);
    // All else being equal, such rows change neither centres nor when the iterations end.
    let x = Array2::from_shape_fn((200, 3), |(i, j)| ((i * (j + 3) * 31) % 97) as f64);
    let far = ndarray::concatenate![ndarray::Axis(0), x, Array2::from_elem((5, 3), 4000.0)];
    let mut weights = vec![1.0; 205];
    weights[200..].fill(0.0);
    let start = x.slice(ndarray::s![..4, ..]);
    for tol in [1e-4, 1e-2, 0.5] {
        let kmeans = KMeans::new(KMeansSettings::new(4).tol(tol)).unwrap();
        let without = kmeans.fit_from(x.view(), start, Some(&[1.0; 200])).unwrap();
        for with in [
            kmeans.fit_from(far.view(), start, Some(&weights)).unwrap(),
            kmeans.fit_csr_from(csr(&far).view(), start, Some(&weights)).unwrap(),
        ] {
            assert_eq!((with.n_iter(), &with.labels()[..200]), (without.n_iter(), without.labels()), "{tol}");
            assert!((with.inertia() / without.inertia() - 1.0).abs() < 1e-12);
        }
    }
}

#[test]
fn a_cluster_whose_weights_all_left_is_empty() {
    // 0.1 + 0.2 + 0.3 − 0.3 − 0.2 − 0.1 is not 0 in binary: what is left must not divide what is left of the sum.
    let x = array![[0.0], [0.1], [0.2], [3.0], [3.1], [9.0], [9.1]];
    let weights = [0.1, 0.2, 0.3, 0.7, 0.1, 0.6, 0.3];
    for first in 0..7 {
        let start = array![[x[[first, 0]] - 0.05], [1e3], [-1e3]];
        let model = kmeans(3).fit_from(x.view(), start.view(), Some(&weights)).unwrap();
        assert!(model.centers().iter().all(|c| (-0.1..9.2).contains(c)), "{}", model.centers());
        let used: std::collections::BTreeSet<_> = model.labels().iter().collect();
        assert_eq!(used.len(), 3);
    }
}

#[test]
fn fits_in_every_unit() {
    let x = groups();
    for scale in [1e-36_f32, 1e-25, 1e-12, 1e12, 1e25, 1e36] {
        for algorithm in [Algorithm::Auto, Algorithm::Lloyd, Algorithm::Hamerly, Algorithm::Yinyang] {
            let single = x.mapv(|v| v as f32) * scale;
            let kmeans = KMeans::new(KMeansSettings::new(3).n_init(1).algorithm(algorithm)).unwrap();
            let model = kmeans.fit(single.view(), &mut rng()).unwrap();
            assert!(parted(model.labels()), "{scale}");
            assert_eq!(model.predict(single.view()).unwrap(), model.labels());
            let sparse = deepclust_cluster::Csr::csr_from_dense(single.view(), 0.0);
            assert!(parted(kmeans.fit_csr(sparse.view(), None, &mut rng()).unwrap().labels()), "{scale}");
        }
    }
    for scale in [1e-135, 1e-100, 1e100, 1e150] {
        let scaled = &x * scale;
        let model = kmeans(3).fit(scaled.view(), &mut rng()).unwrap();
        assert!(parted(model.labels()), "{scale}");
        assert!(parted(kmeans(3).fit_csr(csr(&scaled).view(), None, &mut rng()).unwrap().labels()));
    }
    for (scale, error) in [
        (1e-170, Error::Underflow { what: "the data" }),
        (1e-300, Error::Underflow { what: "the data" }),
        (1e160, Error::Overflow { what: "the data" }),
        (1e307, Error::Overflow { what: "the data" }),
    ] {
        let scaled = &x * scale;
        assert_eq!(kmeans(3).fit(scaled.view(), &mut rng()).unwrap_err(), error);
        assert_eq!(kmeans(3).fit_csr(csr(&scaled).view(), None, &mut rng()).unwrap_err(), error);
        let settings = MiniBatchSettings::new(3);
        assert_eq!(MiniBatchKMeans::start(settings, scaled.view(), &mut rng()).unwrap_err(), error);
        assert_eq!(sweep(scaled.view(), &SweepSettings::new(2, 3), &mut rng()).unwrap_err(), error);
    }
    assert_eq!(kmeans(1).fit(Array2::from_elem((3, 2), 1e-200).view(), &mut rng()).unwrap().inertia(), 0.0);
    let start = array![[1e200, 0.0], [0.0, 0.0], [1.0, 1.0]];
    let error = kmeans(3).fit_from(x.view(), start.view(), None).unwrap_err();
    assert_eq!(error, Error::Overflow { what: "the initial centres" });
}

#[test]
fn predictions_at_every_scale() {
    let predict = |centers: &[f64], x: &[f64]| {
        let column = |v: &[f64]| Array2::from_shape_vec((v.len(), 1), v.to_vec()).unwrap();
        KMeansModel::from_centers(column(centers)).unwrap().predict(column(x).view()).unwrap()
    };
    assert_eq!(predict(&[-1e308, 1e308], &[-1.7e308, -1e300, 1e300, 1.7e308]), [0, 0, 1, 1]);
    assert_eq!(predict(&[0.0, 1e-200, 1.0], &[1e-200, 0.9e-200, 0.1e-200, 0.9, 1e-300]), [1, 1, 0, 2, 0]);
    assert_eq!(predict(&[1e-310, 3e-310], &[1.1e-310, 2.9e-310, 1e-310]), [0, 1, 0]);
    // 1e308 is as far from both, to the last bit of f64.
    assert_eq!(predict(&[1e200, 2e200], &[1.4e200, 1.6e200, 1e308, 0.0]), [0, 1, 0, 0]);
    let wide = KMeansModel::from_centers(array![[1e200_f64, 0.0], [0.0, 1e200]]).unwrap();
    let x = array![[1e200, 1e199], [1e199, 1e200]];
    assert_eq!(wide.predict(x.view()).unwrap(), [0, 1]);
    assert!(wide.predict_csr(csr(&x).view()).is_err());
    let single = KMeansModel::from_centers(array![[3e38_f32], [-3e38]]).unwrap();
    assert_eq!(single.predict(array![[1e30_f32], [-1e30]].view()).unwrap(), [0, 1]);
}

#[test]
fn distances_at_every_scale() {
    for exponent in [-1060, -600, 0, 600, 1020] {
        let half = 2f64.powi(exponent / 2);
        let model = KMeansModel::from_centers(array![[0.0, 0.0], [3.0, 4.0]] * half * half).unwrap();
        let found = model.transform((array![[3.0, 4.0]] * half * half).view()).unwrap();
        assert_eq!(found, array![[5.0, 0.0]] * half * half, "{exponent}");
    }
    let model = KMeansModel::from_centers(array![[3e38_f32]]).unwrap();
    assert_eq!(model.transform(array![[1e38_f32]].view()).unwrap(), array![[3e38_f32 - 1e38]]);
    let error = model.transform(array![[-3e38_f32]].view()).unwrap_err();
    assert_eq!(error, Error::Overflow { what: "the distances" });
    let model = KMeansModel::from_centers(array![[1.7e308]]).unwrap();
    assert!(model.transform(array![[-1.7e308]].view()).is_err());
}

#[test]
fn mixtures_of_far_rows() {
    let x = groups();
    for shape in [Covariance::Full, Covariance::Tied, Covariance::Diagonal, Covariance::Spherical] {
        let settings = GaussianMixtureSettings::new(3).covariance(shape).reg_covar(1e-2);
        let model = GaussianMixture::new(settings).unwrap().fit(x.view(), &mut rng()).unwrap();
        let near = model.predict_proba(array![[1e100, 1e100]].view()).unwrap();
        assert!((near.sum() - 1.0).abs() < 1e-9, "{shape:?}");
        // Log-densities whose differences are less than a rounding unit: equals share.
        assert!(near.iter().all(|p| (0.0..=1.0).contains(p)), "{near}");
        for far in [1e200, -1e308, f64::MAX] {
            let rows = array![[0.0, 0.0], [far, 1.0]];
            let refused = Error::Overflow { what: "the data" };
            assert_eq!(model.predict(rows.view()).unwrap_err(), refused);
            assert_eq!(model.predict_proba(rows.view()).unwrap_err(), refused);
            assert_eq!(model.score(rows.view()).unwrap_err(), refused);
            assert_eq!(model.bic(rows.view()).unwrap_err(), refused);
        }
        let posteriors = Array2::from_shape_fn((12, 3), |(i, c)| f64::from(i % 3 == c));
        let huge = GaussianMixture::new(GaussianMixtureSettings::new(3).covariance(shape)).unwrap();
        let error = huge.fit_from_posteriors((&x * 1e200).view(), posteriors.view()).unwrap_err();
        assert_eq!(error, Error::Overflow { what: "the data" });
    }
}

#[test]
fn batches_of_far_rows() {
    let x = groups();
    let mut model = MiniBatchKMeans::start(MiniBatchSettings::new(3), x.view(), &mut rng()).unwrap();
    let before = model.centers().clone();
    for far in [1e160, 1e307] {
        let error = model.learn((&x * far).view(), &mut rng()).unwrap_err();
        assert_eq!(error, Error::Overflow { what: "the batch" });
        assert!(model.learn_all((&x * far).view(), &mut rng()).is_err());
    }
    assert_eq!(*model.centers(), before);
}

/// The first row far from all others must not take the digits of the variance that the tolerance is relative to.
#[test]
fn the_tolerance_does_not_depend_on_the_order_of_rows() {
    let mut x = Array2::from_shape_fn((400, 2), |(i, j)| ((i * (j + 3) * 31) % 97) as f64);
    x.row_mut(399).fill(1e10);
    let mut turned = x.clone();
    turned.invert_axis(ndarray::Axis(0));
    let start = array![[10.0, 10.0], [80.0, 80.0], [1e10, 1e10]];
    let kmeans = KMeans::new(KMeansSettings::new(3).tol(1e-16)).unwrap();
    let a = kmeans.fit_from(x.view(), start.view(), None).unwrap();
    let b = kmeans.fit_from(turned.view(), start.view(), None).unwrap();
    assert_eq!(a.n_iter(), b.n_iter());
}
