//! New rows and the clusters of others: what is missing, other units, unknown categories.

use super::*;

#[test]
fn gaps_of_new_rows_get_the_medians_of_the_fit() {
    let folder = folder();
    let gap = |row: &str| format!("width,height,weight\n{row}\n");
    let whole = table(0..90);
    let mut lines: Vec<&str> = whole.lines().collect();
    lines.push(",0.5,0.5,small");
    fs::write(folder.path().join("gaps.csv"), lines.join("\n") + "\n").unwrap();
    let fit = ["fit", "gaps.csv", "-k", "3", "--labels", "kind", "--seeds", "2", "--impute", "median"];
    deepclust(&folder).args(fit).assert().success();
    // Alone, and among rows of another median.
    fs::write(folder.path().join("one.csv"), gap(",0.5,10.5")).unwrap();
    fs::write(folder.path().join("two.csv"), gap(",0.5,10.5\n10.5,0.5,0.5\n10.2,0.5,0.5")).unwrap();
    for options in [&[][..], &["--impute", "median"]] {
        let predict = |file: &str| {
            let mut command = deepclust(&folder);
            let found = command
                .args(["embed", "deepclust-out/gaps", file, "--out", "new.npy"])
                .args(options)
                .output()
                .unwrap();
            assert!(found.status.success(), "{}", String::from_utf8_lossy(&found.stderr));
            let bytes = fs::read(folder.path().join("new.npy")).unwrap();
            bytes[128..128 + 12].to_vec()
        };
        assert_eq!(predict("one.csv"), predict("two.csv"));
    }
}

/// What `predict` answers, column by column after the header, and what it says beside that.
fn predicted(folder: &TempDir, model: &str, data: &str) -> (Vec<String>, String) {
    let output = deepclust(folder).args(["predict", model, data]).output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{errors}");
    (column(&String::from_utf8(output.stdout).unwrap(), 1), errors)
}

#[test]
fn new_rows_may_lack_categories_but_not_have_others() {
    let folder = folder();
    let out = ["--out", "model"];
    deepclust(&folder)
        .args(["fit", "things.csv", "-k", "3", "--one-hot", "kind", "--method", "k-means"])
        .args(out)
        .assert()
        .success();
    let lines = table(0..90);
    let header = lines.lines().next().unwrap();
    let large: Vec<&str> = lines.lines().filter(|line| line.ends_with("large")).take(5).collect();
    fs::write(folder.path().join("large.csv"), format!("{header}\n{}\n", large.join("\n"))).unwrap();
    assert_eq!(predicted(&folder, "model", "large.csv").0, ["0"; 5]);
    fs::write(folder.path().join("other.csv"), format!("{header}\n1,2,3,huge\n1,2,4,large\n")).unwrap();
    refused(
        &folder,
        &["predict", "model", "other.csv"],
        1,
        &["column kind", "one of", "small", "found huge"],
    );
}

/// A NumPy file of bytes with rows of 16.
fn bytes(rows: &[[u8; 16]]) -> Vec<u8> {
    let header = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': ({}, 16), }}", rows.len());
    let mut file = b"\x93NUMPY\x01\x00\x76\x00".to_vec();
    file.extend(format!("{header:<117}\n").bytes());
    file.extend(rows.iter().flatten());
    file
}

