use approx::assert_abs_diff_eq;
use ndarray::{Array1, Array2, array, s};
use proptest::prelude::*;

use crate::{ManifoldError, Pca, PcaSettings, samples};

fn tall() -> Array2<f64> {
    array![
        [2.5, 2.4, 0.5],
        [0.5, 0.7, 1.9],
        [2.2, 2.9, 0.8],
        [1.9, 2.2, 1.1],
        [3.1, 3.0, 0.1],
        [2.3, 2.7, 0.9]
    ]
}

// PCA(2, whiten=w).fit(x), scikit-learn 1.9.1.
#[test]
fn tall_data_as_scikit_learn() {
    let (pca, scores) = Pca::fit_transform(tall().view(), &PcaSettings::new(2)).unwrap();
    let components = array![
        [0.6505655146486422, 0.6173277089351629, -0.4423471610972654],
        [-0.3590212467593151, 0.7632562130170896, 0.5371626361412328]
    ];
    assert_abs_diff_eq!(*pca.components(), components, epsilon = 1e-12);
    assert_abs_diff_eq!(
        *pca.explained_variance(),
        array![1.7737848973543162, 0.07131819814306359],
        epsilon = 1e-12
    );
    assert_abs_diff_eq!(
        *pca.explained_variance_ratio(),
        array![0.959321199218126, 0.03857122668635129],
        epsilon = 1e-12
    );
    assert_abs_diff_eq!(scores[[1, 0]], -2.47779480808775, epsilon = 1e-12);
    assert_abs_diff_eq!(scores[[5, 1]], 0.22374632212772028, epsilon = 1e-12);
    let whitened =
        Pca::fit_transform(tall().view(), &PcaSettings { n_components: 2, whiten: true }).unwrap().1;
    assert_abs_diff_eq!(whitened[[1, 0]], -1.8604365463173405, epsilon = 1e-12);
    assert_abs_diff_eq!(whitened[[5, 1]], 0.8378296472853223, epsilon = 1e-12);
}

// PCA(2).fit(w), scikit-learn 1.9.1 (its full SVD).
#[test]
fn wide_data_as_scikit_learn() {
    let w = array![[1.0, 2.0, 3.0, 4.0, 5.0], [2.0, 1.0, 0.0, 3.0, 1.0], [0.0, 1.0, 5.0, 2.0, 2.0]];
    let pca = Pca::fit(w.view(), &PcaSettings::new(2)).unwrap();
    let components = array![
        [
            -0.3193375245281535,
            0.07845422389902539,
            0.8375709232698964,
            -0.041987426415538764,
            0.4342585459106651
        ],
        [0.1806624754718465, 0.24512089056569172, -0.3290957433967703, 0.4580125735844608, 0.767591879243998]
    ];
    assert_abs_diff_eq!(*pca.components(), components, epsilon = 1e-12);
    assert_abs_diff_eq!(
        *pca.explained_variance(),
        array![8.302775637731994, 4.697224362268003],
        epsilon = 1e-12
    );
}

fn noise(n: usize, d: usize, seed: u64) -> Array2<f64> {
    samples::noise(n, d, seed) * Array1::from_shape_fn(d, |j| 1.0 + j as f64) + 10.0
}

#[test]
fn all_components_reconstruct_the_data() {
    for (n, d) in [(700, 130), (20, 50), (1, 3), (3, 1)] {
        let x = noise(n, d, 5);
        for whiten in [false, true] {
            let settings = PcaSettings { n_components: n.min(d), whiten };
            let (pca, scores) = Pca::fit_transform(x.view(), &settings).unwrap();
            let back = pca.inverse_transform(scores.view()).unwrap();
            assert_abs_diff_eq!(back, x, epsilon = 1e-6);
        }
    }
}

#[test]
fn a_large_offset_does_not_spoil_single_precision() {
    let exact = noise(3000, 6, 9).mapv(|v| v - 10.0);
    // A step of 1/16 is kept by f32 at 10⁶, so both data sets hold the same shape.
    let coarse = exact.mapv(|v| (v * 16.0).round() / 16.0);
    let far = coarse.mapv(|v| (v + 1e6) as f32);
    let here = Pca::fit(coarse.view(), &PcaSettings::new(3)).unwrap();
    let there = Pca::fit(far.view(), &PcaSettings::new(3)).unwrap();
    assert_abs_diff_eq!(there.components().mapv(f64::from), *here.components(), epsilon = 1e-5);
    let scores = there.transform(far.view()).unwrap().mapv(f64::from);
    assert_abs_diff_eq!(scores, here.transform(coarse.view()).unwrap(), epsilon = 1e-4);
}

