//! One's own data from the command line: small files, made here.

mod new_rows;

use assert_cmd::Command;
use predicates::prelude::*;
use predicates::str::contains;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

fn deepclust(folder: &TempDir) -> Command {
    let mut command = Command::cargo_bin("deepclust").unwrap();
    command.current_dir(folder.path()).env_remove("DEEPCLUST_DATA");
    command
}

/// Three groups of 45, 30 and 15 rows, far apart, with a column of their names.
fn table(rows: std::ops::Range<usize>) -> String {
    let mut text = "width,height,weight,kind\n".to_owned();
    for i in rows {
        let kind = [0, 1, 1, 2, 2, 2][i % 6];
        // As good as random, so that no two rows are equal.
        let noise = |j: usize| (((3 * i + j) as f64 * 12.9898).sin() * 43_758.547).rem_euclid(1.0);
        let value = |j: usize| 10.0 * f64::from(u8::from(kind == j)) + noise(j);
        let name = ["small", "middle", "large"][kind];
        writeln!(text, "{:.3},{:.3},{:.3},{name}", value(0), value(1), value(2)).unwrap();
    }
    text
}

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("things.csv"), table(0..90)).unwrap();
    folder
}

fn read(folder: &TempDir, file: &str) -> String {
    fs::read_to_string(folder.path().join(file)).unwrap()
}

fn column(text: &str, at: usize) -> Vec<String> {
    text.lines().skip(1).map(|line| line.split(',').nth(at).unwrap().to_owned()).collect()
}

#[test]
fn a_table_is_clustered_and_new_rows_find_their_clusters() {
    let folder = folder();
    let fit = ["fit", "things.csv", "-k", "3", "--labels", "kind", "--seeds", "3"];
    deepclust(&folder)
        .args(fit)
        .assert()
        .success()
        .stdout(contains("3 clusters; the seeds agree by 1.00").and(contains("ACC 1.000")));
    let out = "deepclust-out/things";
    let assignments = read(&folder, &format!("{out}/assignments.csv"));
    assert!(
        assignments.starts_with("row,cluster,confidence,consensus,seed_0,seed_1,seed_2\n0,2,1.00,2,2,2,2\n")
    );
    // The largest group is cluster 0.
    let clusters = column(&assignments, 1);
    assert_eq!(
        (clusters.len(), &clusters[..6]),
        (90, &["2", "1", "1", "0", "0", "0"].map(str::to_owned)[..])
    );
    let summary: serde_json::Value =
        serde_json::from_str(&read(&folder, &format!("{out}/summary.json"))).unwrap();
    assert_eq!(summary["clusters"]["sizes"], serde_json::json!([45, 30, 15]));
    assert_eq!(
        (&summary["metrics"]["chosen"]["acc"], &summary["method"]["name"]),
        (&1.0.into(), &"graph-communities".into())
    );
    let report = read(&folder, &format!("{out}/report.html"));
    assert!(report.contains("things: 3 clusters") && report.contains("weight") && report.contains("large"));
    assert!(report.contains("what sets it apart") && report.contains("+1.0"), "{report}");

    fs::write(folder.path().join("new.csv"), table(90..102)).unwrap();
    let predicted = deepclust(&folder).args(["predict", out, "new.csv"]).output().unwrap();
    let predicted = String::from_utf8(predicted.stdout).unwrap();
    assert_eq!(column(&predicted, 1), [&clusters[..6], &clusters[..6]].concat());
    // Labels are not needed any more.
    let without: String =
        table(90..102).lines().map(|line| line.rsplit_once(',').unwrap().0.to_owned() + "\n").collect();
    fs::write(folder.path().join("bare.csv"), without).unwrap();
    deepclust(&folder).args(["predict", out, "bare.csv", "--out", "clusters.csv"]).assert().success();
    assert_eq!(read(&folder, "clusters.csv"), predicted);
    deepclust(&folder).args(["embed", out, "new.csv"]).assert().success().stdout(contains("12 × 3"));
    assert_eq!(fs::metadata(folder.path().join("embedding.npy")).unwrap().len(), 128 + 12 * 3 * 4);
    // Rows are not written over, and clusters may be.
    for command in
        [["predict", out, "new.csv", "--out", "new.csv"], ["embed", out, "new.csv", "--out", "new.csv"]]
    {
        deepclust(&folder).args(command).assert().failure().stderr(contains("would be lost"));
    }
    assert_eq!(read(&folder, "new.csv"), table(90..102));
    deepclust(&folder).args(["predict", out, "new.csv", "--out", "clusters.csv"]).assert().success();
}

