//! Records become tables, figures and pages. Nothing here measures anything.

mod arithmetic;
mod class_name;
mod drawn;
mod page;
mod pictures;
mod provenance;
mod readme;
mod records;
mod stats;
mod table;

#[cfg(test)]
pub(crate) use arithmetic::tests::on_gpu;
pub use arithmetic::{Arithmetic, arithmetic_note, device_model};
pub use class_name::class_name;
pub use drawn::Drawn;
pub use page::Page;
pub use pictures::{cluster_members, confusion, picture};
pub use provenance::provenance;
pub use readme::{folder_name, readme_table, replace_block};
pub use records::Records;
pub use stats::Spread;
pub use table::{Align, Cell, Column, Table, fixed, grouped};
