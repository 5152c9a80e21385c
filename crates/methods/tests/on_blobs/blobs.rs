//! The samples, every method's settings for them, and fits.

use deepclust_methods::{
    Context, Fitted, LabelledSubset, METHODS, Method, Result, Seed, Shape, Silent, build,
};
use deepclust_nets::{Device, DeviceChoice};
use ndarray::Array2;
use rand::Rng;
use serde_json::{Value, json};
use std::sync::Once;

const PER_BLOB: usize = 60;

static ONE_THREAD: Once = Once::new();

/// The processor, or what `DEEPCLUST_TEST_DEVICE` names.
pub fn device() -> Device {
    let choice =
        std::env::var("DEEPCLUST_TEST_DEVICE").map_or(DeviceChoice::Cpu, |name| name.parse().unwrap());
    choice.resolve().unwrap()
}

/// Three blobs in [0, 1]¹², and which sample is of which.
pub fn blobs() -> (Array2<f32>, Vec<usize>) {
    let mut rng = Seed(42).stream("blobs");
    let x = Array2::from_shape_fn((3 * PER_BLOB, 12), |(i, j)| {
        let centre = if j % 3 == i % 3 { 0.9 } else { 0.1 };
        centre + rng.random_range(-0.05f32..0.05)
    });
    (x, (0..3 * PER_BLOB).map(|i| i % 3).collect())
}

/// Forms of methods besides those that their names stand for: what follows the `/` is the form.
const FORMS: [&str; 3] = ["snnl/labels", "snnl/code", "snnl-points/labels"];

/// Every method, and further forms of some. One that is fitted on labelled samples alone has such a form only.
pub fn cases() -> impl Iterator<Item = &'static str> {
    let slugs = METHODS.iter().map(|method| method.slug).filter(|&slug| slug != "snnl-points");
    slugs.chain(FORMS)
}

/// The method of a case.
pub fn slug(case: &str) -> &str {
    case.split('/').next().unwrap()
}

/// The method of a case with its settings for the blobs.
pub fn method(case: &str) -> Box<dyn Method> {
    build(slug(case), &settings(case)).unwrap()
}

