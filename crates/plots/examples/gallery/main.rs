//! Draws every kind of figure: `cargo run -p deepclust-plots --example gallery -- OUT_DIR`.
//!
//! With `DEEPCLUST_DATA` set to a folder that holds `mnist/`, the grids show real digits.

mod digits;

use std::path::PathBuf;

use anyhow::{Context, Result};
use deepclust_plots::{
    Axis, BarSeries, BarStyle, Bars, CellText, Curves, Figure, GridImage, GridRow, HeatMap, ImageGrid,
    Panels, Scatter, ScatterPanel, Series, Stroke,
};
use ndarray::{Array1, Array2};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

const CLOTHES: [&str; 10] = [
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
];

fn main() -> Result<()> {
    let folder: PathBuf = std::env::args_os().nth(1).context("usage: gallery OUT_DIR")?.into();
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let figures: Vec<(&str, Box<dyn Figure>)> = vec![
        ("scatter", Box::new(scatter(&mut rng)?)),
        ("scatter-full", Box::new(scatter_full(&mut rng)?)),
        ("scatter-47", Box::new(scatter_47(&mut rng)?)),
        ("scatter-steps", Box::new(scatter_steps(&mut rng)?)),
        ("scatter-3d", Box::new(scatter_3d(&mut rng)?)),
        ("grid", Box::new(samples(&mut rng)?)),
        ("grid-errors", Box::new(reconstructions(&mut rng)?)),
        ("curves-seeds", Box::new(losses(&mut rng))),
        ("curves-labels", Box::new(labels())),
        ("curves-panels", Box::new(panels(&mut rng))),
        ("bars", Box::new(bars())),
        ("dots", Box::new(dots())),
        ("heat-map", Box::new(confusion(&mut rng, 10)?)),
        ("heat-map-47", Box::new(confusion(&mut rng, 47)?)),
    ];
    for (name, figure) in figures {
        let [svg, png] = figure.save(folder.join(name))?;
        for file in [svg, png] {
            println!("{:>9} bytes  {}", std::fs::metadata(&file)?.len(), file.display());
        }
    }
    Ok(())
}

/// `n` points around `k` centres in `d` dimensions, with the centre of each.
fn blobs(rng: &mut impl Rng, n: usize, k: usize, d: usize) -> Result<(Array2<f64>, Vec<usize>)> {
    let mut normal = || -> f64 { StandardNormal.sample(rng) };
    let centres: Vec<f64> = (0..k * d).map(|_| normal() * 40.0).collect();
    let labels: Vec<usize> = (0..n).map(|i| i * k / n).collect();
    let points = labels.iter().flat_map(|l| (0..d).map(|j| l * d + j).collect::<Vec<_>>());
    let points: Vec<f64> = points.map(|c| centres[c] + normal() * 7.0).collect();
    Ok((Array2::from_shape_vec((n, d), points)?, labels))
}

fn scatter(rng: &mut impl Rng) -> Result<Scatter> {
    let (points, labels) = blobs(rng, 10_000, 10, 2)?;
    let clusters: Vec<usize> =
        labels.iter().map(|l| if rng.random_bool(0.1) { (l + 1) % 10 } else { *l }).collect();
    let names: Vec<String> = (0..10).map(|c| c.to_string()).collect();
    Ok(Scatter::new(
        "t-SNE of the autoencoder's 64-d code, MNIST, 10,000 of 60,000 images",
        vec![
            ScatterPanel::new("coloured by cluster", points.view(), &clusters, &names).legend("cluster"),
            ScatterPanel::new("coloured by class", points.view(), &labels, &names).legend("class"),
        ],
    )
    .quick(true))
}

/// Points that fill most of the area, as t-SNE's do: the largest files.
fn scatter_full(rng: &mut impl Rng) -> Result<Scatter> {
    let points = Array2::from_shape_fn((10_000, 2), |_| rng.random_range(-50.0_f32..50.0));
    let labels: Vec<usize> = points
        .rows()
        .into_iter()
        .map(|p| ((p[0] + 50.0) / 33.4) as usize * 3 + ((p[1] + 50.0) / 33.4) as usize)
        .collect();
    let clusters: Vec<usize> = labels.iter().map(|l| if rng.random_bool(0.1) { 9 - l } else { *l }).collect();
    let names: Vec<String> = (0..10).map(|c| c.to_string()).collect();
    Ok(Scatter::new(
        "A full plane",
        vec![
            ScatterPanel::new("coloured by cluster", points.view(), &clusters, &names).legend("cluster"),
            ScatterPanel::new("coloured by class", points.view(), &labels, &names).legend("class"),
        ],
    ))
}

fn scatter_47(rng: &mut impl Rng) -> Result<Scatter> {
    let (points, labels) = blobs(rng, 20_000, 47, 2)?;
    let names: Vec<String> =
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt".chars().map(String::from).collect();
    let panel = ScatterPanel::new("", points.view(), &labels, &names).legend("class");
    Ok(Scatter {
        ticks: true,
        axis_names: vec!["first component".into(), "second component".into()],
        ..Scatter::new("PCA of EMNIST Balanced", vec![panel])
    })
}

