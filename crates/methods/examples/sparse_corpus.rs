//! Time and memory of the representation network on a drawn corpus of sparse documents, which are made dense by the batch alone.
//!
//! Usage: sparse_corpus [DOCUMENTS] [WORDS], by default 685,071 and 2,000 as RCV1 has them; one epoch each of the autoencoder and of the
//! joint training, and k-means in four clusters, on one thread.

use deepclust_methods::{Context, Csr, Method, Progress, RepNet, RepNetSettings, Seed, Shape};
use deepclust_metrics::{Average, normalized_mutual_info};
use deepclust_nets::{Device, TrainSettings, use_threads};
use rand::Rng;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

const TOPICS: usize = 4;

struct Lines;

impl Progress for Lines {
    fn report(&mut self, stage: &str, done: usize, total: usize, detail: &str) -> ControlFlow<()> {
        eprintln!("{stage}: {done} of {total}, {detail}");
        ControlFlow::Continue(())
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    use_threads(1);
    let mut arguments = std::env::args().skip(1);
    let mut next = |default| arguments.next().map_or(Ok(default), |text| text.parse::<usize>());
    let (n, d) = (next(685_071)?, next(2_000)?);
    let (x, topics) = corpus(n, d);
    println!("{n} documents of {d} words, {} values, {} MiB at the start", x.nnz(), peak_mib());
    let defaults = RepNetSettings::of(Shape::Text);
    let mut settings = RepNetSettings { train: TrainSettings { epochs: 1, ..defaults.train }, ..defaults };
    settings.pretraining.train = TrainSettings { epochs: 1, ..settings.pretraining.train };
    let mut progress = Lines;
    let mut context = Context::new(Seed(0), Device::Cpu, &mut progress);
    let fitted = RepNet::new(settings)?.fit_csr(&x, TOPICS, &mut context)?;
    for (stage, seconds) in context.stages() {
        println!("{stage}: {seconds:.1} s");
    }
    let nmi = normalized_mutual_info(&topics, &fitted.labels, Average::Arithmetic)?;
    println!(
        "NMI with the topics {nmi:.3}, at most {} MiB; dense it would be {} MiB",
        peak_mib(),
        (n * d * 4) >> 20
    );
    Ok(())
}

/// Documents of 20 to 100 different words or so with weights in (0, 1]; every fourth word of a document is of its topic.
fn corpus(n: usize, d: usize) -> (Csr, Vec<usize>) {
    let mut rng = Seed(0).stream("corpus");
    let (mut starts, mut columns, mut values) = (vec![0], Vec::new(), Vec::new());
    let mut topics = Vec::with_capacity(n);
    for _ in 0..n {
        let topic = rng.random_range(0..TOPICS);
        let mut words = BTreeMap::new();
        for i in 0..rng.random_range(20..100) {
            // Common words are the first ones: about 1 / rank.
            let rank = (d as f64).powf(rng.random::<f64>()) as usize - 1;
            let word = if i % 4 == 0 { rank / TOPICS * TOPICS + topic } else { rank };
            words.insert(word.min(d - 1) as u32, rng.random_range(0.1..=1.0f32));
        }
        columns.extend(words.keys());
        values.extend(words.values());
        starts.push(columns.len());
        topics.push(topic);
    }
    (Csr::new((n, d), starts, columns, values), topics)
}

/// The most memory the process ever held; 0 where the system does not tell.
fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok()).unwrap_or_default() / 1024
}
