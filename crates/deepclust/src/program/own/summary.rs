//! `summary.json`.

use super::input::Input;
use crate::fit::{Answer, NOISE, Scores, sizes};
use anyhow::Result;
use deepclust_experiments::Machine;
use deepclust_nets::{Products, device_name};
use serde_json::{Value, json};

/// Everything about a fit but the rows themselves.
pub fn summary(input: &Input, shape: (usize, usize), answer: &Answer, seconds: f64) -> Result<Value> {
    let plan = &answer.plan;
    let scored = !input.labels.is_empty();
    let scores = |clusters: &[i32]| -> Result<Option<Scores>> {
        Ok(if scored { Some(Scores::of(&input.labels, clusters)?) } else { None })
    };
    let mut runs = Vec::new();
    for (run, score) in answer.runs.iter().zip(&answer.choice.scores) {
        let (sizes, noise) = sizes(&run.labels);
        runs.push(json!({
            "seed": run.seed, "clusters": sizes.iter().filter(|&&size| size > 0).count(), "noise": noise, "seconds": run.seconds,
            "score": score, "facts": run.facts, "metrics": scores(&run.labels)?,
        }));
    }
    let (sizes, noise) = sizes(&answer.chosen().labels);
    let machine = Machine::this(plan.device);
    // Of the rows that are in a cluster, as in the report.
    let labels = &answer.chosen().labels;
    let clustered =
        answer.silhouettes.iter().filter(|(row, _)| labels[*row] != NOISE).map(|(_, value)| *value);
    let silhouettes: Vec<f64> = clustered.collect();
    let mean = (!silhouettes.is_empty()).then(|| silhouettes.iter().sum::<f64>() / silhouettes.len() as f64);
    // One seed agrees with nobody.
    let agreement = (answer.runs.len() > 1).then(|| answer.mean_agreement());
    Ok(json!({
        "data": {"name": input.name, "digest": input.digest, "rows": shape.0, "columns": shape.1, "found": input.facts},
        "method": {"name": plan.method.slug, "settings": plan.settings, "k": plan.k, "why": plan.why},
        "seeds": plan.seeds,
        "clusters": {"sizes": sizes, "noise": noise},
        "agreement": {"mean": agreement, "ari": answer.agreement.rows().into_iter().map(|row| row.to_vec()).collect::<Vec<_>>()},
        "chosen": {"seed": answer.chosen().seed, "because": answer.choice.rule.to_string(), "silhouette": mean},
        "runs": runs,
        "failed": answer.failed.iter().map(|(seed, why)| json!({"seed": seed, "why": why})).collect::<Vec<_>>(),
        "warnings": answer.warnings,
        // For scoring alone: nothing was chosen by them.
        "metrics": {"chosen": scores(&answer.chosen().labels)?, "consensus": scores(&answer.consensus)?},
        "seconds": (seconds * 10.0).round() / 10.0,
        "made_by": {
            "version": env!("CARGO_PKG_VERSION"), "revision": deepclust_experiments::revision(),
            "arithmetic": machine.arithmetic(Products::of_this_process()), "device": device_name(plan.device), "machine": machine,
        },
    }))
}
