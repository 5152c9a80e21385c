//! Sparse samples.

use crate::blobs::{blobs, cases, device, method, one_thread, takes_labels};
use deepclust_methods::{Context, Csr, Fitted, Method, Scaling, Seed, Silent};
use ndarray::Array2;

/// The blobs with the smaller half of their values as zeros.
fn samples() -> (Array2<f32>, Csr) {
    let x = blobs().0.mapv(|value| if value < 0.5 { 0.0 } else { value });
    let (mut starts, mut columns, mut values) = (vec![0], Vec::new(), Vec::new());
    for row in x.rows() {
        let kept = row.iter().enumerate().filter(|(_, value)| **value > 0.0);
        kept.for_each(|(j, &value)| {
            columns.push(j as u32);
            values.push(value);
        });
        starts.push(columns.len());
    }
    let csr = Csr::new(x.dim(), starts, columns, values);
    (x, csr)
}

fn fit(fit: impl FnOnce(&mut Context<'_>) -> deepclust_methods::Result<Fitted>) -> Fitted {
    one_thread();
    let mut progress = Silent;
    fit(&mut Context::new(Seed(1), device(), &mut progress)).unwrap()
}

#[test]
fn every_method_finds_the_same_in_sparse_samples() {
    let (x, csr) = samples();
    for case in cases().filter(|case| !takes_labels(case)) {
        let method = method(case);
        let dense = fit(|context| method.fit_with(x.view(), 3, context));
        let sparse = fit(|context| method.fit_csr(&csr, 3, context));
        assert_eq!(sparse.labels, dense.labels, "{case}");
        assert_eq!(sparse.embedding, dense.embedding, "{case}");
        assert_eq!(sparse.history, dense.history, "{case}");
        assert_eq!(sparse.model.embed_csr(&csr).unwrap(), dense.embedding, "{case}");
    }
}

#[test]
fn sparse_samples_that_no_method_can_use_are_named() {
    let (_, csr) = samples();
    let message = |method: &dyn Method, x: &Csr, k| {
        let mut progress = Silent;
        let mut context = Context::new(Seed(1), device(), &mut progress);
        method.fit_csr(x, k, &mut context).unwrap_err().to_string()
    };
    let plain = method("ae-k-means");
    let mut wrong = csr.clone();
    wrong.data_mut()[4] = f32::NAN;
    assert_eq!(message(&*plain, &wrong, 3), "samples: expected finite values, found NaN in row 1, column 1");
    assert_eq!(
        message(&*plain, &csr, 181),
        "samples: expected 1 to 180 clusters for 180 rows, found k = 181"
    );
    let found = message(&*plain, &csr.clone().to_other_storage(), 3);
    assert_eq!(found, "samples: expected sparse samples by rows (CSR), found sparse samples by columns");
    let mut settings = crate::blobs::settings("repnet");
    settings["scaling"] = serde_json::to_value(Scaling::Standardise).unwrap();
    let standardised = deepclust_methods::build("repnet", &settings).unwrap();
    let found = message(&*standardised, &csr, 3);
    assert!(found.ends_with("such as `l2` or `unit`, found Standardise"), "{found}");
}
