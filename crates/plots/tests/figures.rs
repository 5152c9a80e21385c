//! Every kind of figure from the outside: same bytes, right labels, right size, clear errors.

use deepclust_plots::{
    Axis, BarSeries, BarStyle, Bars, CellText, Curves, Error, Figure, GridImage, GridRow, HeatMap, ImageGrid,
    Panels, QUICK_NOTE, Scatter, ScatterPanel, Series,
};
use ndarray::{Array2, array, aview1};

fn points(n: usize, d: usize) -> Array2<f32> {
    Array2::from_shape_fn((n, d), |(i, j)| ((i * (j + 2) * 37) % 101) as f32 - 50.0)
}

fn scatter(d: usize) -> Scatter {
    let labels: Vec<usize> = (0..60).map(|i| i % 3).collect();
    let panel = |title| {
        ScatterPanel::new(title, points(60, d).view(), &labels, &["A & <B>", "two", "three"]).legend("class")
    };
    Scatter::new("a scatter", vec![panel("left"), panel("right")])
}

fn grid() -> ImageGrid {
    let picture = GridImage::new(aview1(&[0.0_f32, 0.5, 1.0, 0.25, 0.75, 0.1]));
    let rows = vec![
        GridRow::new("cluster 0", vec![picture.clone().caption("0.0123"), picture.clone().marked(true)]),
        GridRow::new("dead cluster", Vec::new()),
        GridRow::new("cluster 2", vec![picture]),
    ];
    ImageGrid { column_names: vec!["input".into(), "AE 1".into()], ..ImageGrid::new("a grid", 2, 3, rows) }
}

fn curves() -> Curves {
    let series = vec![
        Series::new("seed 0", [1.0, 2.0, 3.0], [0.3, 0.2, 0.1]).errors([0.01, 0.0, 0.3]),
        Series::new("seed 1", [1.0, 2.0, 3.0], [0.4, 0.2, 0.2]).band([0.3, 0.1, 0.1], [0.5, 0.3, 0.3]),
    ];
    Curves::new("some curves", Axis::new("epoch"), Axis::new("loss").log(), series)
}

fn bars() -> Bars {
    let series = BarSeries::new("ACC", [0.5, 0.9]).errors([0.01, 0.02]).references([Some(0.53), None]);
    Bars {
        decimals: Some(3),
        ..Bars::new(
            "some bars",
            Axis::new("score"),
            &["k-means", "a very long name of a method with settings"],
            vec![series],
        )
    }
}

fn heat_map() -> HeatMap {
    let counts = array![[9_u32, 1], [0, 0]];
    let map = HeatMap::new("a heat map", counts.view(), &["Trouser", "Ankle boot"], &["0", "1"]);
    HeatMap {
        row_label: "class".into(),
        column_label: "cluster".into(),
        text: CellText::CountAndPercent,
        row_shares: true,
        ..map
    }
}

fn panels() -> Panels {
    Panels {
        title: "panels".into(),
        figures: vec![Box::new(curves()), Box::new(bars())],
        columns: Some(1),
        note: None,
    }
}

/// Every kind, with texts that must be in its SVG.
fn all() -> Vec<(Box<dyn Figure>, Vec<&'static str>)> {
    vec![
        (
            Box::new(scatter(2).quick(true)),
            vec!["a scatter", "left", "right", "class", "A &amp; &lt;B&gt;", "three", QUICK_NOTE],
        ),
        (Box::new(scatter(3).quick(true)), vec!["a scatter", "left", "right", "class", QUICK_NOTE]),
        (
            Box::new(grid().quick(true)),
            vec!["a grid", "cluster 0", "dead cluster", "input", "AE 1", "0.0123", QUICK_NOTE],
        ),
        (
            Box::new(curves().quick(true)),
            vec!["some curves", "epoch", "loss", "seed 0", "seed 1", QUICK_NOTE],
        ),
        (
            Box::new(bars().quick(true)),
            vec!["some bars", "score", "k-means", "published", "0.900 ± 0.020", QUICK_NOTE],
        ),
        (Box::new(Bars { style: BarStyle::Dots, ..bars() }), vec!["some bars", "ACC"]),
        (
            Box::new(heat_map().quick(true)),
            vec!["a heat map", "Ankle boot", "cluster", "90.0 %", "0.0 %", "100 %", QUICK_NOTE],
        ),
        (Box::new(panels()), vec!["panels", "some curves", "some bars"]),
    ]
}

