//! A signal to this program ends what it waits for.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// A cargo that notes its id and the arguments, and works for a minute.
const CARGO: &str =
    "#!/bin/sh\necho \"$$ $*\" >\"$NOTE.part\" && mv \"$NOTE.part\" \"$NOTE\"\nexec sleep 60\n";

#[test]
fn a_signal_that_ends_us_ends_cargo() {
    for (signal, code) in [("TERM", 143), ("HUP", 129)] {
        let folder = tempfile::tempdir().unwrap();
        let (cargo, note) = (folder.path().join("cargo"), folder.path().join("note"));
        fs::write(&cargo, CARGO).unwrap();
        fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).unwrap();
        let mut task = Command::new(env!("CARGO_BIN_EXE_xtask"));
        task.arg("check").env("CARGO", &cargo).env("NOTE", &note).stderr(Stdio::null());
        let mut task = task.spawn().unwrap();
        let noted = wait_for(|| fs::read_to_string(&note).ok());
        let (cargo_id, arguments) = noted.trim().split_once(' ').unwrap();
        assert_eq!(arguments, "fmt --all --check");
        assert!(is_running(cargo_id));
        send(signal, &task.id().to_string());
        let status = task.wait().unwrap();
        assert_eq!((status.code(), status.signal()), (Some(code), None), "{signal}");
        wait_for(|| (!is_running(cargo_id)).then_some(()));
    }
}

fn wait_for<T>(mut ready: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(value) = ready() {
            return value;
        }
        assert!(start.elapsed() < Duration::from_secs(30), "waited in vain");
        sleep(Duration::from_millis(20));
    }
}

fn is_running(id: &str) -> bool {
    send("0", id)
}

fn send(signal: &str, id: &str) -> bool {
    Command::new("kill").args([&format!("-{signal}"), id]).stderr(Stdio::null()).status().unwrap().success()
}
