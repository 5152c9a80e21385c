//! k communities of graphs too large to run Leiden on again and again: the resolution is sought on a coarser graph, and what is
//! found there is settled on the whole one.

mod levels;
mod moving;
mod nodes;
mod order;
mod search;
#[cfg(test)]
mod tests;

pub(super) use search::{LARGE, searches};
