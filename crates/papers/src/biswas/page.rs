//! `biswas.md`, and what the README shows of it.

use super::protocol;
use super::{DATASET, SLUG, ablation, figures, tables};
use crate::render::{Page, Records, folder_name, provenance, readme_table};
use crate::run::Store;
use crate::{Request, Result};

pub(super) fn write(request: &Request, store: &Store, main: &Records, deviations: &Records) -> Result<()> {
    let mut page = Page::new(
        store,
        "Biswas: Unsupervised Clustering of MNIST Using Autoencoder Embeddings",
        request.quick,
    );
    let quick = if request.quick { " --quick" } else { "" };
    page.paragraph(&format!(
        "Made by `cargo xtask reproduce {SLUG}{quick}`. {}",
        provenance(&[("the protocol", main), ("the ablation", deviations)])
    ));
    let missing = main.missing() + deviations.missing();
    if missing > 0 {
        page.paragraph(&format!("**Not complete. Runs still to be made: {missing}.**"));
    }
    let pictures = figures::draw(store, main, request.quick)?;
    let show = |page: &mut Page<'_>, name: &str| {
        if let Some((file, caption)) = pictures.iter().find(|(file, _)| file.ends_with(name)) {
            page.figure(file, caption);
        }
    };

    page.heading("The comparison");
    page.table("biswas-comparison", &tables::comparison(main)?)?;
    show(&mut page, "-silhouettes");
    page.heading("The network");
    page.table("biswas-parameters", &tables::parameters()?)?;
    show(&mut page, "-loss");
    page.heading("The clusters");
    for name in ["-tsne", "-samples", "-confusion"] {
        show(&mut page, name);
    }
    page.heading("What moves the silhouette");
    page.table("biswas-ablation", &tables::ablation(main, deviations, &ablation::variants(request.quick)?)?)?;
    page.table("biswas-sampled-silhouettes", &tables::sampled_silhouettes(main))?;
    page.heading("Every run");
    page.table("biswas-runs", &tables::all_runs(main))?;
    page.heading("Implementation notes");
    page.numbered(&notes(request.quick, main));
    page.write(SLUG)
}

fn notes(quick: bool, main: &Records) -> Vec<String> {
    let images = main.all().first().map_or(0, |record| record.data.n);
    let epochs = protocol::autoencoder(quick).pretraining.train.epochs;
    let mapped = protocol::mapped(quick);
    vec![
        format!("Samples: {images} training images, pixels divided by 255. The test images are not used, as in the paper."),
        "Network: 784-128-64-128-784; ReLU after the hidden layers, nothing after the code, tanh at the end. The paper's pixels lie in \
         [0, 1], so that half of tanh's range is never asked for; the ablation has both remedies.".to_owned(),
        format!("Training: mean squared error over pixels and samples, Adam (1e-3, 0.9, 0.999, 1e-8), batches of 256 with a fresh shuffle every \
         epoch and a smaller last batch; epochs: {epochs}."),
        "The paper does not name the initial weights. PyTorch's own are taken: weights and biases from U(±1/√fan_in).".to_owned(),
        "The paper does not name k-means' settings. Here: greedy k-means++, ten starts of which the lowest inertia counts, at most 300 \
         iterations, tolerance 1e-4, as scikit-learn does it but for the starts, of which it makes one unless asked for more since its \
         version 1.4 and made ten before. The ablation has one.".to_owned(),
        "The paper does not say whether its silhouette is sub-sampled. Here it is exact over all pairs; a table above shows what random \
         subsets give.".to_owned(),
        "Principal components are those of the exact covariance, not whitened.".to_owned(),
        format!("The t-SNE figure shows a random subset of {mapped} training images, drawn and mapped from the first seed."),
        "The paper shows no code and no seeds; its figures are single runs. The clusters' numbers mean nothing and change with the seed.".to_owned(),
    ]
}

/// The comparison and one picture.
pub(super) fn readme(store: &Store, main: &Records) -> Result<String> {
    let kept = ["method", "runs", "silhouette, paper", "silhouette, ours", "ACC", "NMI", "ARI"];
    let table = tables::comparison(main)?.only(&kept);
    let rows = protocol::METHODS.into_iter().map(|method| main.of(DATASET, method, None));
    let missing = Records::still_missing(rows, protocol::SEEDS);
    let drawn = store.root().join(format!("figures/{SLUG}-tsne.png")).exists();
    let picture = if drawn {
        format!("\n![t-SNE of the codes]({}/figures/{SLUG}-tsne.png)\n", folder_name(store))
    } else {
        String::new()
    };
    Ok(readme_table(store, &super::Biswas, &table, missing) + &picture)
}