/// Small settings, or the method's defaults.
pub fn settings(case: &str) -> Value {
    let k_means = json!({"n_init": 5});
    match case {
        "k-means" => json!({"k_means": k_means}),
        "pca-k-means" => json!({"pca": {"n_components": 2}, "k_means": k_means}),
        "k-dae" | "damic" => {
            let mut deep = pretraining();
            deep["hidden"] = json!("elu");
            deep["batch_norm"] = json!({"momentum": 0.1, "epsilon": 0.001, "code": false});
            let mut first = deep.clone();
            first["layer_wise"] = json!({"epochs": 3, "batch_size": 16});
            let mut settings = json!({
                "start": {"pretraining": first, "k_means": k_means, "of_cluster": deep},
                "joint": {"adam": {"learning_rate": 0.001}, "train": {"epochs": 5, "batch_size": 16}}
            });
            if case == "damic" {
                settings["gate"] = json!({
                    "network": {"widths": [8], "hidden": "relu", "init": "torch-linear"},
                    "adam": {"learning_rate": 0.01}, "train": {"epochs": 20, "batch_size": 16}
                });
            }
            settings
        }
        "dcn" => json!({
            "pretraining": pretraining(), "k_means": k_means, "optimizer": {"adam": {"learning_rate": 0.001}},
            "train": {"epochs": 5, "batch_size": 16}, "clustering_weight": 0.5, "initial_count": 100
        }),
        "repnet" => {
            let mut deep = pretraining();
            deep["output"] = json!("identity");
            deep["loss"] = json!("binary-cross-entropy-of-logits");
            json!({
                "pretraining": deep, "representation": {"widths": [16, 8], "hidden": "relu", "init": "glorot-uniform"},
                "similarities": {}, "gamma": 0.01, "optimizer": {"adam": {"learning_rate": 0.003}},
                "train": {"epochs": 20, "batch_size": 16}, "k_means": k_means,
                "watch": {"every": 5, "tolerance": 0.01, "stop": false}, "shown": [0, 20]
            })
        }
        "dec" | "idec" => {
            let optimizer = json!({"adam": {"learning_rate": 0.001}});
            let mut settings = json!({
                "pretraining": pretraining(),
                "k_means": k_means, "optimizer": optimizer, "batch_size": 16, "update_interval": 10, "max_steps": 60,
                "tolerance": 0.001, "nu": 1.0
            });
            if case == "idec" {
                settings["divergence_weight"] = json!(0.1);
            }
            settings
        }
        "mixae" => json!({
            "widths": [16, 4], "hidden": "leaky-relu", "code": "identity", "output": "sigmoid",
            "init": {"hidden": "torch-linear", "code": "torch-linear", "output": "torch-linear"},
            "gate": {"network": {"widths": [], "hidden": "relu", "init": "torch-linear"}, "start": 0.1},
            "unit": "variance",
            "weights": {"fixed": {"alpha": 0.01, "beta": 0.5}},
            "adam": {"learning_rate": 0.01}, "train": {"epochs": 60, "batch_size": 60}, "shown": [0, 1, 60]
        }),
        "vade" => json!({
            "pretraining": pretraining(), "start": {"starts": 5}, "adam": {"learning_rate": 0.002},
            "train": {"epochs": 5, "batch_size": 16, "schedule": {"exponential": {"factor": 0.9, "every": 10}}}
        }),
        "snnl-points/labels" => json!({
            "snnl": {"distance": "squared-euclidean", "epsilon": 1e-5}, "temperature": {"annealed": {"eta": 1.0, "gamma": 0.55}},
            "epochs": 5, "learning_rate": 0.1, "shown": [0, 5], "k_means": k_means
        }),
        snnl if snnl.starts_with("snnl") => json!({
            "widths": [8, 3], "hidden": "relu", "code": "sigmoid", "output": "sigmoid",
            "init": {"hidden": "kaiming-normal", "code": "xavier-uniform", "output": "xavier-uniform"},
            "reconstruction": "binary-cross-entropy", "snnl": {"distance": "cosine", "epsilon": 1e-5}, "alpha": 10.0,
            "supervised": takes_labels(snnl), "temperature": {"annealed": {"eta": 1.0, "gamma": 0.55}},
            "layers": if snnl == "snnl/code" { "code" } else { "all-tensors" },
            "reduction": if snnl == "snnl" { "minimum" } else { "sum" },
            "adam": {"learning_rate": 0.01}, "train": {"epochs": 30, "batch_size": 16}, "k_means": k_means
        }),
        "ae-k-means" => {
            let mut settings = pretraining();
            settings["loss"] = json!("binary-cross-entropy");
            settings["k_means"] = k_means;
            settings["layer_wise"] = json!({"epochs": 3, "batch_size": 16});
            settings
        }
        other => deepclust_methods::method(other).unwrap().defaults(Shape::Images).unwrap(),
    }
}

fn pretraining() -> Value {
    json!({
        "widths": [8, 3], "hidden": "relu", "code": "identity", "output": "sigmoid",
        "init": {"hidden": "torch-linear", "code": "torch-linear", "output": "torch-linear"},
        "loss": "mean-squared-error", "adam": {"learning_rate": 0.01}, "train": {"epochs": 30, "batch_size": 16}
    })
}

/// Weights of MIXAE's entropies that are set anew in every epoch.
pub fn balanced() -> Value {
    json!({"balanced": {"first_alpha": 0.01, "first_beta": 0.5, "most_alpha": 0.1, "most_beta": 1.0}})
}

/// Whether the method is semi-supervised here.
pub fn takes_labels(case: &str) -> bool {
    case.contains('/')
}

/// Two threads of libtorch wait for one another when anything else runs.
pub fn one_thread() {
    ONE_THREAD.call_once(|| deepclust_nets::use_threads(1));
}

pub fn fit(case: &str, seed: u64) -> Fitted {
    let mut progress = Silent;
    let mut context = Context::new(Seed(seed), device(), &mut progress);
    fit_with(case, method(case).as_ref(), &mut context).unwrap()
}

/// With labels where the method takes them.
pub fn fit_with(case: &str, method: &dyn Method, context: &mut Context<'_>) -> Result<Fitted> {
    one_thread();
    let (x, labels) = blobs();
    if takes_labels(case) {
        method.fit_labelled(&LabelledSubset::new(x.view(), &labels)?, 3, context)
    } else {
        method.fit_with(x.view(), 3, context)
    }
}

pub fn fit_any(slug: &str, settings: &Value, x: &Array2<f32>, k: usize) -> Result<Fitted> {
    one_thread();
    let mut progress = Silent;
    let mut context = Context::new(Seed(1), device(), &mut progress);
    build(slug, settings)?.fit_with(x.view(), k, &mut context)
}
