use super::*;
use approx::assert_abs_diff_eq;
use ndarray::array;

#[test]
fn every_way() {
    let x = array![[0.0f32, 1.0, 5.0], [1.0, 0.5, 5.0], [0.5, 0.0, 5.0]];
    let scale = |scaling: Scaling| scaling.fit(x.view()).apply(x.view()).unwrap();
    assert_eq!(scale(Scaling::AsGiven), x);
    assert_eq!(scale(Scaling::SignedUnit).column(1), array![1.0f32, 0.0, -1.0]);
    // sklearn 1.9: StandardScaler().fit_transform([[0], [1], [.5]]) = ∓1.22474487, 0
    let standard = scale(Scaling::Standardise);
    assert_abs_diff_eq!(standard[[0, 0]], -1.224_744_9, epsilon = 1e-6);
    assert_abs_diff_eq!(standard[[1, 0]], 1.224_744_9, epsilon = 1e-6);
    assert_eq!(standard.column(2), array![0.0f32, 0.0, 0.0]);
    let pixels = array![[0.0f32, 51.0], [255.0, 102.0]];
    let scale = |scaling: Scaling| scaling.fit(pixels.view()).apply(pixels.view()).unwrap();
    let close = |found: Array2<f32>, expected: [f32; 4]| {
        found.iter().zip(expected).for_each(|(a, b)| assert_abs_diff_eq!(*a, b, epsilon = 1e-6));
    };
    close(scale(Scaling::By255), [0.0, 0.2, 1.0, 0.4]);
    close(scale(Scaling::Unit), [0.0, 0.0, 1.0, 1.0]);
    close(scale(Scaling::Whole), [0.0, 0.2, 1.0, 0.4]);
    assert_eq!(
        Scaling::Whole.fit(array![[3.0f32]].view()).apply(array![[3.0f32]].view()).unwrap(),
        array![[0.0]]
    );
    // numpy 2.3: d = x - x.mean(0); d / np.sqrt((d ** 2).sum(1).mean()), for x = [[0, 51], [255, 102]]
    let common = common_standardisation(pixels.view()).apply(pixels.view()).unwrap();
    close(common, [-0.980_580_7, -0.196_116_13, 0.980_580_7, 0.196_116_13]);
    // sklearn 1.9: normalize([[0, 51], [255, 102]])
    close(scale(Scaling::L2), [0.0, 1.0, 0.928_476_7, 0.371_390_67]);
}

#[test]
fn scaling_in_place_is_scaling_and_can_be_undone() {
    let x = array![[0.0f32, 10.0, 3.0], [4.0, 30.0, 3.0], [1.0, 20.0, 3.0]];
    for scaling in [Scaling::AsGiven, Scaling::Unit, Scaling::Standardise, Scaling::L2] {
        let fitted = scaling.fit(x.view());
        let scaled = fitted.apply(x.view()).unwrap();
        assert_eq!(fitted.apply_to(x.clone().into()).unwrap(), scaled);
        let lent = fitted.apply_to(x.view().into()).unwrap();
        assert_eq!((lent.is_view(), lent.into_owned()), (scaling == Scaling::AsGiven, scaled.clone()));
        match fitted.undo(scaled.view()) {
            Some(back) => assert_abs_diff_eq!(back, x, epsilon = 1e-5),
            None => assert_eq!(scaling, Scaling::L2),
        }
    }
    let columns = x.t();
    let fitted = Scaling::Unit.fit(columns);
    assert_eq!(fitted.apply_to(columns.into()).unwrap(), fitted.apply(columns).unwrap());
}

#[test]
fn new_samples_are_scaled_by_the_numbers_of_the_fit() {
    let x = array![[0.0f32, 10.0], [4.0, 30.0]];
    let new = array![[8.0f32, 20.0]];
    for (scaling, expected) in
        [(Scaling::Unit, array![[2.0f32, 0.5]]), (Scaling::Standardise, array![[3.0f32, 0.0]])]
    {
        assert_eq!(scaling.fit(x.view()).apply(new.view()).unwrap(), expected);
    }
}

#[test]
fn automatic_scaling_looks_at_the_values() {
    let pixels = Array2::from_shape_fn((4, 16), |(i, j)| (60 * i + j) as f32);
    assert_eq!(Scaling::by_values(pixels.view()), Scaling::By255);
    assert_eq!(Scaling::by_values((&pixels / 255.0 - 0.5).view()), Scaling::AsGiven);
    assert_eq!(Scaling::by_values((&pixels + 0.5).view()), Scaling::Standardise);
    // Ages and the like are no pixels.
    assert_eq!(Scaling::by_values(pixels.slice(ndarray::s![.., ..3])), Scaling::Standardise);
    // Nor are answers from 0 to 6 beside one column of other numbers.
    let answers = Array2::from_shape_fn((4, 16), |(i, j)| if j == 15 { 60 * i } else { (i + j) % 7 } as f32);
    assert_eq!(Scaling::by_values(answers.view()), Scaling::Standardise);
}

#[test]
fn sparse_rows_are_scaled_as_dense_ones() {
    let x = array![[0.0f32, 0.5, 0.0], [0.0, 0.0, 0.0], [1.0, 0.0, 0.25]];
    let sparse = Csr::new((3, 3), vec![0, 1, 1, 3], vec![1, 0, 2], vec![0.5, 1.0, 0.25]);
    for scaling in [Scaling::AsGiven, Scaling::By255, Scaling::L2, Scaling::Auto, Scaling::Unit] {
        let (mut scaled, fitted) = (sparse.clone(), scaling.fit_sparse(&sparse).unwrap());
        fitted.scale_sparse(&mut scaled);
        assert_eq!(scaled.to_dense(), scaling.fit(x.view()).apply(x.view()).unwrap(), "{scaling:?}");
        assert_eq!(fitted.apply(x.view()).unwrap(), scaled.to_dense());
    }
    let error = Scaling::Standardise.fit_sparse(&sparse).unwrap_err().to_string();
    assert!(error.ends_with("such as `l2` or `unit`, found Standardise"), "{error}");
    let below = Csr::new((2, 1), vec![0, 1, 1], vec![0], vec![-1.0]);
    let error = Scaling::Unit.fit_sparse(&below).unwrap_err().to_string();
    assert!(error.ends_with("found Unit, with values below 0 in column 0"), "{error}");
}

#[test]
fn a_value_that_is_not_finite_is_named_by_row_and_column() {
    let x = array![[1.0f32, 2.0], [3.0, 4.0]];
    let error = Scaling::Unit.fit(x.view()).apply(array![[1.0f32, f32::NAN]].view()).unwrap_err();
    assert_eq!(error.to_string(), "samples: expected finite values, found NaN in row 0, column 1");
}

#[test]
fn a_deviation_without_a_reciprocal_is_named() {
    let x = array![[1.0f32, 0.0], [2.0, 1e-40], [3.0, 2e-40]];
    let error = Scaling::Standardise.fit(x.view()).apply(x.view()).unwrap_err().to_string();
    assert!(error.contains("too small in column 1"), "{error}");
}

#[test]
fn another_width_is_refused() {
    let error = Scaling::AsGiven.fit(array![[1.0f32, 2.0]].view()).apply(array![[1.0f32]].view());
    assert_eq!(error.unwrap_err().to_string(), "samples: expected 2 columns, found 1 columns");
}