fn scatter_steps(rng: &mut impl Rng) -> Result<Scatter> {
    let mut normal = || -> f64 { StandardNormal.sample(rng) };
    let labels: Vec<usize> = (0..300).map(|i| i % 3).collect();
    let cloud: Vec<f64> = (0..600).map(|_| normal()).collect();
    let mut panels = Vec::new();
    for schedule in ["fixed T = 1", "annealed T"] {
        for (epoch, pull) in [(0, 0.0), (20, 0.6), (50, 1.0)] {
            let towards = [(-2.0, -1.0), (2.0, -1.0), (0.0, 2.0)];
            let at = |i: usize| {
                let (x, y) = towards[labels[i]];
                let pull = pull * if schedule.starts_with('f') { 0.6 } else { 0.95 };
                [
                    x * pull + cloud[2 * i] * (1.0 - 0.8 * pull),
                    y * pull + cloud[2 * i + 1] * (1.0 - 0.8 * pull),
                ]
            };
            let points = Array2::from_shape_vec((300, 2), (0..300).flat_map(at).collect())?;
            let title = format!("{schedule}, epoch {epoch}");
            panels.push(
                ScatterPanel::new(title, points.view(), &labels, &["one", "two", "three"]).legend("class"),
            );
        }
    }
    Ok(Scatter {
        columns: Some(3),
        same_ranges: true,
        ..Scatter::new("Points under gradient descent of the soft nearest neighbour loss", panels)
    })
}

fn scatter_3d(rng: &mut impl Rng) -> Result<Scatter> {
    let (original, labels) = blobs(rng, 6_000, 10, 3)?;
    let latent = Array2::from_shape_fn(original.dim(), |(i, j)| {
        let noise: f64 = StandardNormal.sample(rng);
        original[[i, j]] * 0.9 + noise * 6.0
    });
    let panels = vec![
        ScatterPanel::new("original", original.view(), &labels, &CLOTHES).legend("class"),
        ScatterPanel::new("latent", latent.view(), &labels, &CLOTHES).legend("class"),
    ];
    let names = (1..=3).map(|d| format!("t-SNE {d}")).collect();
    Ok(Scatter { axis_names: names, ..Scatter::new("3-d t-SNE, Fashion-MNIST, perplexity 50", panels) })
}

fn samples(rng: &mut ChaCha8Rng) -> Result<ImageGrid> {
    let (images, labels) = digits::digits(rng);
    let rows = (0..10).map(|class| {
        let members = labels.iter().enumerate().filter(|(_, l)| **l == class).map(|(i, _)| i);
        let images = members.take(12).map(|i| GridImage::new(images.row(i))).collect();
        GridRow::new(format!("cluster {class} ({class}, 97.{class} %)"), images)
    });
    Ok(ImageGrid { invert: true, ..ImageGrid::new("Twelve samples of each cluster", 28, 28, rows.collect()) })
}

fn reconstructions(rng: &mut ChaCha8Rng) -> Result<ImageGrid> {
    let (images, labels) = digits::digits(rng);
    let rows = (0..3).map(|i| {
        let image = images.row(i).to_owned();
        let mut row = vec![GridImage::new(image.view())];
        for k in 0..10 {
            let winner = k == labels[i];
            let blur = if winner { 0.1 } else { 0.5 };
            let made: Array1<f32> = image.mapv(|v| v * (1.0 - blur) + rng.random_range(0.0..blur));
            let error = (&made - &image).mapv(|v| v * v).mean().unwrap_or(0.0);
            row.push(GridImage::new(made.view()).caption(format!("{error:.4}")).marked(winner));
        }
        GridRow::new(format!("digit {}", labels[i]), row)
    });
    let mut names = vec!["input".to_owned()];
    names.extend((0..10).map(|k| format!("AE {k}")));
    Ok(ImageGrid {
        column_names: names,
        ..ImageGrid::new("One digit through all ten autoencoders", 28, 28, rows.collect())
    })
}

fn loss_curve(rng: &mut impl Rng, epochs: usize, end: f64) -> (Vec<f64>, Vec<f64>) {
    let x: Vec<f64> = (1..=epochs).map(|e| e as f64).collect();
    let y = x.iter().map(|e| end + 0.3 * (-e / 8.0).exp() + rng.random_range(0.0..0.02) / e).collect();
    (x, y)
}

fn losses(rng: &mut impl Rng) -> Curves {
    let series = (0..5).map(|seed| {
        let (x, y) = loss_curve(rng, 50, 0.012 + 0.001 * f64::from(seed));
        Series::new(format!("seed {seed}"), x, y)
    });
    Curves::new(
        "Reconstruction loss, five seeds",
        Axis::new("epoch"),
        Axis::new("mean squared error").log(),
        series.collect(),
    )
}

