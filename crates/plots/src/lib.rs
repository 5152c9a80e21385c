#![doc = include_str!("../README.md")]

mod axes;
mod bars;
mod cloud;
mod curves;
mod error;
mod figure;
mod font;
mod heat_map;
mod image_grid;
#[cfg(test)]
mod layout_tests;
mod legend;
mod palette;
mod panels;
mod raster;
mod render;
mod scale;
mod scatter;
mod scene;

pub use bars::{BarSeries, BarStyle, Bars};
pub use curves::{Curves, Series, Spread, Stroke};
pub use error::{Error, Result};
pub use figure::{Figure, QUICK_NOTE};
pub use heat_map::{CellText, HeatMap};
pub use image_grid::{GridImage, GridRow, ImageGrid};
pub use palette::{MAX_COLOURS, category_colour};
pub use panels::Panels;
pub use scale::Axis;
pub use scatter::{Scatter, ScatterPanel};
pub use scene::Scene;
