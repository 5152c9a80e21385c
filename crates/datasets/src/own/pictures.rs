//! A folder of PNG and JPEG files.

use std::path::{Path, PathBuf};

use image::imageops::{self, FilterType};
use image::io::Reader as ImageReader;
use image::{DynamicImage, GrayImage, RgbImage};
use rayon::prelude::*;

use super::raw::{Raw, Values};
use super::{Facts, OwnOptions};
use crate::{Error, ImageShape, Result};

/// Endings of the files that are read, in lower case.
const ENDINGS: [&str; 3] = ["png", "jpg", "jpeg"];

/// Pixels on a side at most.
const LARGEST: u32 = 1 << 14;

/// A picture's file and the sub-folder that it is in, if it is in one.
struct Place {
    path: PathBuf,
    /// Its path below the folder.
    name: String,
    folder: Option<String>,
}

/// Reads all pictures below a folder, sorted by their paths. The first sub-folders are labels where at least two of them hold
/// pictures. What is transparent becomes white.
pub(super) fn read(folder: &Path, options: &OwnOptions) -> Result<Raw> {
    let file = folder.display().to_string();
    if options.size.is_some_and(|(height, width)| {
        let sides = 1..=LARGEST as usize;
        !sides.contains(&height) || !sides.contains(&width)
    }) {
        let found = options.size.map(|(height, width)| format!("{height} × {width}")).unwrap_or_default();
        return Err(Error::argument("size", format!("1 to {LARGEST} pixels a side"), found));
    }
    let (mut places, mut others) = (Vec::new(), Vec::new());
    walk(folder, folder, &mut places, &mut others, 0)?;
    if places.is_empty() {
        let found = format!("none, and {} other files", others.len());
        return Err(Error::format(file, "folder", "pictures that end in .png, .jpg or .jpeg", found));
    }
    places.sort_by(|a, b| a.name.cmp(&b.name));
    let decoded: Vec<Result<RgbImage>> =
        places.par_iter().map(|place| decode(&place.path, options.grey)).collect();
    let mut pictures = Vec::with_capacity(decoded.len());
    for picture in decoded {
        pictures.push(picture?);
    }
    let (pixels, image, resampled) = together(&places, pictures, options)?;
    let folders: std::collections::BTreeSet<&String> =
        places.iter().filter_map(|place| place.folder.as_ref()).collect();
    let labels = (folders.len() > 1)
        .then(|| places.iter().map(|place| place.folder.clone().unwrap_or_default()).collect());
    let unread = if others.is_empty() { Vec::new() } else { vec![files(others.len())] };
    let facts = Facts {
        format: "folder".into(),
        label: labels.as_ref().map(|_: &Vec<String>| "the sub-folders".to_owned()),
        resampled,
        unread,
        ..Facts::default()
    };
    let values = Values::Bytes { cols: image.height * image.width * image.channels, data: pixels };
    let row_names = places.into_iter().map(|place| place.name).collect();
    Ok(Raw { values, image: Some(image), labels, row_names, facts, ..Raw::default() })
}

fn files(n: usize) -> String {
    if n == 1 { "1 other file".to_owned() } else { format!("{n} other files") }
}

/// Folders inside of folders at most.
const DEEPEST: usize = 16;

fn walk(
    root: &Path,
    folder: &Path,
    places: &mut Vec<Place>,
    others: &mut Vec<PathBuf>,
    depth: usize,
) -> Result<()> {
    if depth > DEEPEST {
        let found = "more: is there a link to a folder above?";
        return Err(Error::format(
            folder.display().to_string(),
            "folder",
            format!("at most {DEEPEST} folders in folders"),
            found,
        ));
    }
    for entry in std::fs::read_dir(folder).map_err(Error::io("read", folder))? {
        let path = entry.map_err(Error::io("read", folder))?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if hidden {
            continue;
        }
        if path.is_dir() {
            walk(root, &path, places, others, depth + 1)?;
            continue;
        }
        let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        if !ENDINGS.contains(&ending.as_str()) {
            others.push(path);
            continue;
        }
        let below = path.strip_prefix(root).unwrap_or(&path);
        let parts: Vec<String> = below.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        let sub = parts.first().filter(|_| parts.len() > 1).cloned();
        places.push(Place { name: parts.join("/"), folder: sub, path });
    }
    Ok(())
}

