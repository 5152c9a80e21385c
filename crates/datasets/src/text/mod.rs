//! From documents to weighted term matrices: tokens, counts, tf-idf.
//!
//! [`Analyzer`] turns running text into stems, [`CountVectorizer`] counts them over a vocabulary, [`TfIdf`] weighs the
//! counts. On the same tokens the last two equal scikit-learn's `CountVectorizer` and `TfidfTransformer`.
//!
//! ```
//! use deepclust_datasets::text::{Analyzer, CountVectorizer, TfIdf};
//!
//! let analyzer = Analyzer::english();
//! let documents = ["Wheat prices rose.", "The ships carried wheat and more wheat."];
//! let mut counter = CountVectorizer::default().builder();
//! for text in documents {
//!     counter.push(analyzer.tokens(text));
//! }
//! let counts = counter.finish();
//! assert_eq!(counts.terms, ["carri", "price", "rose", "ship", "wheat"]);
//! let weights = TfIdf::dec().fit(&counts.matrix).transform(counts.matrix);
//! assert_eq!(weights.shape(), (2, 5));
//! ```

mod analyzer;
mod columns;
mod counts;
mod tfidf;

pub use analyzer::{Analyzer, words};
pub use columns::{keep_columns, most_frequent_columns};
pub use counts::{CountBuilder, CountVectorizer, Counted, RankBy};
pub use tfidf::{FittedTfIdf, Norm, TfIdf};
