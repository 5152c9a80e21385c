//! The program's answers to wrong names, folders and records. Nothing here needs a data set.

use assert_cmd::Command;
use deepclust_experiments::Scale;
use deepclust_papers::{PAPERS, Request};
use predicates::prelude::*;
use predicates::str::contains;
use std::fs;
use std::process::Stdio;
use std::time::Duration;

fn deepclust() -> Command {
    Command::cargo_bin("deepclust").unwrap()
}

#[test]
fn unknown_names_are_usage_errors_with_a_suggestion() {
    deepclust()
        .args(["reproduce", "minst"])
        .assert()
        .code(2)
        .stderr(contains("unknown target `minst`, did you mean `mnist`?; known are biswas, snnl, "));
    deepclust()
        .args(["reproduce", "mnist", "--methods", "kmeans"])
        .assert()
        .code(2)
        .stderr(contains("did you mean `k-means`?"));
    deepclust()
        .args(["verify", "--methods", "kmeans"])
        .assert()
        .code(2)
        .stderr(contains("did you mean `k-means`?"));
    deepclust().args(["reproduce", "mnist", "--device", "gpu"]).assert().code(2).stderr(contains("cpu"));
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let out = file.path().join("results");
    deepclust()
        .args(["reproduce", "mnist", "--quick", "--out"])
        .arg(&out)
        .assert()
        .code(1)
        .stderr(contains("the output folder").and(contains("cannot be used")));
}

#[test]
fn missing_data_have_an_exit_code_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("no such folder");
    deepclust()
        .args(["reproduce", "biswas", "--quick", "--runs", "1", "--out"])
        .arg(folder.path())
        .arg("--data-dir")
        .arg(&data)
        .assert()
        .code(3)
        .stderr(contains("no such folder"));
}

#[test]
fn rendering_and_verifying_need_records() {
    let folder = tempfile::tempdir().unwrap();
    deepclust()
        .args(["render", "mnist", "--out"])
        .arg(folder.path())
        .assert()
        .code(1)
        .stderr(contains("found none"));
    deepclust().args(["verify", "--out"]).arg(folder.path()).assert().code(1).stderr(contains("found none"));
}

#[test]
fn what_is_no_record_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let request = Request { runs: Some(1), scale: Scale::Quick, ..Request::default() };
    let path = folder.path().join(PAPERS[0].runs(&request).unwrap()[0].record_path().unwrap());
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, "{\"metrics\": {\"sil\": 0.1588}}").unwrap();
    deepclust()
        .args(["reproduce", "mnist", "--quick", "--runs", "1", "--out"])
        .arg(folder.path())
        .assert()
        .code(1)
        .stderr(contains("not overwritten unasked").and(contains("0.json")));
    assert_eq!(fs::read_to_string(&path).unwrap(), "{\"metrics\": {\"sil\": 0.1588}}");
    deepclust().args(["render", "mnist", "--quick", "--out"]).arg(folder.path()).assert().code(1);
}

#[test]
fn a_dry_run_tells_the_plan_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("results");
    deepclust()
        .args(["reproduce", "kdae", "--quick", "--runs", "1", "--methods", "k-dae", "--dry-run"])
        .arg("--out")
        .arg(&out)
        .assert()
        .success()
        .stdout(
            contains("kdae: 11 runs to make, 0 recorded").and(contains("to make   kdae mnist k-dae: seed 0")),
        );
    assert!(!out.exists());
}

#[test]
fn a_worker_without_a_job_fails_cleanly() {
    let problem = || contains("standard input: expected a job in JSON");
    deepclust().arg("worker").write_stdin("no job\n").assert().code(1).stderr(problem());
    deepclust().args(["worker", "no-such-file.json"]).assert().code(1).stderr(contains("no-such-file.json"));
}

/// A job of a fraction of a second, which needs no data set.
fn job(out: &std::path::Path) -> String {
    format!(
        r#"{{"spec": {{"data": {{"source": {{"generated": {{"gaussian-points": {{"samples": 30, "features": 2, "classes": 3}}}}}}}},
        "method": {{"name": "k-means", "settings": {{}}}}, "seed": 0}}, "out": {out:?}, "data_dir": null, "device": "cpu", "threads": 1,
        "products": "by-ability", "rerun": false}}"#
    )
    .replace('\n', " ")
}

#[test]
fn a_worker_takes_its_job_from_a_file_or_from_input_that_ends() {
    for from_file in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("job.json");
        fs::write(&path, job(&folder.path().join("out"))).unwrap();
        let mut command = deepclust();
        command.arg("worker");
        match from_file {
            true => command.arg(&path),
            // As in `worker < job.json`: the input is at its end at once.
            false => command.pipe_stdin(&path).unwrap(),
        };
        command.assert().success();
        let records = deepclust_experiments::Store::read_only(&folder.path().join("out")).all().unwrap();
        assert_eq!(records.len(), 1);
    }
}

#[cfg(unix)]
#[test]
fn a_worker_ends_with_the_process_that_started_it() {
    let folder = tempfile::tempdir().unwrap();
    // Hours of work, were it not for the parent: process 1 did not start this worker.
    let long = job(folder.path()).replace(r#""samples": 30"#, r#""samples": 300000"#);
    let long = long.replace(r#""settings": {}"#, r#""settings": {"k_means": {"n_init": 100000}}"#);
    let mut worker = deepclust();
    worker.arg("worker").env("DEEPCLUST_PARENT", "1").write_stdin(long).timeout(Duration::from_secs(60));
    worker.assert().code(130);
}

#[cfg(unix)]
#[test]
fn an_interrupted_command_says_what_is_done() {
    for signal in ["-TERM", "-INT"] {
        let folder = tempfile::tempdir().unwrap();
        let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin("deepclust"));
        command.args([
            "reproduce",
            "snnl",
            "--rows",
            "points/fixed",
            "--runs",
            "2000",
            "--jobs",
            "1",
            "--out",
        ]);
        let started =
            command.arg(folder.path()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        std::thread::sleep(Duration::from_secs(3));
        let id = started.id().to_string();
        assert!(std::process::Command::new("kill").args([signal, &id]).status().unwrap().success());
        let output = started.wait_with_output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(130), "{errors}");
        assert!(
            errors.contains("of 2000 runs are recorded. The same command goes on from here."),
            "{errors}"
        );
        // Whole records, and a second command goes on.
        deepclust_experiments::Store::read_only(folder.path()).all().unwrap();
    }
}
