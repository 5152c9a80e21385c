//! What may stand before a table: comments, and the line that tells spreadsheets what separates the columns.

use super::guess::{fields, first_lines, is_text};
use crate::Result;
use crate::own::OwnOptions;

/// What comes before the first line of a table.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Before {
    /// Bytes to leave out; with them the `# ` before names.
    pub bytes: usize,
    /// Whole lines among them, and how many of these are comments.
    pub lines: u64,
    pub comments: usize,
    /// From `sep=;`.
    pub delimiter: Option<char>,
    /// Whether the line that is left first holds names, as it was a comment.
    pub names: bool,
}

/// Looks at a file's first lines, which have to be whole.
///
/// Lines that begin with `#` are comments. Two kinds are not: a line that is as wide as the table with its `#`, such as `#id,b`, begins the
/// table; and the last one before the table may hold its names, as `# a,b` does.
pub(super) fn look(
    head: &[u8],
    options: &OwnOptions,
    guess: fn(&[&[u8]], &OwnOptions) -> Result<u8>,
) -> Result<Before> {
    let mut found = Before::default();
    let (mut at, mut lines, mut comments) = (0, 0, Vec::new());
    while let Some(end) = memchr::memchr(b'\n', &head[at..]).map(|n| at + n + 1) {
        let line = &head[at..end];
        if let Some(mark) = separator(line).filter(|_| found.delimiter.is_none()) {
            found.delimiter = Some(mark);
            (found.bytes, found.lines, found.comments) = (end, lines + 1, comments.len());
        } else if line.starts_with(b"#") {
            comments.push((at, end, lines));
        } else if !line.trim_ascii().is_empty() {
            break;
        }
        (at, lines) = (end, lines + 1);
    }
    let table = first_lines(&head[at..]);
    if comments.is_empty() || table.is_empty() {
        return Ok(found);
    }
    let given = OwnOptions { delimiter: options.delimiter.or(found.delimiter), ..options.clone() };
    let delimiter = guess(&table, &given)?;
    let width = usual_width(&table, delimiter);
    let after = found.bytes;
    // Each with its place, and the lines before it.
    for (n, &(start, end, before)) in comments.iter().enumerate() {
        if start < after {
            continue;
        }
        let line = without_end(&head[start..end]);
        if is_of_table(line, delimiter, width) {
            return Ok(found);
        }
        let is_last = n + 1 == comments.len();
        found = if is_last && holds_names(line, &table, delimiter, width, options) {
            Before { bytes: start + 2, lines: before, names: true, ..found }
        } else {
            Before { bytes: end, lines: before + 1, comments: n + 1, ..found }
        };
    }
    Ok(found)
}

fn without_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The text of a comment that is written as `# text`.
fn spaced(line: &[u8]) -> Option<&[u8]> {
    line.get(2..).filter(|_| matches!(line.get(1), Some(b' ' | b'\t')))
}

/// The width that most lines have.
fn usual_width(table: &[&[u8]], delimiter: u8) -> usize {
    let widths: Vec<usize> = table.iter().map(|line| fields(line, delimiter).len()).collect();
    let most = widths.iter().max_by_key(|width| widths.iter().filter(|other| other == width).count());
    most.copied().unwrap_or_default()
}

/// Whether a line belongs to the table for all its `#`.
fn is_of_table(line: &[u8], delimiter: u8, width: usize) -> bool {
    let fields = fields(line, delimiter);
    let stands_alone = fields.first().is_some_and(|field| *field == b"#");
    match width {
        1 => !stands_alone && spaced(line).is_none(),
        _ => fields.len() == width && (stands_alone || spaced(line).is_none()),
    }
}

/// Whether the comment above a table holds the columns' names: it is as wide, it has text, and no names follow.
fn holds_names(line: &[u8], table: &[&[u8]], delimiter: u8, width: usize, options: &OwnOptions) -> bool {
    let Some(line) = spaced(line).filter(|_| width > 1 && !options.header && !options.no_header) else {
        return false;
    };
    let names = fields(line, delimiter);
    let texts = names.iter().filter(|field| is_text(field, options)).count();
    // Between blanks there may be any sentence with a number in it.
    let least = if delimiter == b' ' { width } else { 1 };
    let has_text_only = |line: &&[u8]| fields(line, delimiter).iter().all(|field| is_text(field, options));
    let names_follow = has_text_only(&table[0]) && !table.iter().all(has_text_only);
    names.len() == width && texts >= least && !names_follow
}

