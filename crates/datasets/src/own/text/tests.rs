use proptest::prelude::*;

use super::super::roles::Role;
use super::*;

fn sheet(text: &[u8], options: &OwnOptions) -> Result<Sheet> {
    parse(text, "t.csv", options).map(|(sheet, _)| sheet)
}

fn numbers(text: &str) -> (Vec<String>, Vec<f64>) {
    let sheet = sheet(text.as_bytes(), &OwnOptions::default()).unwrap();
    (sheet.names, sheet.numbers.data)
}

fn message(text: &[u8], options: &OwnOptions) -> String {
    let read =
        parse(text, "t.csv", options).and_then(|(sheet, facts)| sheet.into_raw(options, facts, "t.csv"));
    read.map(|_| ()).unwrap_err().to_string()
}

#[test]
fn tables_of_every_kind() {
    let (ab, expected) = (vec!["a".to_owned(), "b".to_owned()], vec![1.0, -2.5, 3e2, 4.0]);
    for text in [
        "a,b\n1,-2.5\n3e2,4\n",
        "a,b\r\n1,-2.5\r\n3e2,4",
        "\u{feff}a,b\n1,-2.5\n\n3e2,4\n\n",
        "\n\na;b\n1;-2.5\n3e2;4\n",
        "a\tb\n1\t-2.5\n3e2\t4\n",
        "a|b\n1|-2.5\n3e2|4\n",
        "a b\n 1  -2.5\n3e2\t4 \n",
        "a \t b\n1 -2.5\n3e2 4\n",
        "\"a\" b\n1\t-2.5\n3e2 4\n",
        "\"a\",\"b\"\n1,-2.5\n3e2,4\n",
        "\"a\",\"b\"\n\"1\",-2.5\r\n\"3e2\",\"4\"\r\n",
        "\"a\" \"b\"\n\"1\" -2.5\n\"3e2\" 4\n",
        " a , b \n 1 , -2.5 \n 3e2 , +4. \n",
        "sep=;\na;b\n1;-2.5\n3e2;4\n",
        "\u{feff}# by, hand\r\n# a,b\r\n1,-2.5\r\n3e2,4\r\n",
        "# by \"hand\"\n\n#\na,b\n1,-2.5\n3e2,4\n",
    ] {
        assert_eq!(numbers(text), (ab.clone(), expected.clone()), "{text:?}");
    }
    assert_eq!(numbers("\"a\nb\",c\n1,2\n").0, ["a\nb", "c"]);
    assert_eq!(numbers("1,2\n3,4\n").0.len(), 0);
}

#[test]
fn wrong_lines_are_named() {
    let plain = OwnOptions::default();
    let columns = "expected 2 columns, as in the first line, found";
    for (text, line) in [
        ("a,b\n1,2\n3\n", "line 3"),
        ("a,b\r\n1,2\r\n3\r\n", "line 3"),
        ("\na,b\n1,2\n\n3\n", "line 5"),
        ("1,2\n3\n", "line 2"),
        ("\"a\",b\n\"1\",2\n3\n", "line 3"),
        ("\"a\",b\r\n\"1\",2\r\n3\r\n", "line 3"),
        ("# x\n\n# y\na,b\n1,2\n3\n", "line 6"),
        ("sep=,\r\n# a,b\r\n\"1\",2\r\n3\r\n", "line 4"),
    ] {
        let message = message(text.as_bytes(), &plain);
        assert!(message.starts_with(&format!("t.csv, {line}: {columns} 1")), "{text:?} {message}");
    }
    assert!(message(b"a,b\n1,2\n3,4,5\n", &plain).starts_with(&format!("t.csv, line 3: {columns} 3")));
    let found = message(b"a,b\n1,2\n3,x7\n5,6\n1,1\n", &plain);
    assert!(
        found.starts_with("t.csv, line 3, column \"b\": expected a finite number, found \"x7\": correct it"),
        "{found}"
    );
    let found = message(b"a,b\n1,2\n3,inf\n5,6\n1,1\n", &plain);
    assert!(found.contains("line 3, column \"b\": expected a finite number, found \"inf\""), "{found}");
    let found = message(b"a,b\n1,2\n,4\n5,NA\n", &plain);
    assert!(found.starts_with(
        "t.csv, line 3, column \"a\": expected a number, found none; missing are 1 in \"a\", 1 in \"b\""
    ));
    let title = "line 2: expected as many columns as in the lines below, 2, found 1: take the line out if it is a title";
    let found = message(b"# x\nBy hand\na,b\n1,2\n", &plain);
    assert!(found.contains(title), "{found}");
    for empty in [&b""[..], b"\n\n", b"\xef\xbb\xbf", b"  \r\n"] {
        assert_eq!(message(empty, &plain), "t.csv, start: expected a table of numbers, found an empty file");
    }
    assert_eq!(message(b"a,b\n", &plain), "t.csv, end: expected at least one row of numbers, found none");
    assert!(
        message(b"a,b\r1,2\r3,4\r", &plain)
            .contains("line ends that are LF or CR LF, found those of old Macs")
    );
}

#[test]
fn a_wide_table() {
    let columns = 30_000;
    let line = |value: &dyn Fn(usize) -> String| (0..columns).map(value).collect::<Vec<_>>().join(",") + "\n";
    let text = line(&|at| format!("column {at}")) + &line(&|at| at.to_string()) + &line(&|_| "0.5".into());
    let (names, data) = numbers(&text);
    assert_eq!((names.len(), data.len(), data[columns - 1]), (columns, 2 * columns, columns as f64 - 1.0));
}