fn decode(path: &Path, grey: bool) -> Result<RgbImage> {
    let broken = |e: &dyn std::fmt::Display| {
        let found = format!("{e}: remove the file, or save it anew");
        Error::format(path.display().to_string(), "picture", "an intact PNG or JPEG file", found)
    };
    let reader = ImageReader::open(path).map_err(Error::io("open", path))?;
    // By what is in it: endings lie.
    let mut reader = reader.with_guessed_format().map_err(Error::io("read", path))?;
    let mut limits = image::io::Limits::default();
    limits.max_image_width = Some(LARGEST);
    limits.max_image_height = Some(LARGEST);
    reader.limits(limits);
    let picture = reader.decode().map_err(|e| broken(&e))?;
    if picture.width() == 0 || picture.height() == 0 {
        return Err(broken(&"a picture without pixels"));
    }
    let colour = on_white(picture);
    Ok(if grey { of_grey(&imageops::grayscale(&colour)) } else { colour })
}

fn of_grey(picture: &GrayImage) -> RgbImage {
    DynamicImage::ImageLuma8(picture.clone()).to_rgb8()
}

/// Colours as they look on white paper.
fn on_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let picture = picture.into_rgba8();
    let mut out = RgbImage::new(picture.width(), picture.height());
    for (to, from) in out.pixels_mut().zip(picture.pixels()) {
        let [red, green, blue, alpha] = from.0.map(u32::from);
        let mix = |colour: u32| ((colour * alpha + 255 * (255 - alpha) + 127) / 255) as u8;
        to.0 = [mix(red), mix(green), mix(blue)];
    }
    out
}

/// Pixels of all pictures in one size, grey where all are; and how many were resampled.
fn together(
    places: &[Place],
    pictures: Vec<RgbImage>,
    options: &OwnOptions,
) -> Result<(Vec<f32>, ImageShape, usize)> {
    let first = (pictures[0].height() as usize, pictures[0].width() as usize);
    let (height, width) = options.size.unwrap_or(first);
    let fits = |picture: &RgbImage| (picture.height() as usize, picture.width() as usize) == (height, width);
    let resampled = pictures.iter().filter(|picture| !fits(picture)).count();
    if options.size.is_none()
        && let Some(other) = pictures.iter().position(|picture| !fits(picture))
    {
        let expected = format!("{height} × {width} pixels, as {}", places[0].name);
        let found =
            format!("{} × {}: name a `size` for all", pictures[other].height(), pictures[other].width());
        return Err(Error::format(places[other].path.display().to_string(), "picture", expected, found));
    }
    let pictures: Vec<RgbImage> = (pictures.into_par_iter())
        .map(|picture| {
            if fits(&picture) {
                return picture;
            }
            imageops::resize(&picture, width as u32, height as u32, FilterType::Triangle)
        })
        .collect();
    let is_grey =
        |picture: &RgbImage| picture.pixels().all(|pixel| pixel[0] == pixel[1] && pixel[1] == pixel[2]);
    let channels = if pictures.par_iter().all(is_grey) { 1 } else { 3 };
    let step = 3 / channels;
    let mut pixels = Vec::with_capacity(pictures.len() * height * width * channels);
    for picture in pictures {
        pixels.extend(picture.into_raw().into_iter().step_by(step).map(f32::from));
    }
    Ok((pixels, ImageShape { height, width, channels }, resampled))
}

#[cfg(test)]
mod tests {
    use image::{Luma, LumaA, Rgb};
    use ndarray::array;

    use super::*;
    use crate::own::{inspect, read};

    /// Puts a grey picture of 2 × 2 pixels.
    fn put(folder: &Path, name: &str, pixels: [u8; 4]) {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        GrayImage::from_raw(2, 2, pixels.to_vec()).unwrap().save(path).unwrap();
    }

