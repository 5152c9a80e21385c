use super::Table;
use crate::Paper;
use crate::run::Store;

/// The text with everything between `<!-- NAME:begin -->` and `<!-- NAME:end -->` replaced, or none when the two marks
/// are not there in this order.
pub fn replace_block(text: &str, name: &str, content: &str) -> Option<String> {
    let (begin, end) = (format!("<!-- {name}:begin -->"), format!("<!-- {name}:end -->"));
    let start = text.find(&begin)? + begin.len();
    let stop = start + text[start..].find(&end)?;
    Some(format!("{}\n{}\n{}", &text[..start], content.trim_end(), &text[stop..]))
}

/// What links in the README call the store's folder.
pub fn folder_name(store: &Store) -> String {
    store.root().file_name().map_or("results".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// A table of a paper under both titles, with a link to the paper's page, and how many of the table's runs are still to be made.
pub fn readme_table(store: &Store, paper: &dyn Paper, table: &Table, missing: usize) -> String {
    let page = format!("[page]({}/{}.md)", folder_name(store), paper.slug());
    let still = match missing {
        0 => String::new(),
        n => format!("\nNot complete: {n} runs of this table are still to be made.\n"),
    };
    format!("### {}\n\n**{}** ({page})\n\n{}{still}", paper.title(), table.title, table.to_markdown())
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