#[test]
fn one_and_two_threads_agree_to_the_bit() {
    let x = noise(3000, 150, 2).mapv(|v| v as f32);
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| Pca::fit_transform(x.view(), &PcaSettings::new(8)).unwrap())
    };
    assert_eq!(run(1), run(2));
}

#[test]
fn the_decomposition_is_the_same_for_any_number_of_threads() {
    // 300 columns: enough for the decomposition to be parted.
    let x = noise(400, 300, 8);
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| Pca::fit(x.view(), &PcaSettings::new(300)).unwrap().components().clone())
    };
    let one = with(1);
    assert!([2, 3, 4].into_iter().all(|threads| with(threads) == one));
}

#[test]
fn constant_columns_have_no_part() {
    let x = noise(50, 6, 9);
    let mut padded = Array2::from_elem((50, 9), 0.3);
    for (to, from) in [1, 2, 4, 5, 6, 8].into_iter().zip(0..) {
        padded.column_mut(to).assign(&x.column(from));
    }
    let settings = PcaSettings::new(6);
    let (plain, wide) = (Pca::fit(x.view(), &settings).unwrap(), Pca::fit(padded.view(), &settings).unwrap());
    for (to, from) in [1, 2, 4, 5, 6, 8].into_iter().zip(0..) {
        assert_eq!(wide.components().column(to), plain.components().column(from));
    }
    assert!([0, 3, 7].into_iter().all(|column| wide.components().column(column).iter().all(|&v| v == 0.0)));
    assert_eq!(wide.explained_variance(), plain.explained_variance());
    // More components than columns that vary: the rest has no variance, and is orthonormal all the same.
    let all = Pca::fit(padded.view(), &PcaSettings::new(9)).unwrap();
    let gram = all.components().dot(&all.components().t());
    assert_abs_diff_eq!(gram, Array2::eye(9), epsilon = 1e-10);
}

#[test]
fn views_of_any_layout() {
    let x = noise(40, 9, 3);
    let columns = x.t().as_standard_layout().into_owned();
    let settings = PcaSettings::new(4);
    assert_eq!(Pca::fit(x.view(), &settings).unwrap(), Pca::fit(columns.t(), &settings).unwrap());
    let part = x.slice(s![.., ..;2]);
    let model = Pca::fit(part, &settings).unwrap();
    assert_eq!(model.transform(part).unwrap(), model.transform(part.to_owned().view()).unwrap());
}

#[test]
fn wrong_input_is_refused() {
    let x = tall();
    let fit = |x: &Array2<f64>, k| Pca::fit(x.view(), &PcaSettings::new(k)).unwrap_err();
    assert_eq!(fit(&x, 4), ManifoldError::Range { name: "n_components", low: 1, high: 3, found: 4 });
    assert_eq!(fit(&x, 0), ManifoldError::Range { name: "n_components", low: 1, high: 3, found: 0 });
    assert_eq!(fit(&Array2::zeros((0, 3)), 1), ManifoldError::Empty { rows: 0, columns: 3 });
    let mut bad = x.clone();
    bad[[4, 1]] = f64::INFINITY;
    assert_eq!(fit(&bad, 1), ManifoldError::NotFinite { row: 4, column: 1, value: f64::INFINITY });
    let model = Pca::fit(x.view(), &PcaSettings::new(2)).unwrap();
    let narrow = model.transform(x.slice(s![.., ..2])).unwrap_err();
    assert_eq!(narrow, ManifoldError::Shape { what: "columns", expected: 3, found: 2 });
    assert!(model.inverse_transform(x.view()).is_err());
}

