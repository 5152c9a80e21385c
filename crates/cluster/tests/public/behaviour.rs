//! What the settings promise, on data whose clusters are plain to see.

use deepclust_cluster::{
    Covariance, Criterion, GaussianMixture, GaussianMixtureSettings, Init, KMeans, KMeansSettings, Keep,
    MiniBatchKMeans, MiniBatchSettings, SweepSettings, SweepStep, sweep, sweep_with,
};
use ndarray::{Array1, Array2, Axis, s};
use ndarray_rand::RandomExt;
use rand::distr::{StandardUniform, Uniform};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::ops::ControlFlow;

fn rng() -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(11)
}

/// Clusters at the corners 0, 10, 20, … of the diagonal, sample i in cluster i mod k.
fn diagonal(n: usize, k: usize) -> Array2<f64> {
    let noise = Array2::random_using((n, 4), Uniform::new(-1.0, 1.0).unwrap(), &mut rng());
    let corner = Array1::from_shape_fn(n, |i| (i % k) as f64 * 10.0);
    noise + corner.insert_axis(Axis(1))
}

fn is_diagonal(labels: &[usize], k: usize) -> bool {
    let distinct: std::collections::BTreeSet<_> = labels[..k].iter().collect();
    distinct.len() == k && labels.iter().enumerate().all(|(i, l)| *l == labels[i % k])
}

#[test]
fn finds_plain_clusters() {
    let x = diagonal(600, 6);
    for init in [Init::KMeansPlusPlus, Init::Random] {
        let model = KMeans::new(KMeansSettings::new(6).init(init).n_init(20))
            .unwrap()
            .fit(x.view(), &mut rng())
            .unwrap();
        assert!(is_diagonal(model.labels(), 6), "{init:?}");
        assert_eq!(model.inertias().len(), 20);
        let least = model.inertias().iter().fold(f64::INFINITY, |a, &b| a.min(b));
        assert!(model.inertia() <= least / (1.0 - 1e-6));
        let distances = model.transform(x.view()).unwrap();
        for (row, &label) in distances.rows().into_iter().zip(model.labels()) {
            assert!(row.iter().all(|&v| row[label] <= v));
        }
    }
}

#[test]
fn greedy_seeding_beats_random() {
    let x = diagonal(400, 20);
    let mean = |init| {
        let kmeans = KMeans::new(KMeansSettings::new(20).init(init).n_init(10).max_iter(1)).unwrap();
        kmeans.fit(x.view(), &mut rng()).unwrap().inertias().iter().sum::<f64>()
    };
    assert!(mean(Init::KMeansPlusPlus) < 0.5 * mean(Init::Random));
}

#[test]
fn seeds_are_distinct_samples_while_there_are_any() {
    // Three distinct values, each many times: greedy k-means++ must find all three.
    let x = Array2::from_shape_fn((300, 2), |(i, _)| (i % 3) as f32 * 0.1 + 7.0);
    let model = KMeans::new(KMeansSettings::new(3).n_init(1)).unwrap().fit(x.view(), &mut rng()).unwrap();
    assert_eq!(model.inertia(), 0.0);
    // More clusters than values is no error; the spare ones stay empty.
    let model = KMeans::new(KMeansSettings::new(8).n_init(2)).unwrap().fit(x.view(), &mut rng()).unwrap();
    assert_eq!(model.inertia(), 0.0);
    assert_eq!(model.predict(x.view()).unwrap(), model.labels());
}

#[test]
fn every_sample_its_own_cluster() {
    let x = diagonal(25, 5);
    for n_init in [1, 3] {
        let model =
            KMeans::new(KMeansSettings::new(25).n_init(n_init)).unwrap().fit(x.view(), &mut rng()).unwrap();
        let distinct: std::collections::BTreeSet<_> = model.labels().iter().collect();
        assert_eq!((distinct.len(), model.inertia()), (25, 0.0));
    }
}