fn decoded_size(bytes: &[u8]) -> (u32, u32) {
    let mut reader = png::Decoder::new(bytes).read_info().expect("a PNG header");
    let mut pixels = vec![0; reader.output_buffer_size()];
    let frame = reader.next_frame(&mut pixels).expect("PNG data");
    (frame.width, frame.height)
}

#[test]
fn repeats_are_byte_identical() {
    for ((a, _), (b, _)) in all().into_iter().zip(all()) {
        assert_eq!(a.to_svg().unwrap(), b.to_svg().unwrap(), "{}", a.title());
        assert_eq!(a.to_png().unwrap(), b.to_png().unwrap(), "{}", a.title());
    }
}

#[test]
fn every_label_is_in_the_svg() {
    for (figure, labels) in all() {
        let svg = figure.to_svg().unwrap();
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
        for label in labels {
            assert!(
                svg.contains(&format!(">\n{label}\n</text>")),
                "{label:?} is missing in {}",
                figure.title()
            );
        }
    }
}

#[test]
fn both_formats_have_the_declared_size() {
    for (figure, _) in all() {
        let (width, height) = figure.scene().unwrap().size();
        assert_eq!(decoded_size(&figure.to_png().unwrap()), (width, height), "{}", figure.title());
        assert!(figure.to_svg().unwrap().contains(&format!("width=\"{width}\" height=\"{height}\"")));
    }
}

#[test]
fn texts_stay_inside_the_figure() {
    for (figure, _) in all() {
        let (width, height) = figure.scene().unwrap().size();
        let svg = figure.to_svg().unwrap();
        let mut texts = 0;
        for tag in svg.split("<text ").skip(1) {
            let number = |name: &str| -> f64 {
                let rest = tag.split_once(&format!("{name}=\"")).expect("attribute").1;
                rest.split_once('"').expect("quote").0.parse().expect("number")
            };
            let (x, y) = (number("x"), number("y"));
            assert!(x >= 0.0 && x <= f64::from(width) && y >= 0.0 && y <= f64::from(height), "{tag}");
            texts += 1;
        }
        assert!(texts > 3);
    }
}

#[test]
fn files_are_written_with_both_extensions_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let [svg, png] = curves().save(folder.path().join("new/t-1.0")).unwrap();
    assert_eq!(svg, folder.path().join("new/t-1.0.svg"));
    assert_eq!(std::fs::read_to_string(svg).unwrap(), curves().to_svg().unwrap());
    assert_eq!(std::fs::read(png).unwrap(), curves().to_png().unwrap());
    assert_eq!(std::fs::read_dir(folder.path().join("new")).unwrap().count(), 2);
}

#[test]
fn paths_that_cannot_be_written_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "in the way").unwrap();
    assert!(matches!(curves().save(file.join("figure")), Err(Error::Io { path, .. }) if path == file));
    std::fs::create_dir(folder.path().join("taken.svg")).unwrap();
    let error = curves().save(folder.path().join("taken")).unwrap_err().to_string();
    assert!(error.contains("cannot write") && error.contains("taken.svg"), "{error}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "a temporary file was left");
    assert!(matches!(curves().save("/"), Err(Error::NoFileName { .. })));
}

fn message(figure: &dyn Figure) -> String {
    let error = figure.to_svg().unwrap_err().to_string();
    assert_eq!(figure.to_png().unwrap_err().to_string(), error);
    error
}

#[test]
fn wrong_scatters_are_refused() {
    let panel = |points: Array2<f64>, labels: &[usize]| {
        Scatter::new("", vec![ScatterPanel::new("", points.view(), labels, &["a", "b"])])
    };
    assert_eq!(message(&Scatter::default()), "scatter: nothing to draw");
    assert_eq!(message(&panel(Array2::zeros((0, 2)), &[])), "scatter panel 0: nothing to draw");
    assert_eq!(
        message(&panel(Array2::zeros((2, 4)), &[0, 1])),
        "scatter panel 0: expected points with 2 or 3 columns, found 4"
    );
    assert_eq!(
        message(&panel(Array2::zeros((2, 2)), &[0])),
        "scatter panel 0, labels: expected 2 entries, found 1"
    );
    assert_eq!(
        message(&panel(Array2::zeros((2, 2)), &[0, 2])),
        "scatter panel 0: label 2 at index 1, but there are only 2 categories"
    );
    assert_eq!(
        message(&panel(array![[0.0, f64::NAN]], &[0])),
        "scatter panel 0: value 1 is NaN, expected a finite number"
    );
    assert!(message(&panel(array![[-1.7e308, 0.0], [1.7e308, 0.0]], &[0, 1])).contains("increasing range"));
    let names = Scatter { axis_names: vec!["x".into()], ..panel(Array2::zeros((1, 2)), &[0]) };
    assert_eq!(message(&names), "scatter panel 0, axis names: expected 2 entries, found 1");
    let many: Vec<usize> = (0..49).collect();
    let many = Scatter::new("", vec![ScatterPanel::new("", points(49, 2).view(), &many, &many)]);
    assert_eq!(message(&many), "scatter panel 0: expected at most 48 categories or series, found 49");
}

