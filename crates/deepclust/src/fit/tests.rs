use super::*;
use deepclust_methods::Model;
use ndarray::{Array2, Axis, concatenate};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::sync::Mutex;

/// Three groups of unequal sizes, far apart.
fn groups(n: usize) -> (Array2<f32>, Vec<usize>) {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let classes: Vec<usize> = (0..n).map(|i| [0, 1, 1, 2, 2, 2][i % 6]).collect();
    let x = Array2::from_shape_fn((n, 4), |(i, j)| {
        10.0 * f32::from(u8::from(classes[i] == j)) + rng.random_range(-1.0f32..1.0)
    });
    (x, classes)
}

fn three() -> Options {
    Options { clusters: ClusterCount::Number(3), ..Options::default() }
}

#[test]
fn groups_are_found_by_every_kind_of_method() {
    let (x, classes) = groups(180);
    for method in ["graph-communities", "k-means", "pca-k-means", "ae-k-means"] {
        let settings = match method {
            "ae-k-means" => vec![
                parse_setting("widths=[16, 3]").unwrap(),
                parse_setting("train.epochs=60").unwrap(),
                parse_setting("train.batch_size=32").unwrap(),
            ],
            _ => Vec::new(),
        };
        let options = Options { method: Some(method.to_owned()), settings, ..three() };
        let answer = fit(&x, &options).unwrap();
        let expected = if method == "ae-k-means" { 3 } else { 5 };
        assert_eq!((answer.runs.len(), answer.clusters()), (expected, 3), "{method}");
        assert_eq!(answer.scores(&classes).unwrap().acc, 1.0, "{method}");
        // Largest first.
        assert_eq!(sizes(&answer.consensus).0, [90, 60, 30], "{method}");
        assert!(answer.confidence.iter().all(|&share| share == 1.0) && answer.mean_agreement() == 1.0);
        assert_eq!(answer.predict(&x).unwrap(), answer.chosen().labels, "{method}");
        assert!(answer.warnings.is_empty(), "{method}: {:?}", answer.warnings);
        assert!(answer.silhouettes.iter().all(|&(_, value)| value > 0.3));
    }
}

#[test]
fn the_number_of_clusters_is_found() {
    let (x, classes) = groups(240);
    let answer = fit(&x, &Options::default()).unwrap();
    assert_eq!((answer.plan.method.slug, answer.clusters(), answer.runs.len()), ("tomato", 3, 1));
    assert_eq!(answer.scores(&classes).unwrap().acc, 1.0);
    assert_eq!(answer.predict(&x).unwrap(), answer.chosen().labels);
    assert!(answer.warnings.is_empty(), "{:?}", answer.warnings);
    // The order of the rows changes nothing.
    let order: Vec<usize> = (0..240).map(|i| 7 * i % 240).collect();
    let other = fit(&x.select(Axis(0), &order), &Options::default()).unwrap();
    assert!(
        order.iter().zip(&other.chosen().labels).all(|(&row, label)| answer.chosen().labels[row] == *label)
    );
    // The number of peaks is taken from a range that has it.
    let range = Options { clusters: ClusterCount::Range(2..=5), ..Options::default() };
    let answer = fit(&x, &range).unwrap();
    assert_eq!((answer.plan.method.slug, answer.plan.k), ("graph-communities", Some(3)));
    assert!(answer.plan.why.contains("the number of peaks"), "{}", answer.plan.why);
    // A single group stays whole, and that is told.
    let small: Vec<usize> = (0..240).filter(|&row| classes[row] == 1).collect();
    let one = fit(&x.select(Axis(0), &small), &Options::default()).unwrap();
    assert_eq!(one.clusters(), 1);
    assert!(one.warnings.iter().any(|warning| warning.contains("no other stands out")), "{:?}", one.warnings);
}

/// The groups with columns of noise beside them: rows fill many dimensions.
fn wide_groups(n: usize) -> (Array2<f32>, Vec<usize>) {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let (x, classes) = groups(n);
    let noise = Array2::from_shape_fn((n, 12), |_| rng.random_range(-1.0f32..1.0));
    (concatenate![Axis(1), x, noise], classes)
}