/// Longer than a block, so that it is read in several pieces, each in several parts.
fn long_table(quote_from: usize) -> (Vec<u8>, usize) {
    let (mut text, mut rows) = (b"a,b,kind\r\n".to_vec(), 0);
    while text.len() < BLOCK + HEAD + 3 * PIECE {
        let kind = if rows >= quote_from { "\"x, y\"" } else { "xy" };
        text.extend_from_slice(format!("{rows},{}.5,{kind}\r\n", rows % 7).as_bytes());
        rows += 1;
    }
    (text, rows)
}

#[test]
fn pieces_and_blocks_meet() {
    let options = OwnOptions { label: Some("kind".into()), ..OwnOptions::default() };
    for quote_from in [usize::MAX, 2_500_000] {
        let (mut text, rows) = long_table(quote_from);
        let read = sheet(&text, &options).unwrap();
        assert_eq!((read.rows, read.texts[0].len()), (rows, rows));
        let expected = (0..rows).flat_map(|row| [row as f64, (row % 7) as f64 + 0.5]);
        assert!(read.numbers.data.iter().copied().eq(expected));
        assert_eq!(read.texts[0][rows - 1], if quote_from < rows { "x, y" } else { "xy" });
        text.extend_from_slice(b"1,2\r\n");
        let found = sheet(&text, &options).unwrap_err().to_string();
        assert!(found.starts_with(&format!("t.csv, line {}: expected 3 columns", rows + 2)), "{found}");
        let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        text.truncate(text.len() - 5);
        assert_eq!(one.install(|| sheet(&text, &options)).unwrap().numbers.data, read.numbers.data);
    }
}

#[test]
fn a_column_of_labels() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("y.txt");
    std::fs::write(&path, "5\n5\n4\n").unwrap();
    assert_eq!(column(&path, None, 3).unwrap(), ["5", "5", "4"]);
    assert_eq!(column(&path, None, 2).unwrap(), ["5", "4"]);
    std::fs::write(&path, "# hot\n#1\n# cold\n").unwrap();
    assert_eq!(column(&path, None, 3).unwrap(), ["# hot", "#1", "# cold"]);
    assert_eq!(column(&path, None, 2).unwrap(), ["#1", "# cold"]);
}

/// A field as it may stand in a file: numbers, gaps, text.
fn field() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => any::<f64>().prop_map(|v| v.to_string()),
        2 => any::<f32>().prop_map(|v| format!("{v:e}")),
        2 => any::<i64>().prop_map(|v| v.to_string()),
        1 => "[+-]?[0-9]{0,3}[.]?[0-9]{0,3}(e[+-]?[0-9]{1,2})?",
        1 => " ?[a-zA-Z/_.-]{0,6} ?",
    ]
}

proptest! {
    /// Whatever a comment says, no row is lost and none is added.
    #[test]
    fn comments_change_no_rows(
        rows in prop::collection::vec(prop::collection::vec(-9i8..9, 3), 3..8),
        delimiter in prop::sample::select(vec![',', ';', '\t', ' ']),
        comments in prop::collection::vec("#[# \t,;a-c0-9.]{0,12}", 1..4),
        names in any::<bool>(),
    ) {
        let separator = delimiter.to_string();
        // No row counts up, as names may.
        let row = |row: &Vec<i8>| row.iter().map(|v| format!("{v}.5")).collect::<Vec<_>>().join(&separator) + "\n";
        let names = if names { ["x", "y", "z"].join(&separator) + "\n" } else { String::new() };
        let table = names + &rows.iter().map(row).collect::<String>();
        let options = OwnOptions { delimiter: Some(delimiter), ..OwnOptions::default() };
        let expected = sheet(table.as_bytes(), &options).unwrap();
        // One that is as wide as the table with its mark is a line of the table.
        let is_comment = |line: &&String| {
            let fields = guess::fields(line.as_bytes(), delimiter as u8);
            fields.len() != 3 || line[1..].starts_with([' ', '\t']) && fields[0] != b"#"
        };
        let comments: String = comments.iter().filter(is_comment).map(|line| format!("{line}\n")).collect();
        let text = comments + &table;
        let found = sheet(text.as_bytes(), &options).unwrap();
        prop_assert_eq!(found.numbers.data, expected.numbers.data);
        prop_assert_eq!(found.rows, expected.rows);
    }

    /// Without quotes and with: the two ways of reading agree, whatever the fields are.
    #[test]
    fn both_ways_of_reading_agree(
        rows in prop::collection::vec(prop::collection::vec(field(), 3), 1..12),
        delimiter in prop::sample::select(vec![b',', b';', b'\t', b'|']),
        crlf in any::<bool>(),
    ) {
        let end = if crlf { "\r\n" } else { "\n" };
        let separator = char::from(delimiter).to_string();
        let text: String = rows.iter().map(|row| row.join(&separator) + end).collect();
        let roles = [Role::Number, Role::Label, Role::Number];
        let (mut plain, mut quoted) = (Piece::new(&roles, delimiter, None), Piece::new(&roles, delimiter, None));
        plain.lines(text.as_bytes()).unwrap();
        quoted::rows(text.as_bytes(), delimiter, &mut quoted).unwrap();
        let bits = |piece: &Piece<'_>| piece.numbers.data.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        prop_assert_eq!(bits(&plain), bits(&quoted));
        prop_assert_eq!(&plain.numbers.rest, &quoted.numbers.rest);
        prop_assert_eq!(&plain.texts, &quoted.texts);
        prop_assert_eq!(&plain.odd, &quoted.odd);
        // What the standard library reads as a number is the same number.
        for (row, fields) in rows.iter().enumerate() {
            let value = plain.numbers.data[2 * row];
            match fields[0].trim().parse::<f64>() {
                Ok(expected) if expected.is_finite() => prop_assert_eq!(value.to_bits(), expected.to_bits()),
                _ => prop_assert!(value.is_nan()),
            }
        }
    }
}
