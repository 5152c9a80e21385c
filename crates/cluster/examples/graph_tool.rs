//! Runs the graph and density clusterings on raw little-endian arrays: what the comparison scripts in benches/peers/graphs call.
//!
//! `graph_tool communities x.f32 <columns> <k> <seed> [labels.i32]`
//! `graph_tool choose x.f32 <columns> <from> <to> <seed>`
//! `graph_tool hdbscan x.f32 <columns> <least size> <min samples> eom|leaf out.f32`
//! `graph_tool leiden edges.f32 <points> <resolution> <seed>`, edges (i, j, weight) in both directions
//! `graph_tool sweep x.f32 <columns> <from> <to> <seed>`

use deepclust_cluster::{
    ChooseSettings, Graph, GraphCommunities, GraphCommunitiesSettings, Hdbscan, HdbscanSettings, Selection,
    SweepSettings, choose_k_with, leiden, modularity, sweep,
};
use deepclust_metrics::{accuracy, adjusted_rand_index};
use ndarray::Array2;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::error::Error;
use std::ops::ControlFlow;
use std::time::Instant;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn read(path: &str, columns: usize) -> Outcome<Array2<f32>> {
    let bytes = std::fs::read(path)?;
    let values: Vec<f32> =
        bytes.chunks_exact(4).map(|c| f32::from_le_bytes([c[0], c[1], c[2], c[3]])).collect();
    Ok(Array2::from_shape_vec((values.len() / columns, columns), values)?)
}

fn labels(path: &str) -> Outcome<Vec<usize>> {
    let bytes = std::fs::read(path)?;
    Ok(bytes.chunks_exact(4).map(|c| u32::from_le_bytes([c[0], c[1], c[2], c[3]]) as usize).collect())
}

fn main() -> Outcome<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let arg = |i: usize| args.get(i).map(String::as_str).ok_or("too few arguments");
    match arg(0)? {
        "communities" => {
            let x = read(arg(1)?, arg(2)?.parse()?)?;
            let start = Instant::now();
            let model = GraphCommunities::new(GraphCommunitiesSettings::default())?.fit(
                x.view(),
                arg(3)?.parse()?,
                arg(4)?.parse()?,
            )?;
            println!("{:.1} s, {} seeds failed", start.elapsed().as_secs_f64(), model.failed());
            let truth = arg(5).ok().map(labels).transpose()?;
            for run in model.runs() {
                print!("γ {:.4}  Q {:.5}  agreement {:.4}", run.resolution, run.modularity, run.agreement);
                match &truth {
                    Some(truth) => println!(
                        "  ACC {:.4}  ARI {:.4}",
                        accuracy(truth, &run.labels)?,
                        adjusted_rand_index(truth, &run.labels)?
                    ),
                    None => println!(),
                }
            }
            if let Some(truth) = &truth {
                println!("best: ACC {:.4}", accuracy(truth, model.labels())?);
            }
        }
        "hdbscan" => {
            let x = read(arg(1)?, arg(2)?.parse()?)?;
            let mut settings = HdbscanSettings::default();
            settings.min_cluster_size = arg(3)?.parse()?;
            settings.min_samples = Some(arg(4)?.parse()?);
            if arg(5)? == "leaf" {
                settings.selection = Selection::Leaf;
            }
            let start = Instant::now();
            let model = Hdbscan::new(settings)?.fit(x.view())?;
            println!(
                "{{\"seconds\": {:.4}, \"clusters\": {}, \"noise\": {}}}",
                start.elapsed().as_secs_f64(),
                model.n_clusters(),
                model.noise()
            );
            let labels = model.labels().iter().map(|l| l.map_or(-1.0, |l| l as f32));
            let columns = labels.zip(model.probabilities()).zip(model.outlier_scores());
            let bytes: Vec<u8> =
                columns.flat_map(|((l, p), o)| [l, p as f32, o as f32]).flat_map(f32::to_le_bytes).collect();
            std::fs::write(arg(6)?, bytes)?;
        }
        "choose" => {
            let x = read(arg(1)?, arg(2)?.parse()?)?;
            let settings = ChooseSettings::new(arg(3)?.parse()?, arg(4)?.parse()?);
            let (start, mut last) = (Instant::now(), None);
            let found = choose_k_with(x.view(), &settings, arg(5)?.parse()?, |step| {
                if last.replace(step.stage) != Some(step.stage) {
                    eprintln!("{:6.1} s  {}", start.elapsed().as_secs_f64(), step.stage);
                }
                ControlFlow::Continue(())
            })?;
            println!("{:.1} s", start.elapsed().as_secs_f64());
            for at in &found.communities.by_k {
                println!("{at:?}");
            }
            println!("{:?}", found.density);
            for choice in found.indices.iter().flat_map(|sweep| &sweep.choices) {
                println!("{choice:?}");
            }
            for opinion in found.all() {
                println!("{}: {:?}", opinion.source, opinion.choice);
            }
            println!("{}", found.sentence());
        }
        "leiden" => {
            let edges = read(arg(1)?, 3)?;
            let upper = edges.outer_iter().filter(|e| e[0] < e[1]);
            let edges: Vec<_> = upper.map(|e| (e[0] as usize, e[1] as usize, e[2])).collect();
            let graph = Graph::new(arg(2)?.parse()?, &edges)?;
            let start = Instant::now();
            let labels = leiden(&graph, arg(3)?.parse()?, arg(4)?.parse()?, 2)?;
            let seconds = start.elapsed().as_secs_f64();
            println!(
                "{{\"seconds\": {seconds:.4}, \"modularity\": {:.5}}}",
                modularity(&graph, &labels, 1.0)?
            );
        }
        "sweep" => {
            let x = read(arg(1)?, arg(2)?.parse()?)?;
            let settings = SweepSettings::new(arg(3)?.parse()?, arg(4)?.parse()?);
            let start = Instant::now();
            let found = sweep(x.view(), &settings, &mut ChaCha8Rng::seed_from_u64(arg(5)?.parse()?))?;
            println!("{:.1} s", start.elapsed().as_secs_f64());
            for choice in &found.choices {
                println!("{choice:?}");
            }
        }
        other => return Err(format!("unknown command {other}").into()),
    }
    Ok(())
}
