//! The `deepclust-data` program: output and exit codes.

use assert_cmd::Command;
use predicates::prelude::*;

/// Away from any data, and with no client of a package registry in reach.
fn program(folder: &tempfile::TempDir) -> Command {
    let mut command = assert_cmd::cargo::cargo_bin_cmd!("deepclust-data");
    command.current_dir(folder.path()).env_remove("DEEPCLUST_DATA").env("PATH", folder.path());
    command
}

#[test]
fn list_shows_every_data_set() {
    let folder = tempfile::tempdir().unwrap();
    let all = deepclust_datasets::names().into_iter();
    let every = all.fold(predicate::str::contains("70000 × 784, 10 classes").boxed(), |so_far, name| {
        so_far.and(predicate::str::contains(format!("{name}: "))).boxed()
    });
    program(&folder).arg("list").assert().success().stdout(every);
    let told = predicate::str::starts_with("Lists, fetches and verifies the data sets");
    program(&folder).arg("--help").assert().success().stdout(told);
}

#[test]
fn a_slip_is_a_usage_error_with_a_suggestion() {
    let folder = tempfile::tempdir().unwrap();
    for verb in ["fetch", "verify"] {
        let told = predicate::str::contains("did you mean \"fashion-mnist\"?")
            .and(predicate::str::contains("uci-har"));
        program(&folder).args([verb, "mnist", "fashoin-mnist"]).assert().code(2).stderr(told);
    }
    program(&folder).arg("fetch").assert().code(2);
    program(&folder).arg("remove").assert().code(2);
}

#[test]
fn an_alias_is_explained() {
    let folder = tempfile::tempdir().unwrap();
    let told = predicate::str::contains("\"hhar\" is uci-har").and(predicate::str::contains("MIXAE"));
    program(&folder).args(["verify", "hhar"]).assert().code(3).stderr(told);
}

#[test]
fn missing_data_is_code_3_with_instructions() {
    let folder = tempfile::tempdir().unwrap();
    let told = predicate::str::contains("by hand").and(predicate::str::contains("train-images-idx3-ubyte"));
    std::fs::create_dir(folder.path().join("here")).unwrap();
    program(&folder).args(["verify", "mnist", "--data-dir", "here"]).assert().code(3).stderr(told);
    program(&folder).arg("verify").assert().code(3).stderr(predicate::str::contains("no data set is here"));
    // A set nobody hands out: fetching fails without a network, and says what to do.
    let told = predicate::str::contains("rcv1-subset-30000.svm");
    program(&folder).args(["fetch", "rcv1-subset"]).assert().code(3).stderr(told);
}

#[test]
fn a_named_folder_that_is_not_there_is_code_3_and_named() {
    let folder = tempfile::tempdir().unwrap();
    for task in [&["list"][..], &["verify"], &["verify", "mnist"], &["fetch", "mnist"]] {
        let told = predicate::str::contains("--data-dir: expected a folder, found none at nowhere");
        program(&folder).args(task).args(["--data-dir", "nowhere"]).assert().code(3).stderr(told);
        let told = predicate::str::contains("DEEPCLUST_DATA: expected a folder, found none at nowhere");
        program(&folder).args(task).env("DEEPCLUST_DATA", "nowhere").assert().code(3).stderr(told);
    }
    assert!(!folder.path().join("nowhere").exists());
    // Empty is as good as not set.
    program(&folder).arg("list").env("DEEPCLUST_DATA", "").assert().success();
}

#[test]
fn a_wrong_file_is_code_1_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("d/mnist");
    std::fs::create_dir_all(&data).unwrap();
    for name in ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"] {
        std::fs::write(data.join(format!("{name}-ubyte")), [0, 0, 8, 3, 0, 0]).unwrap();
    }
    let told =
        predicate::str::contains("train-images-idx3-ubyte, byte 4: expected 4 header bytes, found the end");
    program(&folder).args(["verify", "mnist", "--data-dir", "d"]).assert().code(1).stderr(told);
}
