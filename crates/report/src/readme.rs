/// The text with everything between `<!-- NAME:begin -->` and `<!-- NAME:end -->` replaced, or none when the two marks
/// are not there in this order.
pub fn replace_block(text: &str, name: &str, content: &str) -> Option<String> {
    let (begin, end) = (format!("<!-- {name}:begin -->"), format!("<!-- {name}:end -->"));
    let start = text.find(&begin)? + begin.len();
    let stop = start + text[start..].find(&end)?;
    Some(format!("{}\n{}\n{}", &text[..start], content.trim_end(), &text[stop..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_block_changes() {
        let text = "a\n<!-- t:begin -->\nold\n<!-- t:end -->\nb\n";
        let new = replace_block(text, "t", "new\n").unwrap();
        assert_eq!(new, "a\n<!-- t:begin -->\nnew\n<!-- t:end -->\nb\n");
        assert_eq!(replace_block(&new, "t", "new"), Some(new.clone()));
        assert_eq!(replace_block(text, "u", "new"), None);
    }
}