    #[test]
    fn sub_folders_are_labels_and_names_set_the_order() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        put(root, "dog/b.png", [0, 51, 102, 255]);
        put(root, "dog/a.png", [255, 0, 0, 0]);
        put(root, "cat/z.png", [0, 0, 0, 51]);
        std::fs::write(root.join("notes.txt"), "x").unwrap();
        std::fs::write(root.join(".hidden"), "x").unwrap();
        let own = inspect(root, &OwnOptions::default()).unwrap();
        let expected = array![[0.0, 0.0, 0.0, 0.2], [1.0, 0.0, 0.0, 0.0], [0.0, 0.2, 0.4, 1.0]];
        assert_eq!(own.data.features.to_dense(), expected);
        assert_eq!(own.row_names, ["cat/z.png", "dog/a.png", "dog/b.png"]);
        assert_eq!(
            (own.data.labels, own.data.class_names),
            (vec![0, 1, 1], vec!["cat".to_owned(), "dog".into()])
        );
        assert_eq!(own.data.image, Some(ImageShape { height: 2, width: 2, channels: 1 }));
        assert_eq!(own.facts.unread, ["1 other file"]);
        put(root, "top.png", [9; 4]);
        let message = read(root, &OwnOptions::default()).unwrap_err().to_string();
        assert!(message.contains("label of row 3: expected a label in every row"), "{message}");
        let one = read(&root.join("dog"), &OwnOptions::default()).unwrap();
        assert!(one.labels.is_empty());
    }

    #[test]
    fn colour_transparency_and_grey() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        RgbImage::from_pixel(1, 2, Rgb([255, 0, 51])).save(root.join("a.png")).unwrap();
        let clear = image::GrayAlphaImage::from_pixel(1, 2, LumaA([0, 51]));
        clear.save(root.join("b.png")).unwrap();
        let deep = image::ImageBuffer::<Luma<u16>, Vec<u16>>::from_pixel(1, 2, Luma([0x3333]));
        deep.save(root.join("c.png")).unwrap();
        let data = read(root, &OwnOptions::default()).unwrap();
        assert_eq!(data.image, Some(ImageShape { height: 2, width: 1, channels: 3 }));
        let expected = array![[1.0, 0.0, 0.2, 1.0, 0.0, 0.2], [0.8; 6], [0.2; 6]];
        assert_eq!(data.features.to_dense(), expected);
        let grey = read(root, &OwnOptions { grey: true, ..OwnOptions::default() }).unwrap();
        assert_eq!((grey.n_features(), grey.features.to_dense()[(1, 0)]), (2, 0.8));
    }

    #[test]
    fn sizes_and_damage_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        put(root, "a.png", [8; 4]);
        GrayImage::from_pixel(4, 6, Luma([8])).save(root.join("b.png")).unwrap();
        let message = |options: &OwnOptions| read(root, options).unwrap_err().to_string();
        let found = message(&OwnOptions::default());
        let expected = "b.png, picture: expected 2 × 2 pixels, as a.png, found 6 × 4: name a `size` for all";
        assert!(found.ends_with(expected), "{found}");
        let resized =
            OwnOptions { size: Some((3, 5)), scaling: crate::Scaling::Raw, ..OwnOptions::default() };
        let own = inspect(root, &resized).unwrap();
        assert_eq!((own.data.n_features(), own.facts.resampled), (15, 2));
        assert!(own.data.features.to_dense().iter().all(|&v| v == 8.0));
        let none = OwnOptions { size: Some((0, 5)), ..OwnOptions::default() };
        assert!(message(&none).contains("size: expected 1 to 16384 pixels a side, found 0 × 5"));
        let whole = std::fs::read(root.join("b.png")).unwrap();
        for broken in [&whole[..whole.len() / 2], &b""[..], b"GIF89a", b"\xff\xd8\xff\xe0"] {
            std::fs::write(root.join("c.jpg"), broken).unwrap();
            let found = message(&resized);
            assert!(found.contains("c.jpg, picture: expected an intact PNG or JPEG file"), "{found}");
        }
        let empty = tempfile::tempdir().unwrap();
        let found = read(empty.path(), &OwnOptions::default()).unwrap_err().to_string();
        assert!(found.contains("expected pictures that end in .png, .jpg or .jpeg, found none"), "{found}");
    }

    #[test]
    fn photographs() {
        let folder = tempfile::tempdir().unwrap();
        RgbImage::from_pixel(16, 8, Rgb([200, 100, 50])).save(folder.path().join("A.JPG")).unwrap();
        let data = read(folder.path(), &OwnOptions::default()).unwrap();
        assert_eq!(data.image, Some(ImageShape { height: 8, width: 16, channels: 3 }));
        let first = data.features.to_dense()[(0, 0)] * 255.0;
        assert!((first - 200.0).abs() < 4.0, "{first}");
    }
}
