use super::settings::{at, put};
use super::shape::{low_dimension, shape};
use super::{ClusterCount, Error, Options, Result};
use deepclust_cluster::Opinions;
use deepclust_methods::{Entry, METHODS, Method, Scaling, Shape};
use deepclust_nets::Device;
use ndarray::ArrayView2;
use serde_json::Value;

/// Seeds of methods without a network, unless a number is given.
pub const SHARED_SEEDS: usize = 5;
/// Seeds of methods that train a network, unless a number is given.
pub const TRAINED_SEEDS: usize = 3;

/// The method with a number of clusters.
pub(super) const WITH_K: &str = "graph-communities";
/// The method that finds it.
pub(super) const WITHOUT_K: &str = "umap-hdbscan";
/// The one that finds it where rows lie in few dimensions.
const OF_FEW: &str = "tomato";
/// The numbers of clusters that are looked at where none is given and the method does not find it.
pub(super) const USUAL: std::ops::RangeInclusive<usize> = 2..=20;

/// What will be done, settled before anything is.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The method's entry.
    pub method: &'static Entry,
    /// All its settings.
    pub settings: Value,
    /// The number of clusters. None: still to be chosen, from `range`, or found by the method.
    pub k: Option<usize>,
    /// The numbers of clusters to choose from before the method runs.
    pub range: Option<std::ops::RangeInclusive<usize>>,
    /// The seeds, in order.
    pub seeds: Vec<u64>,
    /// What the rows are taken for.
    pub shape: Shape,
    /// What happens to the columns first.
    pub scaling: Scaling,
    /// Where networks live.
    pub device: Device,
    /// Seeds at the same time.
    pub at_once: usize,
    /// What speaks for one number of clusters or another, where that was asked.
    pub opinions: Option<Opinions>,
    /// What the plan was made of.
    pub(super) options: Options,
    /// Why this method, these seeds and this scaling: sentences.
    pub why: String,
}

impl Plan {
    /// Settles what [`fit`](super::fit()) does with the rows of `x`.
    ///
    /// # Errors
    /// [`Error::Option`] for options that do not fit the data or one another, [`Error::UnknownMethod`], and settings that the method
    /// refuses.
    pub fn new(x: ArrayView2<'_, f32>, options: &Options) -> Result<Self> {
        let n = x.nrows();
        check_clusters(n, &options.clusters)?;
        check_rows(x, &options.clusters)?;
        let (shape, usual, of_shape) = shape(x, options);
        let scaling = match options.scaling.unwrap_or(usual) {
            Scaling::Auto => Scaling::by_values(x),
            given => given,
        };
        let few = if is_free(options) { low_dimension(x, shape, scaling, options.first_seed) } else { None };
        let method = entry(options, few.is_some())?;
        let seeds = match options.seeds {
            Some(0) => return Err(Error::option("seeds", "at least 1", 0)),
            _ if !method.random => 1,
            Some(seeds) => seeds,
            None if method.trains => TRAINED_SEEDS,
            None => SHARED_SEEDS,
        };
        let mut settings = method.defaults(shape)?;
        if settings.get("scaling").is_some() {
            let name = serde_json::to_value(scaling).unwrap_or_default();
            put(&mut settings, "scaling", name)?;
        }
        for (path, value) in own_defaults(&settings, method.trains, n, seeds) {
            put(&mut settings, path, value)?;
        }
        for (path, value) in &options.settings {
            put(&mut settings, path, value.clone())?;
        }
        let (k, range) = match &options.clusters {
            ClusterCount::Number(k) => (Some(*k), None),
            ClusterCount::Range(range) => (None, Some(range.clone())),
            ClusterCount::Auto if method.finds_k => (None, None),
            ClusterCount::Auto => (None, Some(*USUAL.start()..=(*USUAL.end()).min(n))),
        };
        let device = options.device.resolve()?;
        // k-means works with all cores by itself: several at once would only take their memory.
        let alone = device != Device::Cpu || settings.get("k_means").is_some() && !method.trains;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let at_once = if alone { 1 } else { options.at_once.unwrap_or(cores).clamp(1, seeds) };
        let seeds = (options.first_seed..).take(seeds).collect();
        let why = why(options, method, few, &scaling, of_shape);
        let (opinions, options) = (None, options.clone());
        let plan = Self {
            method,
            settings,
            k,
            range,
            seeds,
            shape,
            scaling,
            device,
            at_once,
            opinions,
            options,
            why,
        };
        plan.build()?;
        Ok(plan)
    }

