use super::{Board, Job, Message};
use crate::{Error, Result};
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, mpsc};
use std::time::Duration;

/// How runs are spread over processes.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// The program whose `worker` command makes a run.
    pub program: PathBuf,
    /// Processes at once, at least 1.
    pub jobs: usize,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Its record is written, in that many seconds.
    Done(f64),
    /// Another process had written it meanwhile.
    AlreadyRecorded,
    /// It failed, with these words.
    Failed(String),
}

/// What a slot tells the main thread.
enum Event {
    Started { slot: usize, index: usize },
    Message { slot: usize, index: usize, message: Message },
    Ended { slot: usize, index: usize, outcome: Outcome },
}

/// Makes all runs, each in a process of its own, and says how each ended, in order.
///
/// A run that fails does not stop the others.
///
/// # Errors
/// When progress cannot be shown.
pub fn run_all(schedule: &Schedule, jobs: &[Job], board: &mut Board) -> Result<Vec<Outcome>> {
    let queue: Mutex<VecDeque<usize>> = Mutex::new((0..jobs.len()).collect());
    let mut outcomes = vec![Outcome::Failed("not started".to_owned()); jobs.len()];
    let (sender, events) = mpsc::channel();
    std::thread::scope(|scope| {
        for slot in 0..schedule.jobs.max(1).min(jobs.len()) {
            let (sender, queue) = (sender.clone(), &queue);
            scope.spawn(move || {
                while let Some(index) = queue.lock().ok().and_then(|mut queue| queue.pop_front()) {
                    let tell = |event| sender.send(event).is_ok();
                    if !tell(Event::Started { slot, index }) {
                        return;
                    }
                    let on_message = |message| {
                        let _ = sender.send(Event::Message { slot, index, message });
                    };
                    let outcome = run_one(&schedule.program, &jobs[index], on_message)
                        .unwrap_or_else(|error| Outcome::Failed(error.to_string()));
                    if !tell(Event::Ended { slot, index, outcome }) {
                        return;
                    }
                }
            });
        }
        drop(sender);
        loop {
            let event = match events.recv_timeout(Duration::from_millis(500)) {
                Ok(event) => event,
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    board.tick();
                    continue;
                }
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
            };
            match event {
                Event::Started { slot, index } => board.started(slot, index, &jobs[index].spec.title()),
                Event::Message { slot, index, message } => board.message(slot, index, &message),
                Event::Ended { slot, index, outcome } => {
                    board.ended(slot, index, &outcome);
                    outcomes[index] = outcome;
                }
            }
        }
    });
    Ok(outcomes)
}

fn run_one(program: &Path, job: &Job, on_message: impl Fn(Message)) -> Result<Outcome> {
    let mut child = spawn(program)?;
    // The pipe stays open until the run has ended: the worker takes its closing as our death.
    let mut input = child.stdin.take();
    let line = serde_json::to_string(job)? + "\n";
    if let Some(input) = &mut input {
        // A worker that died at once is reported through its exit status.
        let _ = input.write_all(line.as_bytes()).and_then(|()| input.flush());
    }
    let errors = child.stderr.take().map(|stderr| std::thread::spawn(move || last_lines(stderr)));
    let mut outcome = None;
    for line in child
        .stdout
        .take()
        .into_iter()
        .flat_map(|out| BufReader::new(out).lines())
        .map_while(std::result::Result::ok)
    {
        match serde_json::from_str(&line) {
            Ok(Message::Failed { error }) => outcome = Some(Outcome::Failed(error)),
            Ok(Message::AlreadyRecorded) => outcome = Some(Outcome::AlreadyRecorded),
            Ok(message) => {
                if let Message::Done { wall_s, .. } = message {
                    outcome = Some(Outcome::Done(wall_s));
                }
                on_message(message);
            }
            Err(_) => {} // a library's own printing
        }
    }
    let status = child.wait().map_err(Error::io(program))?;
    drop(input);
    let errors = errors.and_then(|thread| thread.join().ok()).unwrap_or_default();
    Ok(outcome.unwrap_or_else(|| {
        let errors = if errors.is_empty() { "it printed no error".to_owned() } else { errors };
        Outcome::Failed(format!("the worker ended without a record ({status}): {errors}"))
    }))
}

fn spawn(program: &Path) -> Result<Child> {
    let mut command = Command::new(program);
    command.arg("worker").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
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
