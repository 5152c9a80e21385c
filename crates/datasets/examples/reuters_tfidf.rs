//! Writes the tokens of Reuters-21578 (one story a line) and the weights this crate gives them (LIBSVM text), for
//! comparison with scikit-learn: see `benches/peers/datasets/tfidf.py`.
//!
//! `cargo run --release -p deepclust-datasets --example reuters_tfidf -- reuters21578.tar.gz OUT`

use std::error::Error;
use std::fmt::Write;
use std::path::PathBuf;

use deepclust_datasets::catalog::reuters_tokens;
use deepclust_datasets::text::{CountVectorizer, TfIdf};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(tarball), Some(out)) = (arguments.next(), arguments.next()) else {
        return Err("usage: reuters_tfidf TARBALL OUT".into());
    };
    std::fs::create_dir_all(&out)?;
    let stories = reuters_tokens(&tarball)?;
    let lines: Vec<String> = stories.iter().map(|tokens| tokens.join(" ")).collect();
    std::fs::write(out.join("tokens.txt"), lines.join("\n"))?;
    for (name, weighting) in [("dec", TfIdf::dec()), ("default", TfIdf::default())] {
        let mut counter =
            CountVectorizer { max_features: Some(2000), ..CountVectorizer::default() }.builder();
        stories.iter().for_each(|tokens| counter.push(tokens));
        let counted = counter.finish();
        std::fs::write(out.join("terms.txt"), counted.terms.join("\n"))?;
        let weights = weighting.fit(&counted.matrix).transform(counted.matrix);
        let mut text = String::new();
        for row in weights.outer_iterator() {
            text.push('0');
            for (column, weight) in row.iter() {
                write!(text, " {}:{weight}", column + 1)?;
            }
            text.push('\n');
        }
        std::fs::write(out.join(format!("{name}.svm")), text)?;
    }
    Ok(())
}