#[test]
fn constant_data_have_no_variance() {
    let x = Array2::from_elem((30, 4), 7.5_f32);
    let (pca, scores) = Pca::fit_transform(x.view(), &PcaSettings { n_components: 4, whiten: true }).unwrap();
    assert!(pca.explained_variance_ratio().iter().all(|&v| v == 0.0));
    assert!(scores.iter().all(|v| v.abs() < 1e-6));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn components_are_orthonormal_and_shares_add_up(n in 2_usize..60, d in 1_usize..40, seed in any::<u64>()) {
        let x = noise(n, d, seed);
        let pca = Pca::fit(x.view(), &PcaSettings::new(n.min(d))).unwrap();
        let gram = pca.components().dot(&pca.components().t());
        for ((i, j), v) in gram.indexed_iter() {
            prop_assert!((v - f64::from(u8::from(i == j))).abs() < 1e-9);
        }
        prop_assert!((pca.explained_variance_ratio().sum() - 1.0).abs() < 1e-9);
        prop_assert!(pca.explained_variance().windows(2).into_iter().all(|w| w[0] >= w[1]));
        for row in pca.components().outer_iter() {
            let largest = row.fold(0.0_f64, |best, v| if v.abs() > best.abs() { *v } else { best });
            prop_assert!(largest > 0.0);
        }
    }
}

#[test]
fn whitened_scores_have_variance_1_in_every_unit() {
    for scale in [1e-17, 1e-8, 1e-4, 1.0, 1e8, 1e17] {
        let x = noise(500, 6, 4).mapv(|v| v as f32 * scale as f32);
        let settings = PcaSettings { n_components: 6, whiten: true };
        let (pca, scores) = Pca::fit_transform(x.view(), &settings).unwrap();
        for column in scores.columns() {
            let variance = column.iter().map(|v| v * v).sum::<f32>() / 499.0;
            assert!((variance - 1.0).abs() < 1e-3, "{scale}: {variance}");
        }
        let back = pca.inverse_transform(scores.view()).unwrap() / scale as f32;
        assert_abs_diff_eq!(back, x / scale as f32, epsilon = 1e-4);
    }
    // Without a variance of its own, a component is no more than its rounding.
    let flat = noise(50, 1, 3).mapv(|v| v as f32 * 1e-6);
    let flat = ndarray::concatenate![ndarray::Axis(1), flat, flat];
    let settings = PcaSettings { n_components: 2, whiten: true };
    let scores = Pca::fit_transform(flat.view(), &settings).unwrap().1;
    assert!(scores.column(1).iter().all(|v| v.abs() < 0.1));
}

#[test]
fn small_and_large_data_have_the_same_components() {
    for (n, d) in [(300, 5), (4, 9)] {
        let x = noise(n, d, 6).mapv(|v| (v - 10.0) as f32);
        let here = Pca::fit(x.view(), &PcaSettings::new(2)).unwrap();
        for scale in [1e-18_f32, 1e-15, 1e15, 1e17] {
            let there = Pca::fit((&x * scale).view(), &PcaSettings::new(2)).unwrap();
            assert_abs_diff_eq!(there.components(), here.components(), epsilon = 1e-4);
            let ratio = there.explained_variance_ratio() - here.explained_variance_ratio();
            assert!(ratio.iter().all(|v| v.abs() < 1e-5));
        }
        for (scale, size) in [(1e-24_f32, "small"), (1e30, "large"), (1e37, "large")] {
            let error = Pca::fit((&x * scale).view(), &PcaSettings::new(2)).unwrap_err();
            assert_eq!(error, ManifoldError::Scale { what: "variances", size }, "{scale}");
        }
        let wide = x.mapv(f64::from);
        let expected = Pca::fit(wide.view(), &PcaSettings::new(2)).unwrap();
        for scale in [1e-150, 1e-130, 1e130, 1e150] {
            let found = Pca::fit((&wide * scale).view(), &PcaSettings::new(2)).unwrap();
            assert_abs_diff_eq!(found.components(), expected.components(), epsilon = 1e-9);
        }
        for (scale, size) in [(1e-200, "small"), (1e200, "large"), (1e307, "large")] {
            let error = Pca::fit((&wide * scale).view(), &PcaSettings::new(2)).unwrap_err();
            assert_eq!(error, ManifoldError::Scale { what: "variances", size }, "{scale}");
        }
    }
    let constant = Array2::from_elem((5, 9), 1e-3_f32);
    assert_eq!(Pca::fit(constant.view(), &PcaSettings::new(2)).unwrap().explained_variance().sum(), 0.0);
    let model = Pca::fit(noise(30, 3, 1).mapv(|v| v as f32).view(), &PcaSettings::new(2)).unwrap();
    let far = Array2::from_elem((1, 3), f32::MAX);
    assert_eq!(model.transform((-&far).view()).is_ok(), model.transform(far.view()).is_ok());
    assert!(model.inverse_transform(Array2::from_elem((1, 2), f32::MAX).view()).is_err());
}