#[test]
fn the_same_command_goes_on() {
    let folder = folder();
    let fit = |seeds: &str| {
        let mut command = deepclust(&folder);
        command.args([
            "fit",
            "things.csv",
            "--labels",
            "kind",
            "-k",
            "3",
            "--method",
            "k-means",
            "--seeds",
            seeds,
        ]);
        command.args(["--out", "out"]);
        command
    };
    fit("2").assert().success();
    let first = read(&folder, "out/assignments.csv");
    fit("3")
        .assert()
        .success()
        .stderr(contains("seed 1: finished before").and(contains("seed 2: 3 clusters")));
    fit("2").assert().success().stderr(contains("seed 1: finished before"));
    assert_eq!(read(&folder, "out/assignments.csv"), first);
    // Another question has seeds of its own.
    fit("2").args(["--set", "k_means.n_init=3"]).assert().success().stderr(contains("finished before").not());
    // What cannot be read is made again.
    for file in ["run.json", "labels.npy"] {
        for seed in walk(&folder.path().join("out/.seeds"), file) {
            fs::write(seed, "half").unwrap();
        }
        fit("2").assert().success().stderr(contains("cannot be used").and(contains("made again")));
        assert_eq!(read(&folder, "out/assignments.csv"), first);
    }
}

fn walk(folder: &Path, name: &str) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(walk(&path, name));
        } else if path.file_name().unwrap() == name {
            found.push(path);
        }
    }
    found
}

#[cfg(unix)]
#[test]
fn an_interrupted_fit_says_how_to_go_on() {
    // Hours of work, were it not for the signal; the second trains a network, whose threads must not fall over the end.
    for (method, endless, seeds) in
        [("k-means", "k_means.n_init=2000000000", 5), ("ae-k-means", "train.epochs=20000000", 3)]
    {
        let folder = folder();
        let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin("deepclust"));
        command.args([
            "fit",
            "things.csv",
            "--labels",
            "kind",
            "-k",
            "3",
            "--method",
            method,
            "--out",
            "out",
        ]);
        command.args(["--set", endless]).current_dir(folder.path());
        let started =
            command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::piped()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_secs(4));
        let id = started.id().to_string();
        assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        let output = started.wait_with_output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(130), "{errors}");
        let words =
            format!("0 of {seeds} seeds are finished and kept in out. The same command goes on from there.");
        assert!(errors.contains(&words), "{errors}");
        let left: Vec<_> =
            fs::read_dir(folder.path().join("out")).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(left, [".seeds"]);
    }
}

#[test]
fn the_number_of_clusters_is_chosen_and_reasons_are_shown() {
    let folder = folder();
    deepclust(&folder)
        .args(["choose-k", "things.csv", "--labels", "kind", "-k", "2-5"])
        .assert()
        .success()
        .stdout(contains("the stability of communities says 3").and(contains("the silhouette says 3")));
    deepclust(&folder)
        .args(["fit", "things.csv", "--labels", "kind", "-k", "2-5", "--out", "out"])
        .assert()
        .success()
        .stdout(contains("k is 3, the number of peaks of the density").and(contains("ACC 1.000")));
    assert!(read(&folder, "out/report.html").contains("the stability of communities"));
}