#[test]
fn schedule_reports_the_last_run() {
    let x = Array2::<f64>::random_using((500, 5), StandardUniform, &mut rng());
    let settings = KMeansSettings::nine_runs(7);
    assert_eq!(settings.schedule.as_deref(), Some(&[10, 20, 30, 40, 50, 60, 70, 80, 90][..]));
    let model = KMeans::new(settings.tol(0.0)).unwrap().fit(x.view(), &mut rng()).unwrap();
    assert_eq!(model.inertias().len(), 9);
    assert_eq!(model.inertia(), model.inertias()[8]);
    let best = KMeansSettings { keep: Keep::Best, ..KMeansSettings::nine_runs(7).tol(0.0) };
    let best = KMeans::new(best).unwrap().fit(x.view(), &mut rng()).unwrap();
    assert_eq!(best.inertias(), model.inertias());
    assert!(best.inertia() < model.inertia());
}

#[test]
fn max_iter_is_kept() {
    let x = diagonal(300, 3);
    for max_iter in [1, 2] {
        let kmeans = KMeans::new(KMeansSettings::new(3).max_iter(max_iter)).unwrap();
        let model = kmeans.fit_from(x.view(), x.slice(s![0..9;3, ..]), None).unwrap();
        assert_eq!(model.n_iter(), max_iter);
        assert_eq!(model.predict(x.view()).unwrap(), model.labels());
    }
}

#[test]
fn strided_and_transposed_views() {
    let x = diagonal(90, 3);
    let kmeans = KMeans::new(KMeansSettings::new(3)).unwrap();
    let whole = kmeans.fit(x.view(), &mut rng()).unwrap();
    let turned = x.t().as_standard_layout().into_owned();
    assert_eq!(kmeans.fit(turned.t(), &mut rng()).unwrap(), whole);
    let wide = ndarray::concatenate![Axis(1), x, x];
    assert_eq!(kmeans.fit(wide.slice(s![.., ..4]), &mut rng()).unwrap(), whole);
}

#[test]
fn mini_batches_find_plain_clusters() {
    let x = diagonal(4000, 5);
    let mut rng = rng();
    let settings = MiniBatchSettings::new(5).batch_size(256);
    let mut model = MiniBatchKMeans::start(settings, x.slice(s![..768, ..]), &mut rng).unwrap();
    let steps = model.learn_all(x.view(), &mut rng).unwrap();
    assert!((11..=1563).contains(&steps), "{steps}");
    assert!(is_diagonal(&model.predict(x.view()).unwrap(), 5));
    let full = KMeans::new(KMeansSettings::new(5)).unwrap().fit(x.view(), &mut rng).unwrap();
    for c in model.centers().rows() {
        let near = full.centers().rows().into_iter().any(|f| (&f - &c).iter().all(|t: &f64| t.abs() < 0.1));
        assert!(near, "{c}");
    }
}

#[test]
fn mixtures_find_plain_clusters() {
    let x = diagonal(600, 3);
    for shape in [Covariance::Full, Covariance::Tied, Covariance::Diagonal, Covariance::Spherical] {
        let settings = GaussianMixtureSettings::new(3).covariance(shape).n_init(2);
        let model = GaussianMixture::new(settings).unwrap().fit(x.view(), &mut rng()).unwrap();
        assert!(is_diagonal(model.labels(), 3), "{shape:?}");
        assert!((model.weights().sum() - 1.0).abs() < 1e-12);
        for row in model.predict_proba(x.view()).unwrap().rows() {
            assert!((row.sum() - 1.0).abs() < 1e-12);
        }
    }
}

#[test]
fn posteriors_start_where_kmeans_would() {
    let x = diagonal(300, 3);
    let settings = GaussianMixtureSettings::new(3);
    let posteriors = Array2::from_shape_fn((300, 3), |(i, c)| f64::from(i % 3 == c));
    let mixture = GaussianMixture::new(settings).unwrap();
    let model = mixture.fit_from_posteriors(x.view(), posteriors.view()).unwrap();
    assert!(model.labels().iter().enumerate().all(|(i, &l)| l == i % 3));
    let drawn = mixture.fit(x.view(), &mut rng()).unwrap();
    assert!((model.lower_bound() - drawn.lower_bound()).abs() < 1e-9);
}

