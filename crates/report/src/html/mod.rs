//! One HTML file, with everything in it: a [`ClusteringReport`] of one's own numbers, or [all pages of the papers](of_pages).
//!
//! The file loads nothing from anywhere, and says so in a policy that browsers enforce; the same policy lets no script run but the three here.
//! It is light or dark as the reader's system, or as the switch says; it fits a phone, and can be printed. Everything a caller passes is text:
//! characters that mean something in HTML are escaped.

mod chart;
mod check;
mod clusters;
mod document;
mod item;
mod map;
mod markdown;
mod pages;
mod report;
mod sections;
mod sheet;
mod silhouettes;
mod tables;
mod ticks;

pub use chart::{Chart, Line};
pub use item::{Item, Picture};
pub use map::{MAP_ITEMS, MAP_POINTS, Map, thinned};
pub use pages::of_pages;
pub use report::{
    Agreement, ChoiceOfK, Cluster, ClusteringReport, Criterion, LabelScores, Silhouettes, Trait,
};