fn labels() -> Curves {
    let x = [1_000.0, 3_000.0, 6_000.0];
    let flat = |name: &str, y: f64, colour| {
        Series::new(name, vec![1_000.0, 6_000.0], vec![y, y]).stroke(Stroke::Dashed).colour(colour)
    };
    let series = vec![
        flat("Original (PCA-70 + k-means)", 0.541, 3),
        flat("Baseline autoencoder", 0.739, 8),
        Series::new("SNNL-1, fixed temperature", x, [0.83, 0.887, 0.901])
            .errors([0.02, 0.011, 0.008])
            .stroke(Stroke::LineAndDots)
            .colour(0),
        Series::new("SNNL-5, annealed temperature", x, [0.902, 0.938, 0.953])
            .errors([0.012, 0.006, 0.004])
            .stroke(Stroke::LineAndDots)
            .colour(2),
    ];
    Curves::new(
        "Accuracy against the number of labels, MNIST",
        Axis::new("labelled images"),
        Axis::new("clustering accuracy"),
        series,
    )
}

fn panels(rng: &mut impl Rng) -> Panels {
    let (x, y) = loss_curve(rng, 40, 0.02);
    let (low, high) =
        (y.iter().map(|v| v * 0.7).collect::<Vec<_>>(), y.iter().map(|v| v * 1.3).collect::<Vec<_>>());
    let band = Curves::new(
        "loss, mean and range of 5 seeds",
        Axis::new("epoch"),
        Axis::new("loss"),
        vec![
            Series::new("train", x.clone(), y.clone()).band(low, high),
            Series::new("held out", x.clone(), y.iter().map(|v| v * 1.2).collect::<Vec<_>>())
                .stroke(Stroke::Dotted),
        ],
    );
    let sizes = (0..10).map(|k| {
        let y: Vec<f64> =
            x.iter().map(|e| 6_000.0 + (k as f64 - 4.5) * 900.0 * (1.0 - (-e / 10.0).exp())).collect();
        Series::new(k.to_string(), x.clone(), y)
    });
    let sizes = Curves::new("cluster sizes", Axis::new("epoch"), Axis::new("images"), sizes.collect());
    Panels {
        title: "Joint training of k-DAE".into(),
        figures: vec![Box::new(band), Box::new(sizes)],
        ..Panels::default()
    }
}

fn bars() -> Bars {
    let methods = ["k-means", "AE + k-means", "DEC", "DCN", "DAMIC", "k-DAE"];
    let series = vec![
        BarSeries::new("ACC", [0.535, 0.811, 0.862, 0.841, 0.884, 0.891])
            .errors([0.003, 0.034, 0.021, 0.028, 0.017, 0.012])
            .references([0.53, 0.81, 0.843, 0.83, 0.88, 0.88].map(Some)),
        BarSeries::new("NMI", [0.491, 0.752, 0.833, 0.817, 0.861, 0.87])
            .errors([0.002, 0.02, 0.015, 0.02, 0.01, 0.009])
            .references([Some(0.5), Some(0.74), Some(0.816), Some(0.81), None, Some(0.86)]),
    ];
    Bars {
        decimals: Some(3),
        ..Bars::new("MNIST: measured here against published, 5 seeds", Axis::new("score"), &methods, series)
    }
}

fn dots() -> Bars {
    let settings = [
        "tanh output, inputs in [0, 1] (as the paper says)",
        "sigmoid output",
        "standardised features",
        "silhouette on 5,000 samples instead of all",
        "PCA with whitening",
        "one k-means restart",
    ];
    let series = vec![
        BarSeries::new("silhouette", [0.061, 0.068, 0.0412, 0.0587, 0.079, 0.0601])
            .errors([0.004, 0.003, 0.002, 0.008, 0.0, 0.006])
            .references(vec![Some(0.158), None, None, None, Some(0.1023), None]),
    ];
    Bars {
        style: BarStyle::Dots,
        decimals: Some(4),
        ..Bars::new("What moves the silhouette", Axis::new("silhouette"), &settings, series)
    }
}

fn confusion(rng: &mut impl Rng, k: usize) -> Result<HeatMap> {
    let counts = Array2::from_shape_fn((k, k), |(i, j)| {
        if i == j {
            rng.random_range(4_000..6_000)
        } else if rng.random_bool(0.3) {
            rng.random_range(0..400)
        } else {
            rng.random_range(0..9)
        }
    });
    let clusters: Vec<String> = (0..k).map(|c| c.to_string()).collect();
    let figure = if k == 10 {
        HeatMap {
            text: CellText::CountAndPercent,
            ..HeatMap::new("Classes against clusters after matching", counts.view(), &CLOTHES, &clusters)
        }
    } else {
        HeatMap {
            text: CellText::None,
            ..HeatMap::new("Classes against clusters, EMNIST", counts.view(), &clusters, &clusters)
        }
    };
    Ok(HeatMap { row_shares: true, row_label: "class".into(), column_label: "cluster".into(), ..figure })
}
