//! No text overlaps another or is cut, whatever the names and numbers.

use ndarray::Array2;
use proptest::prelude::*;

use crate::scene::{Align, Item};
use crate::{
    Axis, BarSeries, Bars, CellText, Curves, Figure, GridImage, GridRow, HeatMap, ImageGrid, Panels, Scatter,
    ScatterPanel, Series, font,
};

/// Left, top, right and bottom of each text. Letters reach at most 0.24 em below their line and 0.05 em above capitals.
fn boxes(figure: &dyn Figure) -> (f64, f64, Vec<(String, [f64; 4])>) {
    let scene = figure.scene().unwrap();
    let mut out = Vec::new();
    for item in &scene.items {
        let Item::Text { x, y, em, text, align, upright, .. } = item else { continue };
        let wide = font::width(text, *em).unwrap();
        let start = match align {
            Align::Left => 0.0,
            Align::Centre => -wide / 2.0,
            Align::Right => -wide,
        };
        let (up, down) = (0.42 * em, 0.6 * em);
        let edges = if *upright {
            [x - up, y - start - wide, x + down, y - start]
        } else {
            [x + start, y - up, x + start + wide, y + down]
        };
        out.push((text.clone(), edges));
    }
    (scene.width, scene.height, out)
}

fn assert_clean(figure: &dyn Figure) {
    let (width, height, boxes) = boxes(figure);
    for (i, (text, [l, t, r, b])) in boxes.iter().enumerate() {
        assert!(
            *l >= 0.0 && *t >= 0.0 && *r <= width && *b <= height,
            "{text:?} is cut: {l} {t} {r} {b}, {width}x{height}"
        );
        for (other, [l2, t2, r2, b2]) in &boxes[..i] {
            let apart = r <= l2 || r2 <= l || b <= t2 || b2 <= t;
            assert!(apart, "{text:?} [{l} {t} {r} {b}] and {other:?} [{l2} {t2} {r2} {b2}] overlap");
        }
    }
}

/// From empty to very long, with and without spaces.
fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[a-zA-Z0-9]{0,8}", "[A-Z][a-z]{2,9}( [a-z]{1,14}){0,9}", "[A-Za-z_]{20,70}"]
}

fn names(n: usize) -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(name(), n)
}

fn value() -> impl Strategy<Value = f64> {
    (prop_oneof![-1.0..1.0_f64, -1e-6..1e-6, -1e9..1e9, 0.0..7e4], any::<bool>())
        .prop_map(|(v, whole): (f64, bool)| if whole { v.round() } else { v })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn curves_and_bars(names in names(9), v in prop::collection::vec(value(), 12), log in any::<bool>()) {
        let y: Vec<f64> = v[..6].iter().map(|v| if log { v.abs() + 1e-9 } else { *v }).collect();
        let series = |i: usize| Series::new(&names[i], v[6..].to_vec(), y.clone());
        let axis = Axis { log, ..Axis::new(&names[1]) };
        let curves = Curves::new(&names[0], Axis::new(&names[2]), axis, vec![series(3), series(4)]);
        assert_clean(&curves.clone().quick(true));
        let bars = BarSeries::new(&names[5], v[..3].to_vec()).errors([0.1, 0.0, 2.0]).references([Some(1.0), None, None]);
        let bars = Bars { decimals: Some(3), ..Bars::new(&names[1], Axis::new(&names[0]), &names[6..], vec![bars.clone(), bars]) };
        assert_clean(&bars);
        assert_clean(&Panels { title: names[8].clone(), figures: vec![Box::new(curves), Box::new(bars)], ..Panels::default() });
    }

    #[test]
    fn scatters(names in names(14), d in 2..4_usize, ticks in any::<bool>(), v in value()) {
        let points = Array2::from_shape_fn((5, d), |(i, j)| v * (i * (j + 1)) as f64);
        let panel = |t: usize| ScatterPanel::new(&names[t], points.view(), &[0, 1, 0, 2, 1], &names[..10]).legend(&names[11]);
        let axis_names = names[..d].iter().map(|n| n.chars().take(24).collect()).collect();
        assert_clean(&Scatter { axis_names, ticks, ..Scatter::new(&names[12], vec![panel(10), panel(13)]) });
    }

    #[test]
    fn heat_maps_and_grids(names in names(8), v in value(), text in 0..5) {
        let text = [CellText::None, CellText::Count, CellText::Percent, CellText::CountAndPercent, CellText::Decimals(2)][text as usize];
        let values = Array2::from_shape_fn((3, 3), |(i, j)| v.abs() * (i + j) as f64);
        let map = HeatMap::new(&names[0], values.view(), &names[..3], &names[3..6]);
        assert_clean(&HeatMap { text, row_label: names[6].clone(), column_label: names[7].clone(), ..map });
        let image = |i: usize| GridImage { pixels: vec![0.0; 6], caption: Some(names[i].chars().take(9).collect()), marked: i == 0 };
        let rows = (0..3).map(|i| GridRow::new(&names[i], vec![image(i); i + 1])).collect();
        assert_clean(&ImageGrid { column_names: names[4..].to_vec(), ..ImageGrid::new(&names[7], 2, 3, rows) });
    }
}