#[test]
fn wrong_grids_are_refused() {
    assert_eq!(
        message(&ImageGrid::new("", 2, 3, vec![GridRow::new("", Vec::new())])),
        "image grid: nothing to draw"
    );
    let mut wrong = grid();
    wrong.rows[2].images[0].pixels.pop();
    assert_eq!(message(&wrong), "image grid, row 2, image 0: expected 2x3 = 6 pixels, found 5");
    let mut wrong = grid();
    wrong.rows[0].images[1].pixels[4] = f64::INFINITY;
    assert_eq!(message(&wrong), "image grid, row 0, image 1: value 4 is inf, expected a finite number");
    assert_eq!(
        message(&grid().range(1.0, 1.0)),
        "image grid: expected a finite, increasing range, found 1 to 1"
    );
    let huge =
        ImageGrid::new("", 1, 1, vec![GridRow::new("", vec![GridImage::new(aview1(&[0.0])); 400]); 400]);
    assert!(message(&huge).contains("larger than the limit"));
}

#[test]
fn wrong_curves_are_refused() {
    let with = |series| Curves::new("", Axis::new(""), Axis::new("").log(), vec![series]);
    let one = |y: f64| Series::new("s", [1.0], [y]);
    assert_eq!(message(&Curves::default()), "curves: nothing to draw");
    assert_eq!(message(&with(Series::new("s", [], []))), "series \"s\": nothing to draw");
    assert_eq!(
        message(&with(Series::new("s", [1.0], [1.0, 2.0]))),
        "series \"s\", y: expected 1 entries, found 2"
    );
    assert_eq!(message(&with(one(f64::NAN))), "series \"s\", y: value 0 is NaN, expected a finite number");
    assert_eq!(message(&with(one(0.0))), "y axis: value 0 is 0, expected more than 0 on a logarithmic axis");
    assert_eq!(
        message(&with(one(1.0).errors([-1.0]))),
        "series \"s\", errors: value 0 is -1, expected an error of 0 or more"
    );
    assert_eq!(message(&with(one(1.0).errors([]))), "series \"s\", errors: expected 1 entries, found 0");
    assert!(message(&with(one(1.0).band([2.0], [1.0]))).contains("increasing range, found 2 to 1"));
    assert!(message(&with(one(1.0).colour(usize::MAX))).contains("at most 48"));
}

#[test]
fn wrong_bars_and_heat_maps_are_refused() {
    let with = |series| Bars::new("", Axis::new(""), &["a", "b"], vec![series]);
    assert_eq!(message(&Bars::default()), "bars, groups: nothing to draw");
    assert_eq!(message(&with(BarSeries::new("s", [1.0]))), "bar series \"s\": expected 2 entries, found 1");
    assert_eq!(
        message(&with(BarSeries::new("s", [1.0, f64::NAN]))),
        "bar series \"s\": value 1 is NaN, expected a finite number"
    );
    assert_eq!(
        message(&with(BarSeries { values: vec![None, None], ..BarSeries::default() })),
        "bars: nothing to draw"
    );
    assert_eq!(message(&HeatMap::default()), "heat map: nothing to draw");
    assert_eq!(
        message(&HeatMap { rows: vec!["one".into()], ..heat_map() }),
        "heat map, row names: expected 2 entries, found 1"
    );
    assert_eq!(
        message(&HeatMap { values: array![[1.0, -1.0], [0.0, 0.0]], ..heat_map() }),
        "heat map, counts: value 1 is -1, expected an error of 0 or more"
    );
    assert_eq!(message(&Panels::default()), "panels: nothing to draw");
}

