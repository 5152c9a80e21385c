//! Figures 2 to 4.

use super::rows::OTHER_K;
use crate::Result;
use deepclust_experiments::measures::{OtherK, SamplesData, Spaces, SpacesData};
use deepclust_experiments::{FigureData, RunRecord, Store};
use deepclust_plots::{GridImage, GridRow, ImageGrid, Scatter, ScatterPanel};
use deepclust_report::{Page, class_name, picture};
use ndarray::Array2;

/// Figure 2: distances in the embedding, and p and q, of a few samples ordered by class.
pub(super) fn similarities(run: &RunRecord, data: &FigureData, store: &Store, page: &mut Page) -> Result<()> {
    let Some(spaces) = data.get::<SpacesData>(Spaces::KEY)? else { return Ok(()) };
    let n: usize = spaces.counts.iter().sum();
    let rows = spaces.epochs.iter().zip(spaces.codes.iter().zip(&spaces.embeddings));
    let rows = rows.map(|(epoch, (codes, embeddings))| {
        let width = codes.first().map_or(1, Vec::len);
        let images = [
            of_largest(squares(embeddings).mapv(f64::sqrt), 1.0),
            of_largest(shares(codes, 2.0 * width as f64), 0.5),
            of_largest(shares(embeddings, 1.0), 0.5),
        ];
        let images = images.map(|values| GridImage::new(enlarged(&values).flatten().view()));
        GridRow::new(format!("epoch {epoch}"), images.to_vec())
    });
    let title = format!("MNIST: {n} images, ordered by digit");
    let mut grid = ImageGrid::new(title, ENLARGED * n, ENLARGED * n, rows.collect());
    grid.invert = true;
    grid.column_names = ["distance in E", "p", "q"].map(str::to_owned).to_vec();
    let caption = format!(
        "Figure 2: distances in the embedding, p and q of {n} images, ordered by digit, as training proceeds (seed {}). Black is the largest of a \
         picture; p and q are shown by their square roots.",
        run.seed
    );
    Ok(page.figure(store, "similarities", &caption, &grid.quick(page.is_quick()))?)
}

/// Pixels a side that a pair has.
const ENLARGED: usize = 2;

fn enlarged(values: &Array2<f64>) -> Array2<f64> {
    let (height, width) = values.dim();
    Array2::from_shape_fn((ENLARGED * height, ENLARGED * width), |(i, j)| {
        values[[i / ENLARGED, j / ENLARGED]]
    })
}

/// Squared distances of all pairs.
fn squares(points: &[Vec<f32>]) -> Array2<f64> {
    let square = |(a, b): (&f32, &f32)| (f64::from(*a) - f64::from(*b)).powi(2);
    let n = points.len();
    Array2::from_shape_fn((n, n), |(i, j)| points[i].iter().zip(&points[j]).map(square).sum())
}

/// The similarities of the pairs with ν degrees of freedom, those of a point adding up to 1, by way of logarithms.
fn shares(points: &[Vec<f32>], nu: f64) -> Array2<f64> {
    let mut shares = squares(points).mapv(|square| -(nu + 1.0) / 2.0 * (square / nu).ln_1p());
    for (i, mut row) in shares.outer_iter_mut().enumerate() {
        row[i] = f64::NEG_INFINITY;
        let largest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        row.mapv_inplace(|logarithm| (logarithm - largest).exp());
        let sum = row.sum();
        row /= sum;
    }
    shares
}

/// The values over the largest, to a power.
fn of_largest(values: Array2<f64>, power: f64) -> Array2<f64> {
    let largest = values.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    values.mapv(|value| (value / largest).powf(power))
}

/// Figure 3: t-SNE of codes and embedding.
pub(super) fn maps(run: &RunRecord, data: &FigureData, store: &Store, page: &mut Page) -> Result<()> {
    let Some(spaces) = data.get::<SpacesData>(Spaces::KEY)? else { return Ok(()) };
    let n = spaces.classes.len();
    let names: Vec<String> = (0..spaces.counts.len()).map(|class| class_name(&run.dataset, class)).collect();
    let mut panels = Vec::new();
    for (space, maps) in [("codes Z", &spaces.code_maps), ("embedding E", &spaces.embedding_maps)] {
        for (epoch, map) in spaces.epochs.iter().zip(maps) {
            let points = Array2::from_shape_fn((n, map.len()), |(i, j)| map[j][i]);
            let title = format!("{space}, epoch {epoch}");
            panels.push(ScatterPanel::new(title, points.view(), &spaces.classes, &names).legend("digit"));
        }
    }
    let mut scatter = Scatter::new(format!("MNIST: t-SNE of {n} images as training proceeds"), panels);
    scatter.columns = Some(spaces.epochs.len());
    let caption = format!(
        "Figure 3: t-SNE of the codes and of the embedding of {n} images, as training proceeds (seed {}).",
        run.seed
    );
    Ok(page.figure(store, "spaces", &caption, &scatter.quick(page.is_quick()))?)
}

/// Figure 4: members of the clusters with other numbers of them.
pub(super) fn members(run: &RunRecord, data: &FigureData, store: &Store, page: &mut Page) -> Result<()> {
    for k in OTHER_K {
        let Some(samples) = data.get::<SamplesData>(&OtherK::key(k))? else { continue };
        let rows = samples.clusters.iter().enumerate().map(|(cluster, images)| {
            let images =
                images.iter().map(|text| picture(run, text)).collect::<deepclust_report::Result<_>>()?;
            Ok(GridRow::new(format!("cluster {cluster}"), images))
        });
        let rows = rows.collect::<Result<Vec<_>>>()?;
        let title = format!("MNIST: members of {k} clusters");
        let grid = ImageGrid::new(title, samples.height, samples.width, rows).range(0.0, 255.0);
        let caption = format!(
            "Figure 4: random members of each cluster, k-means with k = {k} in the same embedding (seed {}).",
            run.seed
        );
        page.figure(store, &format!("members-{k}"), &caption, &grid.quick(page.is_quick()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: f64 = 0.915_967_604_499_681_2;

    #[test]
    fn near_pairs_have_the_largest_shares() {
        let points = [vec![0.0f32, 0.0], vec![0.0, 1.0], vec![3.0, 0.0]];
        // numpy 2.3: k = (1 + d / 4) ** -2.5 with the squared distances d of the points; k / k.sum(1, keepdims=True) without the diagonal
        let found = shares(&points, 4.0);
        for (value, expected) in found.row(0).iter().zip([0.0, FIRST, 1.0 - FIRST]) {
            assert!((value - expected).abs() < 1e-12, "{value}");
        }
        let image = enlarged(&of_largest(found, 0.5));
        assert_eq!((image.dim(), image[[2, 0]], image[[3, 1]]), ((6, 6), 1.0, 1.0));
    }
}
