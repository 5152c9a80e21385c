//! Carries records of schema 1 into the form of schema 2, once.

use deepclust_experiments::{FigureData, RunRecord, RunSpec, Scale, Store, canonical_json};
use deepclust_papers::PAPERS;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = PathBuf::from("results");
    let store = Store::open(&root)?;
    // What is kept: the runs of rows and ablations, at every recorded seed.
    let mut wanted: BTreeMap<PathBuf, RunSpec> = BTreeMap::new();
    for paper in PAPERS {
        for row in paper.rows(Scale::Full)? {
            for planned in row.runs {
                for seed in 0..20 {
                    let spec = planned.at(seed);
                    wanted.insert(spec.record_path()?, spec);
                }
            }
        }
    }
    let (mut kept, mut left) = (0, BTreeSet::new());
    for path in old_records(&root) {
        let text = std::fs::read_to_string(&path)?;
        let mut old: Value = serde_json::from_str(&text)?;
        let stated = old.as_object_mut().and_then(|map| map.remove("digest")).unwrap_or_default();
        assert_eq!(stated, json!(sha(&canonical_json(&old))), "{}", path.display());
        let (record, figures) = migrated(&old, &root)?;
        let place = record.spec.record_path()?;
        if !wanted.contains_key(&place) {
            left.insert(format!("{} {} {}", record.dataset, old["method"], old["variant"]));
            continue;
        }
        let mut record = record;
        store.write(&mut record, &figures)?;
        kept += 1;
    }
    println!("{kept} records carried on; left out:");
    left.iter().for_each(|name| println!("  {name}"));
    Ok(())
}

fn sha(text: &str) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn old_records(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = ["runs", "ablations"].map(|name| root.join(name)).to_vec();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "json")
                && std::fs::read_to_string(&path).is_ok_and(|text| text.contains("\"schema\": 1,"))
            {
                found.push(path);
            }
        }
    }
    found
}

/// Without the number of clusters that k-means' settings held.
fn without_k(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.remove("n_clusters");
            map.values_mut().for_each(without_k);
        }
        Value::Array(values) => values.iter_mut().for_each(without_k),
        _ => {}
    }
}

fn method(old: &str) -> &str {
    match old {
        "k-means-all" => "k-means",
        "pca70-k-means" => "pca-k-means",
        "ae64-k-means" | "ae70-k-means" => "ae-k-means",
        snnl if snnl.starts_with("snnl-") => "snnl",
        other => other,
    }
}

fn migrated(old: &Value, root: &Path) -> Result<(RunRecord, FigureData), Box<dyn std::error::Error>> {
    let spec = &old["spec"];
    let extras = &spec["extras"];
    let random = |n: &Value| if n.is_null() { Value::Null } else { json!({"random": {"n": n}}) };
    let mut settings = spec["settings"].clone();
    without_k(&mut settings);
    let mut measures = Vec::new();
    for size in extras["silhouette_samples"].as_array().into_iter().flatten() {
        measures.push(json!({"sampled-silhouette": {"samples": size}}));
    }
    if let Some(recluster) = extras.get("recluster") {
        let mut recluster = recluster.clone();
        without_k(&mut recluster);
        measures.push(json!({"recluster": recluster}));
    }
    if !extras["tsne"].is_null() {
        let tsne = &extras["tsne"];
        measures.push(
            json!({"map": {"samples": tsne["samples"], "clusters": true, "settings": tsne["settings"]}}),
        );
    }
    for map in extras["maps"].as_array().into_iter().flatten() {
        measures.push(json!({"map": map}));
    }
    if !extras["images_per_cluster"].is_null() {
        measures.push(json!({"samples": {"per_cluster": extras["images_per_cluster"]}}));
    }
    if let Some(classes) = extras.get("reconstructions") {
        measures.push(json!({"reconstructions": {"classes": classes}}));
    }
    let mut new = json!({
        "data": {"source": {"named": spec["dataset"]}, "split": spec["split"], "subset": random(&spec["samples"])},
        "method": {"name": method(spec["method"].as_str().unwrap_or_default()), "settings": settings},
        "seed": spec["seed"], "measures": measures,
    });
    if let Some(fit) = spec.get("fit") {
        new["fit"] =
            json!({"split": fit["split"], "subset": random(&fit["samples"]), "labelled": fit["labelled"]});
    }
    let spec: RunSpec = serde_json::from_value(new)?;
    let machine = &old["machine"];
    let libtorch = old["libtorch"].as_str().unwrap_or_default();
    let intel = machine["processor"].as_str().is_some_and(|name| name.contains("Intel"));
    let native = intel || machine["products"] == "by-ability";
    let arithmetic = match machine.get("gpu").and_then(Value::as_str) {
        Some(gpu) => format!("{gpu}, libtorch {libtorch}"),
        // All processors so far have AVX-512.
        None => format!(
            "{} AVX-512, MKL path {}, libtorch {libtorch}",
            machine["system"].as_str().unwrap_or_default(),
            if native { "native" } else { "vendor" }
        ),
    };
    let mut record = old.clone();
    let map = record.as_object_mut().ok_or("a record")?;
    for key in ["variant", "libtorch"] {
        map.remove(key);
    }
    map["machine"].as_object_mut().ok_or("a machine")?.remove("products");
    map.insert("schema".into(), json!(2));
    map.insert("method".into(), json!(spec.method.name));
    map.insert("identity".into(), json!(spec.identity()?));
    map.insert("spec".into(), serde_json::to_value(&spec)?);
    map.insert("arithmetic".into(), json!(arithmetic));
    let figures = figures(old, root)?;
    let mut record: RunRecord = serde_json::from_value(record)?;
    record.figure_data_digest = None;
    Ok((record, figures))
}

fn figures(old: &Value, root: &Path) -> Result<FigureData, Box<dyn std::error::Error>> {
    let mut figures = FigureData::default();
    let Some(digest) = old["figure_data_digest"].as_str() else { return Ok(figures) };
    let name = |key: &str| old[key].as_str().unwrap_or_default().to_owned();
    let folder = match old["variant"].as_str() {
        Some(variant) => format!("{}--{variant}", name("method")),
        None => name("method"),
    };
    let path = root.join("figures/data").join(name("dataset")).join(folder);
    let path = path.join(format!("{}.{}.json", old["seed"], &digest[..12]));
    let text = std::fs::read_to_string(&path)?;
    assert_eq!(sha(&text), digest, "{}", path.display());
    let data: Value = serde_json::from_str(&text)?;
    if !data["tsne"].is_null() {
        let t = &data["tsne"];
        figures.insert(
            "map-2d",
            &json!({"coordinates": [t["x"], t["y"]], "clusters": t["clusters"], "classes": t["classes"], "class_names": t["class_names"]}),
        )?;
    }
    for map in data["maps"].as_array().into_iter().flatten() {
        let dimensions = map["coordinates"].as_array().map_or(0, Vec::len);
        let map = json!({"coordinates": map["coordinates"], "classes": map["classes"], "class_names": map["class_names"]});
        figures.insert(&format!("map-{dimensions}d"), &map)?;
    }
    if !data["images"].is_null() {
        figures.insert("samples", &data["images"])?;
    }
    if data.get("reconstructions").is_some_and(|r| !r.is_null()) {
        figures.insert("reconstructions", &data["reconstructions"])?;
    }
    Ok(figures)
}
