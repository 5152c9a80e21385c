use crate::{Error, Folders, Job, Machine, MeasureSpec, Message, Result, RunSpec, Status, Store, execute};
use deepclust_methods::Progress;
use std::io::{BufRead, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The variable that names the process with which a worker is to end.
pub(crate) const PARENT: &str = "DEEPCLUST_PARENT";

/// The worker process: reads a [`Job`] from a file, or as one line from standard input, makes the run, and writes its record. That is
/// its answer; [`Message`]s on standard output only tell how far it has come.
///
/// It needs no pipe to stay alive. Where `DEEPCLUST_PARENT` holds the number of the process that started it, it ends soon after that one:
/// a killed scheduler leaves nobody behind.
///
/// # Errors
/// When the job cannot be read or its run fails.
pub fn worker(job: Option<&Path>) -> Result<()> {
    let (text, path) = match job {
        Some(path) => (std::fs::read_to_string(path).map_err(Error::io(path))?, path),
        None => {
            let (mut line, path) = (String::new(), Path::new("standard input"));
            std::io::stdin().lock().read_line(&mut line).map_err(Error::io(path))?;
            (line, path)
        }
    };
    let job = Job::from_text(&text, path)?;
    end_with_parent();
    // Kernels and thread counts first: libtorch fixes them at the first operation.
    job.products.choose();
    deepclust_nets::use_threads(1);
    deepclust_nets::keep_memory();
    // A pool that exists already was made by nobody but us, with the same number.
    let _ = rayon::ThreadPoolBuilder::new().num_threads(job.threads).build_global();
    run(&job, &mut Reporter::default())
}

/// Makes a job's run in this process and writes its record, unless another process has done so meanwhile.
pub(crate) fn run(job: &Job, progress: &mut dyn Progress) -> Result<()> {
    let store = Store::open(&job.out)?;
    let _lock = store.lock(&job.spec)?;
    store.sweep_record(&job.spec)?;
    set_aside_damaged(&store, &job.spec)?;
    let mut spec = job.spec.clone();
    match store.status(&spec)? {
        Status::Recorded(_) if !job.rerun => return Ok(()),
        // What the old record has beyond what is asked for is measured again, so that nobody misses it.
        Status::Recorded(record) | Status::Lacks(record) => {
            let is_asked_for =
                |measure: &MeasureSpec| job.spec.measures.iter().any(|m| m.is_kept_with(measure));
            spec.measures.extend(record.spec.measures.into_iter().filter(|measure| !is_asked_for(measure)));
        }
        _ => {}
    }
    let device = job.device.resolve()?;
    let arithmetic = Machine::this(device).arithmetic(deepclust_nets::Products::of_this_process());
    let checkpoints = store.checkpoints(&spec, &arithmetic, &deepclust_nets::device_name(device))?;
    let folders = Folders { checkpoints: checkpoints.clone(), cache: store.cache()? };
    let (mut record, figures) = execute(&spec, job.data_dir.clone(), device, job.threads, folders, progress)?;
    store.write(&mut record, &figures)?;
    if let Some(folder) = checkpoints {
        let _ = std::fs::remove_dir_all(folder); // the run is recorded: its state only takes space
    }
    Ok(())
}

/// A file that no run wrote may be somebody's work: it gets another name before a record takes its place.
fn set_aside_damaged(store: &Store, spec: &RunSpec) -> Result<()> {
    while let Status::Damaged { path, .. } = store.status(spec)? {
        let name = |n: usize| PathBuf::from(format!("{}.set-aside-{n}", path.display()));
        let free = (1..).map(name).find(|name| !name.exists()).unwrap_or_else(|| name(0));
        std::fs::rename(&path, free).map_err(Error::io(&path))?;
    }
    Ok(())
}

/// Ends this process when the one that started it is gone: then another one is its parent.
fn end_with_parent() {
    #[cfg(unix)]
    if let Some(parent) = std::env::var(PARENT).ok().and_then(|id| id.parse::<u32>().ok()) {
        std::thread::spawn(move || {
            while std::os::unix::process::parent_id() == parent {
                std::thread::sleep(Duration::from_millis(100));
            }
            std::process::exit(130);
        });
    }
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
            send(&Message { stage: stage.to_owned(), done, total, detail: detail.to_owned() });
        }
        ControlFlow::Continue(())
    }
}

/// One message a line. That nobody listens any more is no reason to stop.
fn send(message: &Message) {
    if let Ok(text) = serde_json::to_string(message) {
        let mut out = std::io::stdout().lock();
        let _ = writeln!(out, "{text}").and_then(|()| out.flush());
    }
}