    /// The method with the plan's settings.
    ///
    /// # Errors
    /// [`Error::Method`] says which setting it refuses.
    pub fn build(&self) -> Result<Box<dyn Method>> {
        Ok(self.method.build(&self.settings)?)
    }
}

fn check_clusters(n: usize, clusters: &ClusterCount) -> Result<()> {
    let (least, most) = match clusters {
        ClusterCount::Number(k) => (1, *k..=*k),
        ClusterCount::Range(range) => (2, range.clone()),
        ClusterCount::Auto => return Ok(()),
    };
    if *most.start() < least || most.is_empty() || *most.end() > n {
        let expected = format!("{least} to {n} clusters, as there are {n} rows");
        return Err(Error::option("k", expected, clusters));
    }
    Ok(())
}

/// The fewest rows in which a number of clusters is looked for.
const FEWEST: usize = 5;

fn check_rows(x: ArrayView2<'_, f32>, clusters: &ClusterCount) -> Result<()> {
    let (n, given) = (x.nrows(), matches!(clusters, ClusterCount::Number(_)));
    if n < 2 {
        return Err(Error::option("rows", "at least 2", n));
    }
    if n < FEWEST && !given {
        let expected = format!("at least {FEWEST} where the number of clusters is not given");
        return Err(Error::option("rows", expected, n));
    }
    let first = x.row(0);
    if *clusters != ClusterCount::Number(1) && x.outer_iter().all(|row| row == first) {
        return Err(Error::option(
            "rows",
            "some that differ",
            format!("{n} equal ones: there are no clusters in them"),
        ));
    }
    Ok(())
}

/// Whether neither the number of clusters nor the method was given, nor a setting, which would be one of a method.
pub(super) fn is_free(options: &Options) -> bool {
    let free = options.method.as_deref().is_none_or(|name| name == "auto");
    free && options.clusters == ClusterCount::Auto && options.settings.is_empty()
}

fn entry(options: &Options, few: bool) -> Result<&'static Entry> {
    let known = matches!(options.clusters, ClusterCount::Number(_) | ClusterCount::Range(_));
    let usual = match known {
        true => WITH_K,
        false if few => OF_FEW,
        false => WITHOUT_K,
    };
    let name = options.method.as_deref().filter(|&name| name != "auto").unwrap_or(usual);
    let entry =
        METHODS.iter().find(|method| method.slug == name).ok_or_else(|| Error::unknown_method(name))?;
    if entry.needs_labels {
        let expected = "a method that learns without labels";
        return Err(Error::option(
            "method",
            expected,
            format!("`{name}`, which is fitted on labelled samples"),
        ));
    }
    if known && entry.finds_k {
        let expected = format!("a method that takes a number of clusters, such as `{WITH_K}`");
        let found = format!("`{name}`, which finds it by itself: leave k out");
        return Err(Error::option("method", expected, found));
    }
    Ok(entry)
}

