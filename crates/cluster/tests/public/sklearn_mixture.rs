//! Agreement with scikit-learn 1.9.0 from the same parameters, on the mixtures of `benches/peers/cluster/reference_cases.py`.

use approx::assert_relative_eq;
use deepclust_cluster::{Covariance, Covariances, GaussianMixture, GaussianMixtureSettings};
use ndarray::{Array1, Array2, Axis};
use serde::Deserialize;

#[derive(Deserialize)]
struct Reference {
    mixture: Mixture,
}

#[derive(Deserialize)]
struct Mixture {
    x: Vec<Vec<f64>>,
    weights: Vec<f64>,
    means: Vec<Vec<f64>>,
    variance: Vec<f64>,
    fits: Vec<Fit>,
}

#[derive(Deserialize)]
struct Fit {
    kind: String,
    n_iter: usize,
    lower_bound: f64,
    score: f64,
    bic: f64,
    aic: f64,
    weights: Vec<f64>,
    means: Vec<Vec<f64>>,
    labels: Vec<usize>,
    precisions: Vec<f64>,
    proba: Vec<f64>,
    scores: Vec<f64>,
}

fn array(rows: &[Vec<f64>]) -> Array2<f64> {
    Array2::from_shape_vec((rows.len(), rows[0].len()), rows.concat()).unwrap()
}

fn flat(c: &Covariances) -> Vec<f64> {
    match c {
        Covariances::Full(all) => all.iter().flat_map(|m| m.iter().copied()).collect(),
        Covariances::Tied(m) | Covariances::Diagonal(m) => m.iter().copied().collect(),
        Covariances::Spherical(v) => v.to_vec(),
    }
}

fn close(a: impl IntoIterator<Item = f64>, b: impl IntoIterator<Item = f64>, tolerance: f64) {
    let (a, b): (Vec<f64>, Vec<f64>) = (a.into_iter().collect(), b.into_iter().collect());
    assert_eq!(a.len(), b.len());
    for (a, b) in a.into_iter().zip(b) {
        assert_relative_eq!(a, b, max_relative = tolerance, epsilon = tolerance);
    }
}

#[test]
fn four_shapes() {
    let text = include_str!("data/sklearn.json");
    let Mixture { x, weights, means, variance, fits } =
        serde_json::from_str::<Reference>(text).unwrap().mixture;
    let (x, means, variance) = (array(&x), array(&means), Array1::from(variance));
    assert_eq!(fits.len(), 4);
    for fit in fits {
        let (shape, start) = match fit.kind.as_str() {
            "full" => {
                (Covariance::Full, Covariances::Full(variance.iter().map(|&v| Array2::eye(3) * v).collect()))
            }
            "tied" => (Covariance::Tied, Covariances::Tied(Array2::eye(3))),
            "diag" => {
                let rows = &Array2::ones((3, 3)) * &variance.view().insert_axis(Axis(1));
                (Covariance::Diagonal, Covariances::Diagonal(rows))
            }
            _ => (Covariance::Spherical, Covariances::Spherical(variance.clone())),
        };
        let settings = GaussianMixtureSettings::new(3).covariance(shape).tol(1e-6).max_iter(500);
        let mixture = GaussianMixture::new(settings).unwrap();
        let model =
            mixture.fit_from_parameters(x.view(), weights.clone().into(), means.clone(), start).unwrap();
        assert_eq!(model.n_iter(), fit.n_iter, "{}", fit.kind);
        assert!(model.converged());
        close([model.lower_bound()], [fit.lower_bound], 1e-10);
        close([model.score(x.view()).unwrap()], [fit.score], 1e-10);
        close([model.bic(x.view()).unwrap()], [fit.bic], 1e-10);
        close([model.aic(x.view()).unwrap()], [fit.aic], 1e-10);
        close(model.weights().to_vec(), fit.weights, 1e-8);
        close(model.means().iter().copied(), fit.means.concat(), 1e-8);
        close(flat(&model.precisions()), fit.precisions, 1e-7);
        let proba = model.predict_proba(x.view()).unwrap();
        close(proba.iter().take(15).copied(), fit.proba, 1e-8);
        close(model.score_samples(x.view()).unwrap().iter().take(5).copied(), fit.scores, 1e-8);
        assert_eq!(model.labels(), fit.labels);
        assert_eq!(model.predict(x.view()).unwrap(), fit.labels);
        for pair in model.history().windows(2) {
            assert!(pair[1] >= pair[0] - 1e-9, "log-likelihood fell from {} to {}", pair[0], pair[1]);
        }
    }
}