#[test]
fn bytes_and_the_same_numbers_are_the_same_rows() {
    let folder = folder();
    let noise = |i: usize, j: usize| (((16 * i + j) as f64 * 12.9898).sin() * 43_758.547).rem_euclid(1.0);
    let row = |i: usize| {
        std::array::from_fn(|j| if j % 3 == i % 3 { 200 } else { 20 } + (50.0 * noise(i, j)) as u8)
    };
    let rows: Vec<[u8; 16]> = (0..60).map(row).collect();
    fs::write(folder.path().join("bytes.npy"), bytes(&rows)).unwrap();
    let line = |row: &[u8; 16]| row.map(|v| v.to_string()).join(",") + "\n";
    let text: String = rows.iter().map(line).collect();
    fs::write(folder.path().join("numbers.csv"), text).unwrap();
    for (fitted, other, told) in [("bytes.npy", "numbers.csv", "divided"), ("numbers.csv", "bytes.npy", "")] {
        let out = format!("of-{fitted}");
        let fit = ["fit", fitted, "-k", "3", "--method", "k-means", "--no-header", "--out", &out];
        deepclust(&folder).args(fit).assert().success();
        let (same, nothing) = predicted(&folder, &out, fitted);
        assert_eq!(nothing, "");
        let (found, said) = predicted(&folder, &out, other);
        assert_eq!(found, same);
        assert!(said.contains(told), "{said}");
    }
    // Another unit is told.
    let line = |row: &[u8; 16]| row.map(|v| format!("{:.4}", f64::from(v) / 255.0)).join(",") + "\n";
    fs::write(folder.path().join("small.csv"), rows.iter().map(line).collect::<String>()).unwrap();
    assert!(predicted(&folder, "of-numbers.csv", "small.csv").1.contains("in the same unit?"));
}

#[test]
fn columns_go_by_their_names() {
    let folder = folder();
    let fit = ["fit", "things.csv", "-k", "3", "--drop", "kind", "--method", "k-means", "--out", "model"];
    deepclust(&folder).args(fit).assert().success();
    let (same, nothing) = predicted(&folder, "model", "things.csv");
    assert_eq!(nothing, "");
    // Another order, without the column that was left out, and with one that is new.
    let turned = |line: &str| {
        let fields: Vec<&str> = line.split(',').collect();
        let new = if fields[0] == "width" { "colour" } else { "red" };
        format!("{},{new},{},{}\n", fields[2], fields[0], fields[1])
    };
    fs::write(folder.path().join("turned.csv"), table(0..90).lines().map(turned).collect::<String>())
        .unwrap();
    let (found, said) = predicted(&folder, "model", "turned.csv");
    assert_eq!(found, same);
    assert!(said.contains("left out are columns that the fit did not have: \"colour\""), "{said}");
    // One that the model needs is not there.
    fs::write(folder.path().join("less.csv"), "height,weight\n1,2\n3,4\n").unwrap();
    let expected = ["columns width, height, weight", "a column to keep among height, weight", "\"width\""];
    refused(&folder, &["predict", "model", "less.csv"], 1, &expected);
}

#[test]
fn rows_of_the_fit_are_known_again() {
    let folder = folder();
    deepclust(&folder)
        .args(["fit", "things.csv", "-k", "3", "--drop", "kind", "--out", "model"])
        .assert()
        .success();
    let said = predicted(&folder, "model", "things.csv").1;
    assert!(said.contains("assignments.csv"), "{said}");
    fs::write(folder.path().join("new.csv"), table(90..102)).unwrap();
    assert_eq!(predicted(&folder, "model", "new.csv").1, "");
}

#[test]
fn decimal_commas_are_read_where_they_are_told() {
    let folder = folder();
    let commas = table(0..90).replace(',', ";").replace('.', ",");
    fs::write(folder.path().join("commas.csv"), &commas).unwrap();
    let fit = |file| ["fit", file, "-k", "3", "--labels", "kind", "--method", "k-means"];
    refused(&folder, &fit("commas.csv"), 1, &["--decimal comma"]);
    let comma = ["--decimal", "comma", "--out", "commas"];
    deepclust(&folder).args(fit("commas.csv")).args(comma).assert().success();
    deepclust(&folder).args(fit("things.csv")).args(["--out", "points"]).assert().success();
    assert_eq!(read(&folder, "commas/assignments.csv"), read(&folder, "points/assignments.csv"));
    // New rows are read in the same way.
    assert_eq!(predicted(&folder, "commas", "commas.csv").0.len(), 90);
}