#[test]
fn extreme_but_valid_data_are_drawn() {
    let one = array![[5.0, 5.0]];
    Scatter::new("", vec![ScatterPanel::new("", one.view(), &[0], &["only"])]).to_png().unwrap();
    Curves::new("", Axis::new(""), Axis::new(""), vec![Series::new("", [0.0], [0.0])]).to_png().unwrap();
    Bars::new("", Axis::new(""), &[""], vec![BarSeries::new("", [0.0])]).to_png().unwrap();
    let negative = Bars::new("", Axis::new("log-likelihood"), &["a"], vec![BarSeries::new("", [-3e7])]);
    negative.to_png().unwrap();
    HeatMap::new("", array![[0.0]].view(), &["\u{0}\n"], &["x".repeat(300)]).to_png().unwrap();
    let long = "Donaudampfschifffahrtsgesellschaft ".repeat(9);
    Curves {
        title: long.clone(),
        ..Curves::new(
            "",
            Axis::new(&long),
            Axis::new(&long),
            vec![Series::new(&long, [1.0], [1e-300]), Series::new("b", [2.0], [1e12])],
        )
    }
    .to_svg()
    .unwrap();
}

/// Points that fill the whole plane are the worst case; every tenth has a stray colour.
#[test]
fn large_scatters_stay_small() {
    for n in [10_000, 60_000] {
        let mut state = 1_u64;
        let mut next = || {
            // Knuth's MMIX constants; the upper bits are random enough for a picture.
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f64 / (1_u64 << 24) as f64
        };
        let points = Array2::from_shape_fn((n, 2), |_| next());
        let place = |i: usize| (points[[i, 0]] * 3.0) as usize * 3 + (points[[i, 1]] * 3.0) as usize;
        let labels: Vec<usize> = (0..n).map(|i| if i % 10 == 0 { i / 10 % 10 } else { place(i) }).collect();
        let names: Vec<usize> = (0..10).collect();
        let panel = || ScatterPanel::new("", points.view(), &labels, &names);
        let figure = Scatter::new("", vec![panel(), panel()]);
        let (svg, png) = (figure.to_svg().unwrap().len(), figure.to_png().unwrap().len());
        println!("{n} points in each of 2 panels: {svg} bytes of SVG, {png} bytes of PNG");
        assert!(svg < 1_500_000 && (png < 400_000 || n > 10_000), "{n} points: SVG {svg}, PNG {png} bytes");
    }
}

#[test]
fn an_error_of_zero_draws_no_bar() {
    let rectangles = |errors: [f64; 2]| {
        let series = Series::new("a", [1.0, 2.0], [0.3, 0.2]).errors(errors);
        let figure = Curves::new("two points", Axis::new("x"), Axis::new("y"), vec![series]);
        figure.to_svg().unwrap().matches("<rect").count()
    };
    // A stem and two caps, within the axes of the other bar.
    assert_eq!(rectangles([0.2, 0.1]) - rectangles([0.2, 0.0]), 3);
}

#[test]
fn curves_that_only_rounding_bends_are_drawn() {
    let draw = |x: [f64; 3], y: [f64; 3]| {
        for (x_axis, y_axis) in [(Axis::new("x"), Axis::new("y")), (Axis::new("x"), Axis::new("y").log())] {
            let line = Series::new("a", x, y).band([y[0], y[2], y[1]], [y[1], y[0], y[2]].map(f64::next_up));
            Curves::new("flat", x_axis, y_axis, vec![line]).to_svg().unwrap();
        }
    };
    let flat = [0.3, 0.1 + 0.2, 0.3];
    draw([0.0, 1.0, 2.0], flat);
    draw([1.7e18, 1.7e18 + 1000.0, 1.7e18 + 2000.0], [1.0, 1.0, 1.0]);
    draw([1.7e18, 1.7e18 + 1000.0, 1.7e18 + 2000.0], flat);
    draw(flat, [1e-320, 1e-320, 1e-320]);
    let minus = array![[-0.3, -(0.1 + 0.2)]];
    for values in [minus, array![[-1e17, -1e17]], array![[0.0, 0.0]]] {
        HeatMap::new("flat", values.view(), &["a"], &["b", "c"]).to_svg().unwrap();
    }
    let points = array![[1.7e18, 0.3], [1.7e18 + 1000.0, 0.1 + 0.2]];
    let panel = ScatterPanel::new("p", points.view(), &[0, 0], &["one"]);
    Scatter::new("far", vec![panel]).to_svg().unwrap();
}