/// The mark of a line `sep=;`.
fn separator(line: &[u8]) -> Option<char> {
    let line = without_end(line);
    let line = line.strip_suffix(b" ").unwrap_or(line);
    let line = line.strip_prefix(b"\"").and_then(|inner| inner.strip_suffix(b"\"")).unwrap_or(line);
    match line {
        [name @ .., b'=', mark] if name.eq_ignore_ascii_case(b"sep") => Some(char::from(*mark)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::guess;
    use super::*;

    fn looked(text: &str) -> Before {
        look(text.as_bytes(), &OwnOptions::default(), guess::of_table).unwrap()
    }

    /// What is left of a text, the number of comments, and whether names are left first.
    fn left(text: &str) -> (&str, usize, bool) {
        let before = looked(text);
        (&text[before.bytes..], before.comments, before.names)
    }

    #[test]
    fn comments_are_left_out() {
        let table = "a,b\n1,2\n";
        for (comments, n) in
            [("", 0), ("# by hand\n", 1), ("#\n\n#x\n# y, z\n", 3), ("# c, d\n", 1), ("# 1,2\n", 1)]
        {
            assert_eq!(left(&format!("{comments}{table}")), (table, n, false), "{comments:?}");
        }
        for (comment, table) in [
            ("# one column\n#\n", "1\n2\n"),
            ("# of tabs\r\n", "1\t2\r\n"),
            ("# 60 2\n", "1.5 2.5\n3.5 4.5\n"),
            ("# 60 rows\n", "1.5 2.5\n3.5 4.5\n"),
            ("# 2001,2002\n", "1,2\n3,4\n"),
        ] {
            assert_eq!(left(&format!("{comment}{table}")).0, table, "{comment:?}");
        }
    }

    #[test]
    fn names_may_stand_in_the_last() {
        assert_eq!(left("# by hand\n# a,b\n1,2\n"), ("a,b\n1,2\n", 1, true));
        assert_eq!(left("# a b\n1 2\n"), ("a b\n1 2\n", 0, true));
        assert_eq!(left("# x,y,z\n0,1,2\n3,4,6\n"), ("x,y,z\n0,1,2\n3,4,6\n", 0, true));
        assert_eq!(left("# x,y\n<0.1,2\n3,4\n"), ("x,y\n<0.1,2\n3,4\n", 0, true));
        assert_eq!(left("# kind,2001\ncat,5\n"), ("kind,2001\ncat,5\n", 0, true));
        assert_eq!(left("# a,b\nred,big\nred,small\n"), ("a,b\nred,big\nred,small\n", 0, true));
        // The option speaks of the first line that is no comment.
        for options in [
            OwnOptions { header: true, ..OwnOptions::default() },
            OwnOptions { no_header: true, ..OwnOptions::default() },
        ] {
            let before = look(b"# a,b\n1,2\n", &options, guess::of_table).unwrap();
            assert_eq!((before.bytes, before.lines, before.comments, before.names), (6, 1, 1, false));
        }
    }

    #[test]
    fn lines_of_the_table_stay() {
        for text in [
            "#,name,b\n1,x,2\n2,y,3\n",
            "#\tx\ty\n1\t2.5\t3.5\n",
            "# x y\n1 2.5 3.5\n2 1.5 1.5\n",
            "#id,b\n1,2\n",
            "#1,2\n#2,3\nx,4\n",
            "#1,2\n#2,3\n",
            "#cat\t5.5\t3.5\n#dog\t5\t3\nfoo\t3.3\t\ncow\t1\t2\n",
            "#id,text,v\n1,\"two\nlines\",3\n2,x,4\n3,y,5\n",
            "#a\nb\n#c\n",
            "# x\n",
            "#1\n2\n",
        ] {
            assert_eq!(left(text), (text, 0, false), "{text:?}");
        }
        assert_eq!(left("# by hand\n#id,b\n1,2\n"), ("#id,b\n1,2\n", 1, false));
    }

    #[test]
    fn spreadsheets_are_told_the_delimiter() {
        for (text, expected) in [
            ("sep=;\n", Some(';')),
            ("\"SEP=,\"\r\n", Some(',')),
            ("sep=\t\n", Some('\t')),
            ("sep=; \n", Some(';')),
            ("sep=\n", None),
            ("separator;b\n", None),
        ] {
            assert_eq!(separator(text.as_bytes()), expected, "{text:?}");
        }
        for text in ["sep=;\n# x\na;b\n1;2\n", "# x\nsep=;\na;b\n1;2\n"] {
            assert_eq!(left(text), ("a;b\n1;2\n", 1, false));
            assert_eq!(looked(text).lines, 2);
        }
    }
}