#[test]
fn without_k_the_peaks_of_the_density_are_found() {
    let folder = folder();
    let fit = ["fit", "things.csv", "--labels", "kind", "--seeds", "8", "--out", "out"];
    let said = "3 clusters; nothing is random: every seed gives the same";
    for _ in 0..2 {
        deepclust(&folder)
            .args(fit)
            .assert()
            .success()
            .stdout(contains("The method is `tomato`").and(contains(said)).and(contains("ACC 1.000")));
    }
    let assignments = read(&folder, "out/assignments.csv");
    assert!(assignments.starts_with("row,cluster,confidence,consensus,seed_0\n0,2,,2,2\n"), "{assignments}");
    deepclust(&folder).args(["predict", "out", "things.csv", "--out", "new.csv"]).assert().success();
    assert_eq!(column(&read(&folder, "new.csv"), 1), column(&assignments, 1));
    deepclust(&folder)
        .args(["fit", "things.csv", "--labels", "kind", "--method", "tomato", "--set", "peaks.margin=-1"])
        .assert()
        .code(1)
        .stderr(contains("margin must be a number of at least 0, found -1"));
}

#[test]
fn methods_are_listed_and_compared() {
    let folder = folder();
    deepclust(&folder)
        .arg("methods")
        .assert()
        .success()
        .stdout(contains("graph-communities").and(contains("minutes")).and(contains("Xie et al. 2016")));
    deepclust(&folder)
        .args(["compare", "things.csv", "--labels", "kind", "-k", "3", "--methods", "k-means,pca-k-means"])
        .args(["--seeds", "2", "--out", "both"])
        .assert()
        .success()
        .stdout(contains("pca-k-means").and(contains("ARI 1.000")));
    assert!(read(&folder, "both/compare.csv").contains("\nk-means,3,1.0000,"));
    assert!(folder.path().join("both/pca-k-means/report.html").is_file());
}

/// Code 1 or 2, one line, and nothing written.
fn refused(folder: &TempDir, arguments: &[&str], code: i32, words: &[&str]) {
    let output = deepclust(folder).args(arguments).args(["--out", "out"]).output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {errors}");
    for word in words {
        assert!(errors.contains(word), "{arguments:?}: {word} is not in {errors}");
    }
    assert!(!folder.path().join("out/report.html").exists());
}

#[test]
fn wrong_input_is_named() {
    let folder = folder();
    let put = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    put("gap.csv", "a,b\n1,2\n3,\n5,6\n");
    put("ragged.csv", "a,b\n1,2\n3\n");
    put("empty.csv", "");
    let known = &["fit", "things.csv", "--labels", "kind"];
    refused(&folder, &[known, &["-k", "91"][..]].concat(), 2, &["k: expected 1 to 90 clusters", "found 91"]);
    refused(&folder, &[known, &["-k", "many"][..]].concat(), 2, &["expected a number such as 10", "`many`"]);
    let slip = [known, &["--method", "kmeans"][..]].concat();
    refused(&folder, &slip, 2, &["unknown method `kmeans`, did you mean `k-means`?", "known are"]);
    let setting = [known, &["-k", "3", "--set", "graph.neighbour=9"][..]].concat();
    refused(&folder, &setting, 2, &["unknown field `neighbour`", "`neighbours`"]);
    refused(
        &folder,
        &["fit", "things.csv"],
        1,
        &["column \"kind\"", "expected a finite number", "\"small\""],
    );
    refused(
        &folder,
        &["fit", "gap.csv"],
        1,
        &["line 3", "\"b\"", "expected a number, found none", "by `--impute median`"],
    );
    refused(&folder, &["fit", "ragged.csv"], 1, &["ragged.csv, line 3"]);
    refused(&folder, &["fit", "empty.csv"], 1, &["empty.csv", "an empty file"]);
    refused(&folder, &["fit", "nothing.csv"], 1, &["nothing.csv", "no such file"]);
    refused(
        &folder,
        &["fit", "nothing"],
        2,
        &["no file or folder `nothing` is here", "no data set is called"],
    );
    refused(&folder, &[known, &["-k", "8-2"][..]].concat(), 2, &["from few to many, such as 2-8"]);
    refused(&folder, &[known, &["-k", "-3"][..]].concat(), 2, &["expected a", "`-3`"]);
    put("equal.csv", &"1,2\n".repeat(50));
    refused(&folder, &["fit", "equal.csv"], 2, &["rows: expected some that differ, found 50 equal ones"]);
    put("single.csv", "1,2\n");
    refused(&folder, &["fit", "single.csv", "-k", "1"], 2, &["rows: expected at least 2, found 1"]);
    assert!(!folder.path().join("out").exists());
    for theirs in ["report.html", "assignments.csv"] {
        fs::create_dir(folder.path().join("out")).unwrap();
        put(&format!("out/{theirs}"), "of somebody");
        let arguments = [known, &["-k", "3", "--out", "out"][..]].concat();
        deepclust(&folder).args(arguments).assert().code(1).stderr(contains("files of something else"));
        fs::remove_dir_all(folder.path().join("out")).unwrap();
    }
    fs::create_dir(folder.path().join("pictures")).unwrap();
    put("pictures/a.png", "no picture");
    refused(&folder, &["fit", "pictures"], 1, &["a.png", "expected an intact PNG or JPEG file"]);
    refused(
        &folder,
        &["fit", "things.csv", "--labels", "species"],
        1,
        &["label column among", "species", "kind"],
    );
}

