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
    assert!(said.contains("left out are columns that the fit did not have: colour"), "{said}");
    // One that the model needs is not there.
    fs::write(folder.path().join("less.csv"), "height,weight\n1,2\n3,4\n").unwrap();
    let expected = ["line 1: expected a column \"width\", found height, weight"];
    refused(&folder, &["predict", "model", "less.csv"], 1, &expected);
    // Without names they go by their order, if there are as many.
    let bare: String =
        table(0..90).lines().skip(1).map(|line| line.rsplit_once(',').unwrap().0.to_owned() + "\n").collect();
    fs::write(folder.path().join("bare.csv"), bare).unwrap();
    assert_eq!(predicted(&folder, "model", "bare.csv").0, same);
}

#[test]
fn columns_that_were_given_by_number_are_known_by_name() {
    let folder = folder();
    let fit = ["fit", "things.csv", "-k", "3", "--method", "k-means", "--out"];
    for (out, options) in
        [("hot", ["--one-hot", "3"]), ("labelled", ["--labels", "3"]), ("less", ["--drop", "3"])]
    {
        deepclust(&folder).args(fit).arg(out).args(options).assert().success();
        let same = predicted(&folder, out, "things.csv").0;
        assert_eq!(same, column(&read(&folder, &format!("{out}/assignments.csv")), 1));
        let turned = |line: &str| {
            let fields: Vec<&str> = line.split(',').collect();
            format!("{},{},{},{}\n", fields[3], fields[1], fields[2], fields[0])
        };
        fs::write(folder.path().join("turned.csv"), table(0..90).lines().map(turned).collect::<String>())
            .unwrap();
        let (found, said) = predicted(&folder, out, "turned.csv");
        assert_eq!(found, same);
        assert!(!said.contains("did not have"), "{said}");
        assert_eq!(said.contains("ACC 1.000"), out == "labelled", "{said}");
    }
}

#[test]
fn columns_that_share_a_name_have_to_come_as_they_did() {
    let folder = folder();
    let named = |names: &str, keep: usize| {
        let rows = table(0..90)
            .lines()
            .skip(1)
            .map(|line| {
                let fields: Vec<&str> = line.split(',').take(keep).collect();
                fields.join(",") + "\n"
            })
            .collect::<String>();
        format!("{names}\n{rows}")
    };
    fs::write(folder.path().join("twice.csv"), named("a,a,b", 3)).unwrap();
    deepclust(&folder)
        .args(["fit", "twice.csv", "-k", "3", "--method", "k-means", "--out", "twice"])
        .assert()
        .success();
    assert_eq!(predicted(&folder, "twice", "twice.csv").0.len(), 90);
    fs::write(folder.path().join("once.csv"), named("a,b", 2)).unwrap();
    fs::write(folder.path().join("turned.csv"), named("b,a,a", 3)).unwrap();
    for file in ["once.csv", "turned.csv"] {
        refused(&folder, &["predict", "twice", file], 1, &["`a` is there twice", "in the same order"]);
    }
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
    assert_eq!(
        predicted(&folder, "commas", "commas.csv").0,
        column(&read(&folder, "points/assignments.csv"), 1)
    );
}

#[test]
fn what_new_rows_cannot_have_is_said() {
    let folder = folder();
    let fit = ["fit", "things.csv", "-k", "3", "--labels", "kind", "--method", "k-means", "--out"];
    deepclust(&folder).args(fit).arg("model").assert().success();
    let put = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    // Medians of the fit, not of the new rows.
    put("gap.csv", "width,height,weight\n,0.5,10.5\n0.1,0.2,0.3\n");
    let predict = ["predict", "model", "gap.csv"];
    refused(&folder, &[&predict[..], &["--impute", "median"]].concat(), 1, &["fit again with it"]);
    refused(&folder, &[&predict[..], &["--drop", "width"]].concat(), 1, &["expected no --drop"]);
    deepclust(&folder).args(fit).args(["filled", "--impute", "median"]).assert().success();
    let (_, said) = predicted(&folder, "filled", "gap.csv");
    assert!(said.contains("medians of the fit were put into 1 gap"), "{said}");
    // Labels that are not known yet.
    put("blank.csv", "width,height,weight,kind\n0.5,0.5,10.5,\n0.5,0.6,10.2,large\n");
    assert_eq!(predicted(&folder, "model", "blank.csv").0, ["0", "0"]);
    // One column in another unit, the largest of which is not the largest of all.
    put("unit.csv", "width,height,weight\n0.5,60,10.5\n0.5,0.6,10.2\n");
    let (_, said) = predicted(&folder, "model", "unit.csv");
    assert!(said.contains("height goes from 0.6 to 60, in the fit from 0"), "{said}");
    put("bare.csv", "0.5,0.5,10.5\n0.5,0.6,10.2\n");
    let (_, said) = predicted(&folder, "model", "bare.csv");
    assert!(said.contains("in their order, as they have no names"), "{said}");
    deepclust(&folder)
        .args(["embed", "model", "bare.csv", "--out", "model/embedding.npy"])
        .assert()
        .failure()
        .stderr(contains("the embedding of the fit for --out"));
}

#[test]
fn sparse_rows_may_end_earlier_or_later_than_those_of_the_fit() {
    let folder = folder();
    let rows: String = (0..40).map(|i| format!("{0} {1}:1 4:0.{2}\n", i % 2, 1 + i % 2, 1 + i % 9)).collect();
    fs::write(folder.path().join("rows.svm"), rows).unwrap();
    let fit = ["fit", "rows.svm", "-k", "2", "--method", "k-means", "--seeds", "2", "--out", "model"];
    deepclust(&folder).args(fit).assert().success();
    fs::write(folder.path().join("short.svm"), "0 1:1\n1 2:1\n").unwrap();
    fs::write(folder.path().join("long.svm"), "0 1:1 9:1\n1 2:1\n").unwrap();
    let (short, said) = predicted(&folder, "model", "short.svm");
    assert!(short[0] != short[1] && !said.contains("left out"), "{short:?} {said}");
    let (long, said) = predicted(&folder, "model", "long.svm");
    assert!(
        long == short && said.contains("left out are columns that the fit did not have, from 5 on"),
        "{long:?} {said}"
    );
}

#[test]
fn pictures_keep_their_names() {
    let folder = folder();
    fs::create_dir(folder.path().join("pictures")).unwrap();
    for i in 0..12u8 {
        let file = fs::File::create(folder.path().join(format!("pictures/im{i}.png"))).unwrap();
        let mut encoder = png::Encoder::new(file, 4, 4);
        encoder.set_color(png::ColorType::Grayscale);
        let pixels: Vec<u8> =
            (0..16).map(|at| 200 * u8::from((at < 8) == (i % 2 == 0)) + (at + i) % 5).collect();
        encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
    }
    let fit = ["fit", "pictures", "-k", "2", "--method", "k-means", "--seeds", "2", "--out", "model"];
    deepclust(&folder).args(fit).assert().success();
    // The second time over the first answer.
    for _ in 0..2 {
        deepclust(&folder).args(["predict", "model", "pictures", "--out", "new.csv"]).assert().success();
    }
    let (new, old) = (read(&folder, "new.csv"), read(&folder, "model/assignments.csv"));
    assert!(new.starts_with("row,name,cluster\n0,im0.png,"), "{new}");
    assert!(new.contains("\n2,im10.png,"), "{new}");
    assert_eq!((column(&new, 1), column(&new, 2)), (column(&old, 1), column(&old, 2)));
}