/// Settings that differ from the method's own defaults here. Where a method makes several starts and keeps the best, the seeds
/// take their place: all of them are shown, and the best is chosen among them.
fn own_defaults(settings: &Value, trains: bool, n: usize, seeds: usize) -> Vec<(&'static str, Value)> {
    let mut changed = Vec::new();
    // Two starts a seed, whatever the number of seeds: more seeds later are the same question.
    if at(settings, "k_means.n_init").is_some() && !trains && seeds > 1 {
        changed.push(("k_means.n_init", Value::from(2)));
    }
    for path in ["graph.seeds", "maps"] {
        if at(settings, path).is_some() && seeds > 1 {
            changed.push((path, Value::from(1)));
        }
    }
    // Fewer rows than neighbours.
    for (path, most) in [("graph.neighbours", n), ("umap.n_neighbors", n.saturating_sub(1))] {
        if let Some(neighbours) = at(settings, path).and_then(Value::as_u64) {
            let fewer = neighbours.min(most as u64).max(2);
            if fewer < neighbours {
                changed.push((path, Value::from(fewer)));
            }
        }
    }
    changed
}

fn why(options: &Options, method: &Entry, few: Option<f64>, scaling: &Scaling, of_shape: &str) -> String {
    let why = match (&options.method, method.slug) {
        (Some(name), _) if name != "auto" => format!("The method `{}` was asked for.", method.slug),
        (_, OF_FEW) => format!(
            "The method is `{OF_FEW}`, because k is not given and the rows lie in few dimensions, about {:.1}: a cluster is a peak of the density that stands out. Nothing in it is random, so one seed is enough.",
            few.unwrap_or_default()
        ),
        (_, WITH_K) => format!(
            "The method is `{WITH_K}`, because the number of clusters is known: it needs no network, and on MNIST and USPS it is level with the best deep methods."
        ),
        _ if is_free(options) => format!(
            "The method is `{WITHOUT_K}`, because k is not given and the rows lie in many dimensions, or in small groups: it finds the number of clusters by density on a map."
        ),
        _ => format!(
            "The method is `{WITHOUT_K}`, because k is not given and a setting is: it finds the number of clusters by density on a map."
        ),
    };
    let scaled = match scaling {
        Scaling::AsGiven => "The values stay as they are",
        Scaling::By255 => "The values are divided by 255",
        Scaling::Standardise => "Every column is standardised",
        Scaling::L2 => "Every row is brought to length 1",
        Scaling::Unit => "Every column is brought into [0, 1]",
        Scaling::Whole => "All values together are brought into [0, 1]",
        Scaling::SignedUnit => "Every value x becomes 2x − 1",
        Scaling::Auto => "The scaling follows the values",
    };
    let because = if options.scaling.is_some() {
        ", as asked for".to_owned()
    } else if of_shape.is_empty() {
        String::new()
    } else {
        format!(", because {of_shape}")
    };
    format!("{why} {scaled}{because}.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;
    use serde_json::json;

    fn plan(x: &Array2<f32>, options: &Options) -> Result<Plan> {
        Plan::new(x.view(), options)
    }

    /// Rows that fill twelve dimensions.
    fn cube() -> Array2<f32> {
        let noise = |a: usize| ((a as f64 * 12.9898).sin() * 43_758.547).rem_euclid(1.0) as f32;
        Array2::from_shape_fn((200, 12), |(i, j)| 9.0 * noise(12 * i + j + 1))
    }

    fn table() -> Array2<f32> {
        Array2::from_shape_fn((40, 5), |(i, j)| (i * j) as f32 - 30.5)
    }

    #[test]
    fn methods_follow_what_is_known() {
        let given = Options { clusters: ClusterCount::Number(3), ..Options::default() };
        let made = plan(&table(), &given).unwrap();
        assert_eq!(
            (made.method.slug, made.k, made.seeds),
            ("graph-communities", Some(3), vec![0, 1, 2, 3, 4])
        );
        assert_eq!(made.settings["graph"]["seeds"], json!(1));
        let free = plan(&cube(), &Options::default()).unwrap();
        assert_eq!((free.method.slug, free.k, free.range), ("umap-hdbscan", None, None));
        let few = plan(&table(), &Options { seeds: Some(4), ..Options::default() }).unwrap();
        assert_eq!((few.method.slug, few.k, few.range, few.seeds), ("tomato", None, None, vec![0]));
        assert!(few.why.contains("lie in few dimensions"), "{}", few.why);
        let set = Options { settings: vec![("maps".to_owned(), json!(2))], ..Options::default() };
        assert_eq!(plan(&table(), &set).unwrap().method.slug, "umap-hdbscan");
        let deep = Options { method: Some("dec".to_owned()), ..given };
        assert_eq!(plan(&table(), &deep).unwrap().seeds, [0, 1, 2]);
        let unknown = Options { method: Some("dec".to_owned()), ..Options::default() };
        assert_eq!(plan(&table(), &unknown).unwrap().range, Some(2..=20));
    }

    #[test]
    fn scalings_follow_the_values() {
        let scaling = |x: &Array2<f32>| plan(x, &Options::default()).unwrap().scaling;
        assert_eq!(scaling(&table()), Scaling::Standardise);
        let signed = plan(&(&table() / 200.0), &Options::default()).unwrap();
        assert_eq!((signed.scaling, signed.shape), (Scaling::AsGiven, Shape::Tables));
        let shares = table().map(|v| v.abs() / 200.0);
        assert_eq!(scaling(&shares), Scaling::Standardise);
        let grey = shares.slice(ndarray::s![.., 3..]).to_owned();
        let grey = plan(&grey, &Options::default()).unwrap();
        assert_eq!((grey.scaling, grey.shape), (Scaling::AsGiven, Shape::Images));
        assert_eq!(scaling(&Array2::from_shape_fn((40, 16), |(i, j)| (6 * i + j) as f32)), Scaling::By255);
        let text = Options { sparse: true, ..Options::default() };
        assert_eq!(plan(&table(), &text).unwrap().scaling, Scaling::L2);
        let own = Options { scaling: Some(Scaling::Unit), ..Options::default() };
        let made = plan(&table(), &own).unwrap();
        assert_eq!(made.settings["scaling"], json!("unit"));
    }

    #[test]
    fn settings_are_those_asked_for() {
        let set = |path: &str, value: Value| {
            let settings = vec![(path.to_owned(), value)];
            plan(&table(), &Options { clusters: ClusterCount::Number(2), settings, ..Options::default() })
        };
        let settings = set("graph.seeds", json!(7)).unwrap().settings;
        assert_eq!((&settings["graph"]["seeds"], &settings["graph"]["neighbours"]), (&json!(7), &json!(15)));
        let message = set("graph.neighbour", json!(7)).unwrap_err().to_string();
        assert!(
            message.contains("unknown field `neighbour`") && message.contains("`neighbours`"),
            "{message}"
        );
        let few = Array2::from_shape_fn((9, 3), |(i, j)| (i + j) as f32);
        let made = plan(&few, &Options { clusters: ClusterCount::Number(2), ..Options::default() }).unwrap();
        assert_eq!(made.settings["graph"]["neighbours"], json!(9));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let message = |clusters, method: Option<&str>| {
            let options = Options { clusters, method: method.map(str::to_owned), ..Options::default() };
            let error = plan(&table(), &options).unwrap_err();
            assert!(error.is_usage());
            error.to_string()
        };
        use ClusterCount::{Auto, Number, Range};
        assert_eq!(message(Number(41), None), "k: expected 1 to 40 clusters, as there are 40 rows, found 41");
        assert!(message(Range(1..=4), None).ends_with("found 1-4"));
        assert!(message(Auto, Some("graph_communities")).contains("did you mean `graph-communities`?"));
        assert!(message(Number(3), Some("umap-hdbscan")).contains("leave k out"));
        assert!(message(Auto, Some("snnl")).contains("without labels"));
        let none = Options { seeds: Some(0), ..Options::default() };
        assert_eq!(plan(&table(), &none).unwrap_err().to_string(), "seeds: expected at least 1, found 0");
    }
}
