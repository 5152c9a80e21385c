//! From documents to weighted term matrices: tokens, counts, tf-idf.

mod columns;
mod tfidf;

pub use columns::{keep_columns, most_frequent_columns};
pub use tfidf::{FittedTfIdf, Norm, TfIdf};