#[test]
fn an_output_folder_that_cannot_be_written_is_named() {
    let folder = folder();
    fs::write(folder.path().join("file"), "").unwrap();
    deepclust(&folder)
        .args(["fit", "things.csv", "--labels", "kind", "-k", "3", "--out", "file/out"])
        .assert()
        .code(1)
        .stderr(
            contains("expected an output folder that can be written, found file/out").and(contains("--out")),
        );
}

#[test]
fn models_are_checked_before_they_are_used() {
    let folder = folder();
    let fit = ["fit", "things.csv", "-k", "3", "--labels", "kind", "--method", "k-means", "--seeds", "1"];
    deepclust(&folder).args(fit).args(["--out", "fitted"]).assert().success();
    // One seed agrees with nobody.
    assert!(column(&read(&folder, "fitted/assignments.csv"), 2).iter().all(String::is_empty));
    assert!(read(&folder, "fitted/summary.json").contains("\"mean\": null"));
    let predict = |data: &str| {
        let mut command = deepclust(&folder);
        command.args(["predict", "fitted", data]);
        command
    };
    fs::write(folder.path().join("narrow.csv"), "width,height\n1,2\n3,4\n").unwrap();
    predict("narrow.csv")
        .assert()
        .code(1)
        .stderr(contains("expected a column \"weight\", found width, height"));
    fs::write(folder.path().join("bare.csv"), "1,2\n3,4\n").unwrap();
    predict("bare.csv").assert().code(1).stderr(contains("expected 3 columns").and(contains("found 2")));
    let path = folder.path().join("fitted/model.safetensors");
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, &bytes).unwrap();
    predict("things.csv").assert().code(1).stderr(contains("model.safetensors"));
    fs::remove_file(&path).unwrap();
    predict("things.csv").assert().code(1).stderr(contains("model.safetensors"));
}

/// Every command of the tutorial, in order, in one folder.
#[cfg(unix)]
#[test]
fn the_tutorial_runs_as_it_is_written() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/own-data.md");
    let page = fs::read_to_string(page).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let program = assert_cmd::cargo::cargo_bin("deepclust");
    let path = format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let mut blocks = 0;
    for block in page.split("```sh\n").skip(1) {
        let commands = block.split("```").next().unwrap();
        let mut shell = Command::new("sh");
        shell.args(["-e", "-c", commands]).current_dir(folder.path()).env("PATH", &path);
        let output = shell.output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{commands}\n{errors}");
        blocks += 1;
    }
    assert!(blocks >= 6, "{blocks} blocks of commands");
    assert!(folder.path().join("deepclust-out/flowers/report.html").is_file());
}
