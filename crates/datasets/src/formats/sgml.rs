//! The SGML of Reuters-21578: stories with topics, split and text. Bytes are Latin-1.

use crate::{Error, Result};

/// A story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Story {
    /// LEWISSPLIT: TRAIN, TEST or NOT-USED.
    pub split: String,
    /// Whether the indexers looked at it for topics (TOPICS="YES").
    pub indexed: bool,
    pub topics: Vec<String>,
    /// Title and body, or the whole text of stories that have no such parts.
    pub text: String,
}

/// The stories of one file.
pub(crate) fn stories(bytes: &[u8], file: &str) -> Result<Vec<Story>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = find(bytes, b"<REUTERS", at) {
        let error =
            |expected: &str, found: &str| Error::format(file, format!("byte {start}"), expected, found);
        let tag_end =
            find(bytes, b">", start).ok_or_else(|| error("the end of the REUTERS tag", "the end"))?;
        let end =
            find(bytes, b"</REUTERS>", tag_end).ok_or_else(|| error("</REUTERS>", "the end of the file"))?;
        let tag = latin1(&bytes[start..tag_end]);
        let body = &bytes[tag_end + 1..end];
        let attribute = |name: &str| {
            let from = tag.find(&format!("{name}=\""))? + name.len() + 2;
            tag[from..].split('"').next().map(str::to_owned)
        };
        let split = attribute(" LEWISSPLIT").ok_or_else(|| error("a LEWISSPLIT attribute", "none"))?;
        let topics = attribute(" TOPICS").ok_or_else(|| error("a TOPICS attribute", "none"))?;
        found.push(Story { split, indexed: topics == "YES", topics: listed(body), text: text(body) });
        at = end;
    }
    if found.is_empty() {
        return Err(Error::format(file, "byte 0", "at least one <REUTERS> story", "none"));
    }
    Ok(found)
}

/// The `<D>` items of the TOPICS element.
fn listed(body: &[u8]) -> Vec<String> {
    let Some(topics) = part(body, b"<TOPICS>", b"</TOPICS>") else {
        return Vec::new();
    };
    let mut items = Vec::new();
    let mut at = 0;
    while let Some(start) = find(topics, b"<D>", at) {
        let Some(end) = find(topics, b"</D>", start) else { break };
        items.push(latin1(&topics[start + 3..end]));
        at = end;
    }
    items
}

fn text(body: &[u8]) -> String {
    let title = part(body, b"<TITLE>", b"</TITLE>");
    let story = part(body, b"<BODY>", b"</BODY>");
    let parts = match (title, story) {
        (Some(title), Some(story)) => [title, story],
        _ => {
            let start = find(body, b"<TEXT", 0).and_then(|at| find(body, b">", at)).map_or(0, |at| at + 1);
            let end = find(body, b"</TEXT>", start).unwrap_or(body.len());
            [title.unwrap_or_default(), without_title(&body[start..end])]
        }
    };
    parts.map(|part| entities(&without_tags(&latin1(part)))).join("\n")
}

/// What follows the title, so that it does not count twice.
fn without_title(text: &[u8]) -> &[u8] {
    find(text, b"</TITLE>", 0).map_or(text, |at| &text[at..])
}

fn without_tags(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('<') {
        plain.push_str(&rest[..open]);
        // A bare "<" in running text is written &lt;, so this is a tag.
        let close = rest[open..].find('>').map_or(rest.len(), |at| open + at + 1);
        plain.push(' ');
        rest = &rest[close..];
    }
    plain.push_str(rest);
    plain
}

/// `&lt;`, `&gt;`, `&amp;` become characters; control characters such as `&#3;` become blanks.
fn entities(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        let tail = &rest[at..];
        let known = [("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")].into_iter();
        let entity = known.into_iter().find(|(name, _)| tail.starts_with(name));
        let (length, character) = match (entity, tail.find(';')) {
            (Some((name, character)), _) => (name.len(), character),
            (None, Some(end)) if tail.starts_with("&#") && end <= 5 => (end + 1, " "),
            _ => (1, "&"),
        };
        plain.push_str(character);
        rest = &tail[length..];
    }
    plain.push_str(rest);
    plain
}

fn part<'a>(bytes: &'a [u8], open: &[u8], close: &[u8]) -> Option<&'a [u8]> {
    let start = find(bytes, open, 0)? + open.len();
    Some(&bytes[start..find(bytes, close, start)?])
}

fn find(bytes: &[u8], what: &[u8], from: usize) -> Option<usize> {
    let first = *what.first()?;
    let mut at = from;
    loop {
        at += bytes.get(at..)?.iter().position(|&b| b == first)?;
        if bytes[at..].starts_with(what) {
            return Some(at);
        }
        at += 1;
    }
}

fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|&b| char::from(b)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &[u8] = b"<!DOCTYPE lewis>\n<REUTERS TOPICS=\"YES\" LEWISSPLIT=\"TRAIN\" NEWID=\"1\">\n\
        <TOPICS><D>grain</D><D>corn</D></TOPICS><UNKNOWN>&#5;</UNKNOWN>\n<TEXT>&#2;\n<TITLE>A &lt;B></TITLE>\
        <DATELINE>x</DATELINE><BODY>caf\xe9 &amp; more\n&#3;</BODY></TEXT>\n</REUTERS>\n\
        <REUTERS TOPICS=\"NO\" LEWISSPLIT=\"NOT-USED\"><TOPICS></TOPICS><TEXT TYPE=\"UNPROC\">plain &#30;text</TEXT></REUTERS>";

    #[test]
    fn stories_are_read() {
        let found = stories(TWO, "s").unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].topics, ["grain", "corn"]);
        assert_eq!((found[0].split.as_str(), found[0].indexed), ("TRAIN", true));
        assert_eq!(found[0].text, "A <B>\ncaf\u{e9} & more\n ");
        assert_eq!((found[1].text.as_str(), found[1].indexed), ("\nplain  text", false));
    }

    #[test]
    fn broken_files_are_refused() {
        assert!(stories(b"nothing", "s").is_err());
        let cut = stories(&TWO[..200], "s").unwrap_err().to_string();
        assert_eq!(cut, "s, byte 17: expected </REUTERS>, found the end of the file");
    }
}
