//! Commands that this program waits for. They end when it is asked to end.
//!
//! A Ctrl-C goes to everything in the terminal's foreground. A SIGTERM or a hangup goes to one process, whose children would
//! work on unseen: a cargo that nobody waits for, and that holds the lock of the target folder.

use std::io;
use std::process::{Child, Command, ExitStatus};

/// Runs a command to its end, or to ours.
pub fn status(command: &mut Command) -> io::Result<ExitStatus> {
    wait(spawn(command)?)
}

/// Starts a command that gets the signals to end that this process gets, until [`wait`] comes back.
pub fn spawn(command: &mut Command) -> io::Result<Child> {
    #[cfg(unix)]
    signals::pass_on();
    let child = command.spawn()?;
    #[cfg(unix)]
    signals::to(Some(child.id()));
    Ok(child)
}

/// Waits for its end.
pub fn wait(mut child: Child) -> io::Result<ExitStatus> {
    let status = child.wait();
    #[cfg(unix)]
    signals::to(None);
    status
}

#[cfg(unix)]
mod signals {
    use std::sync::Once;
    use std::sync::atomic::{AtomicI32, Ordering};

    /// The child's id, or 0 where there is none.
    static CHILD: AtomicI32 = AtomicI32::new(0);

    pub fn to(child: Option<u32>) {
        CHILD.store(child.and_then(|id| i32::try_from(id).ok()).unwrap_or(0), Ordering::SeqCst);
    }

    /// From now on SIGTERM and SIGHUP go to the child; without one they end this process, as they would have. A program that
    /// this one becomes does not inherit that.
    pub fn pass_on() {
        static DONE: Once = Once::new();
        DONE.call_once(|| {
            for signal in [libc::SIGTERM, libc::SIGHUP] {
                let handler = pass_on_one as extern "C" fn(libc::c_int);
                // SAFETY: the handler calls only what may be called in one: an atomic load, kill, signal and raise.
                // A signal that was ignored before (nohup) stays so.
                unsafe {
                    if libc::signal(signal, handler as libc::sighandler_t) == libc::SIG_IGN {
                        libc::signal(signal, libc::SIG_IGN);
                    }
                }
            }
        });
    }

    extern "C" fn pass_on_one(signal: libc::c_int) {
        let child = CHILD.load(Ordering::SeqCst);
        // SAFETY: plain system calls on numbers. The child has not been waited for, so that its id is still its own; where it
        // ends at this very moment, the signal goes to a process that has ended.
        unsafe {
            if child > 0 {
                libc::kill(child, signal);
            } else {
                libc::signal(signal, libc::SIG_DFL);
                libc::raise(signal);
            }
        }
    }
}
