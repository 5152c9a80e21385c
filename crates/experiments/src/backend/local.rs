use super::{Backend, Event, Outcome, outcome_of};
use crate::worker::PARENT;
use crate::{Error, Job, Message, Result};
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, mpsc};
use std::time::Duration;

/// Makes each run in a process of its own on this machine, several at once.
#[derive(Clone, Debug)]
pub struct LocalProcesses {
    /// The program whose `worker` command makes a run.
    pub program: PathBuf,
    /// Processes at once, at least 1.
    pub at_once: usize,
}

impl Backend for LocalProcesses {
    fn run(&self, jobs: &[Job], events: &mut dyn FnMut(Event)) -> Vec<Outcome> {
        let queue: Mutex<VecDeque<usize>> = Mutex::new((0..jobs.len()).collect());
        let mut outcomes = vec![Outcome::Failed("not started".to_owned()); jobs.len()];
        let (sender, receiver) = mpsc::channel();
        std::thread::scope(|scope| {
            for slot in 0..self.at_once.max(1).min(jobs.len()) {
                let (sender, queue) = (sender.clone(), &queue);
                scope.spawn(move || {
                    while let Some(index) = queue.lock().ok().and_then(|mut queue| queue.pop_front()) {
                        // A receiver that is gone has no further use for what is told.
                        let _ = sender.send(Event::Started { slot, index });
                        let on_message =
                            |message| drop(sender.send(Event::Progress { slot, index, message }));
                        let problem = make(&self.program, &jobs[index], on_message);
                        let problem = problem.unwrap_or_else(|error| Some(error.to_string()));
                        let _ = sender.send(Event::Ended {
                            slot,
                            index,
                            outcome: outcome_of(&jobs[index], problem),
                        });
                    }
                });
            }
            drop(sender);
            loop {
                let event = match receiver.recv_timeout(Duration::from_millis(500)) {
                    Ok(event) => event,
                    Err(mpsc::RecvTimeoutError::Timeout) => Event::Tick,
                    Err(mpsc::RecvTimeoutError::Disconnected) => break,
                };
                if let Event::Ended { index, outcome, .. } = &event {
                    outcomes[*index] = outcome.clone();
                }
                events(event);
            }
        });
        outcomes
    }
}

/// Makes one run; why it failed, if it did.
fn make(program: &Path, job: &Job, on_message: impl Fn(Message)) -> Result<Option<String>> {
    let mut child = spawn(program)?;
    if let Some(mut input) = child.stdin.take() {
        // A worker that died at once is reported through its exit status.
        let _ = input.write_all((serde_json::to_string(job)? + "\n").as_bytes());
    }
    let errors = child.stderr.take().map(|stderr| std::thread::spawn(move || last_lines(stderr)));
    let lines = child.stdout.take().into_iter().flat_map(|out| BufReader::new(out).lines());
    for line in lines.map_while(std::result::Result::ok) {
        // What is no message is a library's own printing.
        if let Ok(message) = serde_json::from_str(&line) {
            on_message(message);
        }
    }
    let status = child.wait().map_err(Error::io(program))?;
    let errors = errors.and_then(|thread| thread.join().ok()).unwrap_or_default();
    Ok((!status.success()).then(|| match errors.as_str() {
        "" => format!("the worker ended without a record ({status}) and printed no error"),
        _ => errors.strip_prefix("error: ").unwrap_or(&errors).to_owned(),
    }))
}

fn spawn(program: &Path) -> Result<Child> {
    let mut command = Command::new(program);
    command.arg("worker").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.env(PARENT, std::process::id().to_string());
    // libtorch's OpenMP would otherwise start a thread a core before it is told the number.
    command.env("OMP_NUM_THREADS", "1").env("MKL_NUM_THREADS", "1");
    // They would take f32 products in fewer bits, or by other kernels, and no record would say so.
    for name in [
        "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE",
        "ONEDNN_DEFAULT_FPMATH_MODE",
        "MKL_ENABLE_INSTRUCTIONS",
        "MKL_CBWR",
    ] {
        command.env_remove(name);
    }
    command.spawn().map_err(Error::io(program))
}

/// The last lines of a worker's error output, joined.
fn last_lines(stderr: impl Read) -> String {
    const KEPT: usize = 12;
    let mut lines = VecDeque::with_capacity(KEPT);
    for line in BufReader::new(stderr).lines().map_while(std::result::Result::ok) {
        if lines.len() == KEPT {
            lines.pop_front();
        }
        lines.push_back(line);
    }
    Vec::from(lines).join(" | ")
}
