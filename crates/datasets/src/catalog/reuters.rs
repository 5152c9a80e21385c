//! Reuters-21578: real text through the whole path, as an R8-like set.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{Entry, File, Layout, Remote, Source};
use crate::decoded::{Decoded, VOCABULARY, Values};
use crate::formats::sgml::{self, Story};
use crate::formats::{archive, stream};
use crate::text::{Analyzer, CountVectorizer};
use crate::{Error, Result};

pub(super) static REUTERS_21578: Entry = Entry {
    name: "reuters-21578",
    title: "Reuters-21578, the eight largest single-topic classes (R8-like)",
    aliases: &["reuters21578", "r8"],
    train: 5_567,
    test: 2_207,
    features: VOCABULARY,
    classes: CLASSES,
    image: None,
    licence: "research use only (Reuters Ltd. and Carnegie Group)",
    citation: "Lewis: Reuters-21578 text categorization test collection, distribution 1.0, 1997",
    note: "ModApte split; stories with exactly one topic, of the eight topics with most of these; Snowball stems",
    digest: Some("161adc8e3842c24d69938841ec02af1dfcca4520c2ac4064e69ddcc0ee393864"),
    folders: &["reuters-21578", "reuters21578"],
    system_folders: &[],
    layouts: &[
        Layout::checked(&[File::named(&["reuters21578.tar"])], decode_tar),
        Layout::checked(FILES, decode_files),
    ],
    sources: &[
        Source::https("https://kdd.ics.uci.edu/databases/reuters21578/", TARBALL),
        Source::https("https://www.daviddlewis.com/resources/testcollections/reuters21578/", TARBALL),
        Source::https("https://archive.ics.uci.edu/ml/machine-learning-databases/reuters21578-mld/", TARBALL),
    ],
};

const CLASSES: usize = 8;
const TARBALL: &[Remote] = &[Remote {
    content: Some("a3106c654b904755540ed2a12a4b5a8c8dc3e397531cde59e3cc362dc8148e23"),
    ..Remote::new("reuters21578.tar.gz", "reuters21578.tar.gz", 40_000_000)
}];
const FILES: &[File] = &[
    File::named(&["reut2-000.sgm"]),
    File::named(&["reut2-001.sgm"]),
    File::named(&["reut2-002.sgm"]),
    File::named(&["reut2-003.sgm"]),
    File::named(&["reut2-004.sgm"]),
    File::named(&["reut2-005.sgm"]),
    File::named(&["reut2-006.sgm"]),
    File::named(&["reut2-007.sgm"]),
    File::named(&["reut2-008.sgm"]),
    File::named(&["reut2-009.sgm"]),
    File::named(&["reut2-010.sgm"]),
    File::named(&["reut2-011.sgm"]),
    File::named(&["reut2-012.sgm"]),
    File::named(&["reut2-013.sgm"]),
    File::named(&["reut2-014.sgm"]),
    File::named(&["reut2-015.sgm"]),
    File::named(&["reut2-016.sgm"]),
    File::named(&["reut2-017.sgm"]),
    File::named(&["reut2-018.sgm"]),
    File::named(&["reut2-019.sgm"]),
    File::named(&["reut2-020.sgm"]),
    File::named(&["reut2-021.sgm"]),
];
/// Each file is about 1.3 MB.
const FILE_LIMIT: u64 = 4_000_000;

fn decode_tar(_: &Entry, files: &[PathBuf]) -> Result<Decoded> {
    Ok(decode(stories_of_tar(&files[0])?))
}

fn stories_of_tar(tarball: &Path) -> Result<Vec<Story>> {
    let file = tarball.display().to_string();
    let mut parts = BTreeMap::new();
    archive::for_each_in_tar(stream::open(tarball)?, &file, |name, content| {
        if name.ends_with(".sgm") && parts.len() < FILES.len() {
            let bytes = stream::read_all(content, FILE_LIMIT, &format!("{file}/{name}"))?;
            parts.insert(name.to_owned(), sgml::stories(&bytes, &format!("{file}/{name}"))?);
        }
        Ok(())
    })?;
    if parts.len() != FILES.len() {
        let expected = format!("{} .sgm files", FILES.len());
        return Err(Error::format(file, "archive", expected, parts.len().to_string()));
    }
    Ok(parts.into_values().flatten().collect())
}

fn decode_files(_: &Entry, files: &[PathBuf]) -> Result<Decoded> {
    let mut stories = Vec::new();
    for path in files {
        let file = path.display().to_string();
        let bytes = stream::read_all(stream::open(path)?, FILE_LIMIT, &file)?;
        stories.extend(sgml::stories(&bytes, &file)?);
    }
    Ok(decode(stories))
}

/// The tokens of every story of the R8-like set, in row order, from the published tarball.
///
/// # Errors
/// If the archive is not what it should be.
pub fn reuters_tokens(tarball: &Path) -> Result<Vec<Vec<String>>> {
    let analyzer = Analyzer::english();
    let (chosen, _) = choose(stories_of_tar(tarball)?);
    Ok(chosen.iter().map(|(story, _)| analyzer.tokens(&story.text).collect()).collect())
}

/// Stories of the ModApte split with exactly one topic, training ones first, and the class of each.
fn choose(stories: Vec<Story>) -> (Vec<(Story, u32)>, Vec<String>) {
    let used = |story: &Story| {
        story.indexed && story.topics.len() == 1 && matches!(story.split.as_str(), "TRAIN" | "TEST")
    };
    let single: Vec<Story> = stories.into_iter().filter(used).collect();
    let mut sizes: BTreeMap<String, usize> = BTreeMap::new();
    single.iter().for_each(|story| *sizes.entry(story.topics[0].clone()).or_default() += 1);
    let mut largest: Vec<(String, usize)> = sizes.into_iter().collect();
    largest.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
    largest.truncate(CLASSES);
    let mut names: Vec<String> = largest.into_iter().map(|(name, _)| name).collect();
    names.sort();
    let class = |story: &Story| names.iter().position(|name| *name == story.topics[0]);
    let mut chosen: Vec<(Story, u32)> =
        single.into_iter().filter_map(|story| class(&story).map(|class| (story, class as u32))).collect();
    // Stable: within a part the published order stays.
    chosen.sort_by_key(|(story, _)| story.split != "TRAIN");
    (chosen, names)
}

fn decode(stories: Vec<Story>) -> Decoded {
    let (chosen, class_names) = choose(stories);
    let analyzer = Analyzer::english();
    let settings = CountVectorizer { max_features: Some(VOCABULARY), ..CountVectorizer::default() };
    let mut counter = settings.builder();
    chosen.iter().for_each(|(story, _)| counter.push(analyzer.tokens(&story.text)));
    Decoded {
        values: Values::Counts(counter.finish().matrix),
        labels: chosen.iter().map(|&(_, class)| class).collect(),
        class_names,
        image: None,
        n_train: Some(chosen.iter().filter(|(story, _)| story.split == "TRAIN").count()),
        groups: None,
        range: None,
    }
}
