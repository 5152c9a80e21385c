use super::{Folders, Job, Message, RunSpec, Status, Store, execute};
use crate::{Error, Result};
use deepclust_methods::Progress;
use std::io::{BufRead, Read, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

/// The worker process: reads a [`Job`] from standard input, makes the run, writes its record, and answers with
/// [`Message`]s on standard output.
///
/// The scheduler keeps the pipe open as long as it lives. When it closes, the worker ends too: a killed scheduler leaves
/// nobody behind.
///
/// # Errors
/// When the job cannot be read. A run that fails is answered as [`Message::Failed`], and `false` is returned.
pub fn worker() -> Result<bool> {
    let mut line = String::new();
    let input = Path::new("standard input");
    std::io::stdin().lock().read_line(&mut line).map_err(Error::io(input))?;
    let job: Job = serde_json::from_str(&line)?;
    std::thread::spawn(|| {
        let mut rest = [0];
        while std::io::stdin().read(&mut rest).is_ok_and(|n| n > 0) {}
        std::process::exit(130);
    });
    let answer = run(&job).unwrap_or_else(|error| Message::Failed { error: error.to_string() });
    let fine = !matches!(answer, Message::Failed { .. });
    send(&answer);
    Ok(fine)
}

fn run(job: &Job) -> Result<Message> {
    // Kernels and thread counts first: libtorch fixes them at the first operation.
    job.products.choose();
    deepclust_nets::use_threads(1);
    deepclust_nets::keep_memory();
    // A pool that exists already was made by nobody but us, with the same number.
    let _ = rayon::ThreadPoolBuilder::new().num_threads(job.threads).build_global();
    let store = Store::open(&job.out)?;
    let _lock = store.lock(&job.spec)?;
    store.sweep_record(&job.spec);
    if !job.rerun && matches!(store.status(&job.spec)?, Status::Recorded(_)) {
        return Ok(Message::AlreadyRecorded);
    }
    set_aside_damaged(&store, &job.spec)?;
    let device = job.device.resolve()?;
    let checkpoints = store.checkpoints(&job.spec, &deepclust_nets::device_name(device))?;
    let mut measured = execute(
        &job.spec,
        job.data_dir.clone(),
        device,
        job.threads,
        Folders { checkpoints: checkpoints.clone(), cache: store.cache()? },
        &mut Reporter::default(),
    )?;
    store.write(&mut measured.record, &measured.figures)?;
    if let Some(folder) = checkpoints {
        let _ = std::fs::remove_dir_all(folder); // the run is recorded: its state only takes space
    }
    Ok(Message::Done { wall_s: measured.record.wall_s, summary: measured.record.metrics.summary() })
}

/// A file that no run wrote may be somebody's work: it gets another name before a record takes its place.
fn set_aside_damaged(store: &Store, spec: &RunSpec) -> Result<()> {
    while let Status::Damaged { path, .. } = store.status(spec)? {
        let name = |n: usize| path.with_extension(format!("json.set-aside-{n}"));
        let free = (1..).map(name).find(|name| !name.exists()).unwrap_or_else(|| name(0));
        std::fs::rename(&path, free).map_err(Error::io(&path))?;
    }
    Ok(())
}

/// Sends progress up, at most ten times a second but every change of stage.
#[derive(Default)]
struct Reporter {
    last: Option<(Instant, String)>,
}

impl Progress for Reporter {
    fn report(&mut self, stage: &str, done: usize, total: usize, detail: &str) -> ControlFlow<()> {
        let recent = self
            .last
            .as_ref()
            .is_some_and(|(time, last)| last == stage && time.elapsed() < Duration::from_millis(100));
        if !recent || done == total {
            self.last = Some((Instant::now(), stage.to_owned()));
            send(&Message::Progress { stage: stage.to_owned(), done, total, detail: detail.to_owned() });
        }
        ControlFlow::Continue(())
    }
}

/// One message a line. A scheduler that does not listen any more is noticed by the closed pipe.
fn send(message: &Message) {
    if let Ok(text) = serde_json::to_string(message) {
        let mut out = std::io::stdout().lock();
        let _ = writeln!(out, "{text}").and_then(|()| out.flush());
    }
}
