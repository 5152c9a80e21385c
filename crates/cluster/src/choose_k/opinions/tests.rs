use super::*;
use crate::{Choice, Criterion, Error};
use ndarray::Array2;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::ops::ControlFlow;

/// `k` groups of equal size around corners on a line through many dimensions.
fn groups(n: usize, k: usize, apart: f32) -> Array2<f32> {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let corners = Array2::from_shape_fn((k, 6), |_| rng.random_range(-1.0..1.0_f32) * apart);
    Array2::from_shape_fn((n, 6), |(i, j)| corners[[i % k, j]] + rng.random_range(-1.0..1.0_f32))
}

fn settings(from: usize, to: usize) -> ChooseSettings {
    let mut settings = ChooseSettings::new(from, to);
    settings.graph.seeds = 3;
    settings.subsamples = 3;
    settings.indices = Some(IndexSettings { restarts: 3, references: 3, silhouette: true });
    settings
}

#[test]
fn all_sources_find_groups_far_apart() {
    let x = groups(400, 4, 12.0);
    let found = choose_k(x.view(), &settings(2, 6), 1).unwrap();
    let choice = |source| found.all().into_iter().find(|o| o.source == source).unwrap().choice;
    assert_eq!(choice(Source::Communities), Ok(4), "{:?}", found.communities);
    assert_eq!(choice(Source::Density), Ok(4), "{:?}", found.density);
    // The groups fill six dimensions.
    assert_eq!(found.peaks, None);
    assert_eq!(choice(Source::Index(Criterion::Silhouette)), Ok(4));
    // The graph falls into four parts: there is nothing between them that two could be made of.
    let two = &found.communities.by_k[0];
    assert_eq!((two.k, two.reached, two.value(), two.resolutions), (2, 0, None, None));
    let four = &found.communities.by_k[2];
    assert_eq!((four.reached, four.value()), (found.communities.views, Some(1.0)));
    assert!(four.resolutions.is_some_and(|(low, high)| low > 0.0 && low <= high));
    let saved = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<Opinions>(&saved).unwrap(), found);
}

#[test]
fn peaks_are_counted_in_few_dimensions() {
    let x = groups(400, 4, 12.0).slice(ndarray::s![.., ..3]).to_owned();
    let found = choose_k(x.view(), &settings(2, 6), 1).unwrap();
    let peaks = found.all().into_iter().find(|opinion| opinion.source == Source::Peaks).unwrap();
    assert_eq!(peaks.choice, Ok(4), "{:?}", found.peaks);
    let peaks = found.peaks.unwrap();
    assert!(peaks.prominence(4) > Some(peaks.threshold) && peaks.prominence(5) < Some(peaks.threshold));
}

#[test]
fn one_cloud_has_no_stable_communities() {
    let found = choose_k(groups(400, 1, 0.0).view(), &settings(2, 5), 1).unwrap();
    let reason = found.all()[0].choice.clone().unwrap_err();
    assert!(reason.contains("for no k does every community come back"), "{reason}");
    assert_eq!(found.agree(), None);
}

#[test]
fn threads_do_not_matter_and_seeds_do() {
    let x = groups(300, 3, 2.0);
    let mut settings = settings(2, 4);
    settings.rows = 200;
    let run = |threads: usize, seed: u64| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| choose_k(x.view(), &settings, seed).unwrap())
    };
    let one = run(1, 5);
    assert_eq!(one, run(3, 5));
    assert_ne!(one, run(1, 6));
    assert_eq!(one.rows, 200);
}