#[test]
fn sweep_finds_the_number_of_clusters() {
    let x = diagonal(400, 4);
    let mut settings = SweepSettings::new(1, 8);
    settings.references = 5;
    let sweep = sweep(x.view(), &settings, &mut rng()).unwrap();
    assert_eq!(sweep.choices.len(), 8);
    assert!(sweep.choices[0].silhouette.is_none() && sweep.choices[0].gap.is_some());
    for criterion in
        [Criterion::Silhouette, Criterion::CalinskiHarabasz, Criterion::DaviesBouldin, Criterion::Gap]
    {
        assert_eq!(sweep.recommend(criterion).unwrap(), 4, "{criterion}");
    }
    assert!(sweep.recommend(Criterion::Elbow).is_ok_and(|k| k <= 4));
    for pair in sweep.choices.windows(2) {
        assert!(pair[1].inertia < pair[0].inertia);
    }
}

#[test]
fn a_sweep_tells_how_far_it_has_come_and_stops_on_request() {
    let x = diagonal(60, 3);
    let mut settings = SweepSettings::new(2, 4);
    settings.references = 2;
    let mut steps = Vec::new();
    let told = sweep_with(x.view(), &settings, &mut rng(), |step| {
        steps.push(step);
        ControlFlow::Continue(())
    });
    assert_eq!(told.unwrap(), sweep(x.view(), &settings, &mut rng()).unwrap());
    let seen: Vec<_> = steps.iter().map(|step| (step.done, step.total, step.k)).collect();
    assert_eq!(seen, (1..=9).map(|done| (done, 9, 2 + (done - 1) % 3)).collect::<Vec<_>>());
    let stop =
        |step: SweepStep| if step.done == 4 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    let stopped = sweep_with(x.view(), &settings, &mut rng(), stop).unwrap_err();
    assert_eq!(stopped.to_string(), "stopped on request after 4 of 9 clusterings");
}

/// Rows {(0, 0), (0.1, 0), (1, 1), (1.1, 1)} moved away from zero, as a sparse matrix that holds every entry.
fn pairs(offset: f64) -> (Array2<f64>, deepclust_cluster::Csr<f64>) {
    let x = ndarray::array![[0.0, 0.0], [0.1, 0.0], [1.0, 1.0], [1.1, 1.0]] + offset;
    let csr = deepclust_cluster::Csr::new(
        (4, 2),
        vec![0, 2, 4, 6, 8],
        [0, 1].repeat(4),
        x.iter().copied().collect(),
    );
    (x, csr)
}

#[test]
fn sparse_rows_far_from_zero_are_told_apart() {
    for offset in [0.0, 1e4, 1e8] {
        let (x, csr) = pairs(offset);
        for init in [Init::KMeansPlusPlus, Init::Random] {
            let kmeans = KMeans::new(KMeansSettings::new(2).init(init)).unwrap();
            let sparse = kmeans.fit_csr(csr.view(), None, &mut rng()).unwrap();
            let dense = kmeans.fit(x.view(), &mut rng()).unwrap();
            assert_eq!(sparse.labels(), dense.labels(), "{offset}");
            assert_eq!((sparse.labels()[0], sparse.labels()[2]), (sparse.labels()[1], sparse.labels()[3]));
            assert_ne!(sparse.labels()[0], sparse.labels()[2]);
            // numpy 2: ((x - means) ** 2).sum() = 4 * 0.05 ** 2; at 1e8 the step of f64 is 1.5e-8.
            assert!((sparse.inertia() - 0.01).abs() < 1e-8, "{offset}: {}", sparse.inertia());
            assert_eq!(sparse.predict_csr(csr.view()).unwrap(), sparse.labels());
        }
    }
}

#[test]
fn sparse_and_dense_fits_agree_from_the_same_start() {
    let mut noise = rng();
    for offset in [0.0, 1e6] {
        let x = Array2::from_shape_fn((300, 12), |(i, j)| {
            if (i + j) % 3 == 0 { 0.0 } else { offset + (i % 4) as f64 + noise.random::<f64>() }
        });
        let csr = deepclust_cluster::Csr::csr_from_dense(x.view(), 0.0);
        let kmeans = KMeans::new(KMeansSettings::new(4)).unwrap();
        let start = x.slice(s![..4, ..]);
        let dense = kmeans.fit_from(x.view(), start, None).unwrap();
        let sparse = kmeans.fit_csr_from(csr.view(), start, None).unwrap();
        assert_eq!(sparse.labels(), dense.labels());
        assert_eq!(sparse.n_iter(), dense.n_iter());
        assert!((sparse.inertia() / dense.inertia() - 1.0).abs() < 1e-9);
    }
}