#[test]
fn in_many_dimensions_density_is_looked_at_on_a_map() {
    let (x, classes) = wide_groups(240);
    let density = Options { method: Some("umap-hdbscan".to_owned()), ..Options::default() };
    let answer = fit(&x, &density).unwrap();
    assert_eq!(answer.plan.method.slug, "umap-hdbscan");
    let free = fit(&x, &Options::default()).unwrap();
    assert!(free.plan.opinions.is_some() && free.plan.method.slug != "tomato");
    // Density may part a group of so few samples. It never joins two.
    assert!((3..=12).contains(&answer.clusters()));
    let labels = &answer.chosen().labels;
    for cluster in 0..answer.clusters() as i32 {
        let mut own = (0..labels.len()).filter(|&i| labels[i] == cluster).map(|i| classes[i]);
        let first = own.next().unwrap();
        assert!(own.all(|class| class == first));
    }
    assert_eq!(answer.choice.rule, Rule::Agreement);
}

#[test]
fn threads_and_ownership_change_nothing() {
    let (x, _) = groups(120);
    for method in ["graph-communities", "k-means"] {
        let options =
            |at_once| Options { method: Some(method.to_owned()), at_once: Some(at_once), ..three() };
        let one = fit(&x, &options(1)).unwrap();
        let plan = Plan::new(x.view(), &options(3)).unwrap();
        let many = fit_with(x.clone().into(), plan, &Alone).unwrap();
        assert_eq!((&one.consensus, &one.embedding), (&many.consensus, &many.embedding));
        for (a, b) in one.runs.iter().zip(&many.runs) {
            assert_eq!((&a.labels, &a.facts), (&b.labels, &b.facts));
        }
    }
}

/// Keeps what is finished, as a program does.
#[derive(Default)]
struct Shelf {
    runs: Mutex<Vec<Run>>,
    made: Mutex<usize>,
}

impl Host for Shelf {
    fn kept(&self, seed: u64) -> Result<Option<Run>> {
        let mut runs = self.runs.lock().unwrap();
        Ok(runs.iter().position(|run| run.seed == seed).map(|at| runs.swap_remove(at)))
    }

    fn finished(&self, run: &Run) -> Result<()> {
        *self.made.lock().unwrap() += 1;
        let (seed, labels, ids) = (run.seed, run.labels.clone(), run.ids.clone());
        let (facts, centres) = (run.facts.clone(), run.centres.clone());
        self.runs.lock().unwrap().push(Run { seed, labels, ids, facts, centres, ..Run::default() });
        Ok(())
    }
}

#[test]
fn finished_seeds_are_not_made_again() {
    let (x, _) = groups(120);
    for method in ["graph-communities", "k-means"] {
        let shelf = Shelf::default();
        let plan = |seeds| {
            let options = Options { method: Some(method.to_owned()), seeds: Some(seeds), ..three() };
            Plan::new(x.view(), &options).unwrap()
        };
        // One seed alone has starts of its own: two and four are alike.
        let first = fit_with(x.view().into(), plan(2), &shelf).unwrap();
        assert_eq!((first.runs.len(), *shelf.made.lock().unwrap()), (2, 2));
        let second = fit_with(x.view().into(), plan(4), &shelf).unwrap();
        assert_eq!((second.runs.len(), *shelf.made.lock().unwrap()), (4, 4));
        assert_eq!(second.predict(&x).unwrap(), second.chosen().labels);
    }
}

#[test]
fn samples_come_back_from_scaled_ones() {
    let (x, _) = groups(120);
    let options = Options { method: Some("k-means".to_owned()), ..three() };
    let answer = fit(&x, &options).unwrap();
    let back = answer.model.samples(answer.embedding.view()).unwrap();
    assert!((&back - &x).iter().all(|difference| difference.abs() < 1e-4));
    let model: &dyn Model = answer.model.as_ref();
    assert_eq!(model.embed(x.view()).unwrap(), answer.embedding);
}

#[test]
fn wrong_samples_are_named() {
    let mut x = groups(60).0;
    x[[7, 2]] = f32::NAN;
    let error = fit(&x, &three()).unwrap_err().to_string();
    assert!(error.contains("NaN in row 7, column 2"), "{error}");
    let one = Array2::<f32>::zeros((60, 3));
    let error = fit(&one, &three()).unwrap_err().to_string();
    assert!(error.contains("60 equal ones"), "{error}");
}