#[test]
fn it_tells_how_far_it_has_come_and_stops_on_request() {
    let x = groups(120, 3, 12.0);
    let mut settings = settings(2, 4);
    settings.density.as_mut().unwrap().umap.n_epochs = Some(10);
    let mut steps = Vec::new();
    let told = choose_k_with(x.view(), &settings, 1, |step| {
        steps.push((step.done, step.stage));
        assert_eq!(step.total, 3 + 3 + 12);
        ControlFlow::Continue(())
    });
    let silent = choose_k(x.view(), &settings, 1);
    assert_eq!(told.unwrap(), silent.unwrap());
    assert_eq!(steps.iter().map(|s| s.0).collect::<Vec<_>>(), (1..=18).collect::<Vec<_>>());
    assert_eq!(
        (steps[2].1, steps[5].1, steps[17].1),
        (ChooseStage::Communities, ChooseStage::Density, ChooseStage::Indices)
    );
    for last in [2, 5, 9] {
        let stop = |step: ChooseStep| {
            if step.done == last { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let stopped = choose_k_with(x.view(), &settings, 1, stop).unwrap_err();
        assert_eq!(stopped, Error::Stopped { done: last, total: 18 });
    }
}

#[test]
fn text_is_looked_at_by_its_directions() {
    // Two directions at lengths from 1 to 100.
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let x = Array2::from_shape_fn((200, 2), |(i, j)| {
        (1 + i / 2) as f32 * (f32::from(i % 2 == j) + rng.random_range(0.0..0.2_f32))
    });
    let mut settings = settings(2, 4);
    settings.density = None;
    settings.graph.metric = deepclust_manifold::Metric::Cosine;
    let found = choose_k(x.view(), &settings, 1).unwrap();
    let silhouette = found.all().into_iter().find(|o| o.source == Source::Index(Criterion::Silhouette));
    assert_eq!(silhouette.map(|o| o.choice), Some(Ok(2)));
    assert!(found.all().iter().all(|o| o.source != Source::Density));
}

#[test]
fn wrong_settings_and_data_say_what_was_expected() {
    let x = groups(100, 2, 3.0);
    let error = |change: &dyn Fn(&mut ChooseSettings)| {
        let mut changed = settings(2, 4);
        change(&mut changed);
        choose_k(x.view(), &changed, 1).unwrap_err().to_string()
    };
    assert_eq!(error(&|s| s.from = 1), "from must be at least 2, found 1");
    assert_eq!(error(&|s| s.to = 1), "to must be at least `from`, found 1");
    assert_eq!(error(&|s| s.graph.seeds = 1), "seeds must be at least 2, found 1");
    assert_eq!(error(&|s| s.subsamples = 0), "subsamples must be at least 2, found 0");
    assert_eq!(error(&|s| s.share = 1.0), "share must be above 0 and below 1, found 1");
    assert!(error(&|s| s.share = 0.1).starts_with("neighbours must be at most the number of rows"));
    assert!(error(&|s| s.to = 101).contains("only 100 samples"));
    assert!(
        error(&|s| s.density.as_mut().unwrap().least_shares = vec![2.0]).contains("from 0 to 1, found 2")
    );
    assert!(error(&|s| s.indices.as_mut().unwrap().restarts = 0).contains("restarts"));
    assert!(choose_k(Array2::zeros((0, 3)).view(), &settings(2, 3), 1).is_err());
}

#[test]
fn a_sentence_says_who_says_what() {
    let choice = |k: usize, inertia: f64, silhouette: f64| Choice {
        k,
        inertia,
        silhouette: Some(silhouette),
        calinski_harabasz: Some(silhouette),
        davies_bouldin: Some(-silhouette),
        gap: None,
    };
    let at = |k, v| StableAt {
        k,
        seeds: Some(v),
        resampled: Some(v),
        weakest: Some(v),
        reached: 6,
        resolutions: None,
    };
    let communities = CommunityStability { views: 6, by_k: vec![at(2, 0.5), at(3, 0.99), at(4, 0.6)] };
    let density = DensityCounts { by_k: vec![(3, 4), (4, 2)], clusterings: 6, noise: 0.0 };
    let choices = vec![choice(2, 9.0, 0.1), choice(3, 2.0, 0.9), choice(4, 1.0, 0.2)];
    let mut all = Opinions {
        rows: 9,
        communities,
        density: Some(density),
        peaks: None,
        indices: Some(Sweep { choices }),
    };
    assert_eq!(all.agree(), Some(3));
    assert_eq!(
        all.sentence(),
        "The stability of communities, density on a map, the elbow, the silhouette, the Calinski-Harabasz index and the Davies-Bouldin index say 3; \
         the gap statistic has no answer."
    );
    all.indices = None;
    all.density.as_mut().unwrap().by_k = vec![(2, 6)];
    assert_eq!(all.agree(), None);
    assert_eq!(
        all.sentence(),
        "They disagree: density on a map says 2; the stability of communities says 3."
    );
    all.peaks = Some(PeakCounts { clusters: 3, dimension: 2.0, threshold: 4.0, prominences: vec![9.0, 8.0] });
    assert!(all.sentence().ends_with("the stability of communities and the number of density peaks say 3."));
    all.peaks = None;
    all.communities.by_k.truncate(1);
    all.density = None;
    assert_eq!(all.sentence(), "Nothing speaks for a number of clusters.");
    assert_eq!(all.all().len(), 1);
}
