//! Vector arithmetic chosen at run time (AVX-512, AVX2, NEON or scalar), generic over `f32` and `f64`.

mod lane;
mod tile;
mod turn;

pub(crate) use lane::Lane;
pub(crate) use tile::{BLOCK, ROWS_MAX, dots, group, tile_rows};
pub(crate) use turn::turn;
