//! Taking the wanted members out of a wheel or an archive, and digests of files.

use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use zip::ZipArchive;

use super::meter::Meter;

const BLOCK: usize = 1 << 20;

/// Opens a zip file (a wheel is one).
pub fn open(path: &Path) -> Result<ZipArchive<BufReader<File>>> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    ZipArchive::new(BufReader::with_capacity(BLOCK, file))
        .with_context(|| format!("{} is no zip file, or cut short", path.display()))
}

/// Unpacks the members that `place` gives a place below `tree`; gives their number.
///
/// The checksum of each is checked on the way. Nothing but plain files is written: a link in an archive could point anywhere.
pub fn unpack(path: &Path, tree: &Path, place: impl Fn(&str) -> Option<PathBuf>) -> Result<usize> {
    let mut archive = open(path)?;
    let mut wanted = Vec::new();
    let mut total = 0;
    for index in 0..archive.len() {
        let member =
            archive.by_index_raw(index).with_context(|| format!("cannot read {}", path.display()))?;
        let name = member
            .name()
            .with_context(|| format!("{} has a member without a proper name", path.display()))?;
        if let Some(place) = place(&name).filter(|_| member.is_file()) {
            total += member.size();
            wanted.push((index, place));
        }
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut meter =
        Meter::new(format!("unpacking {}", name.split(['-', '.']).next().unwrap_or_default()), total);
    let mut block = vec![0; BLOCK];
    for (index, place) in &wanted {
        let mut member =
            archive.by_index(*index).with_context(|| format!("cannot read {}", path.display()))?;
        let to = tree.join(place);
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        }
        let mut file = File::create(&to).with_context(|| format!("cannot write {}", to.display()))?;
        loop {
            let read = member
                .read(&mut block)
                .with_context(|| format!("{} is damaged at {}", path.display(), place.display()))?;
            if read == 0 {
                break;
            }
            file.write_all(&block[..read]).with_context(|| format!("cannot write {}", to.display()))?;
            meter.add(read as u64);
        }
        #[cfg(unix)]
        if let Some(mode) = member.unix_mode().map(|mode| mode & 0o755 | 0o644) {
            use std::os::unix::fs::PermissionsExt;
            file.set_permissions(fs::Permissions::from_mode(mode))
                .with_context(|| format!("cannot change {}", to.display()))?;
        }
    }
    meter.finish();
    Ok(wanted.len())
}

/// A small member as text, where it is there.
pub fn text(path: &Path, member: &str) -> Result<Option<String>> {
    let mut archive = open(path)?;
    let text = match archive.by_name(member) {
        Ok(file) => {
            io::read_to_string(file.take(1 << 16)).with_context(|| format!("cannot read {member}"))?
        }
        Err(_) => return Ok(None),
    };
    Ok(Some(text))
}

/// The SHA-256 of a file, in hexadecimal.
pub fn sha256(path: &Path) -> Result<String> {
    let mut file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let mut digest = Sha256::new();
    let mut block = vec![0; BLOCK];
    loop {
        match file.read(&mut block).with_context(|| format!("cannot read {}", path.display()))? {
            0 => break,
            read => digest.update(&block[..read]),
        }
    }
    Ok(digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::setup::tests::zip_with;

    #[test]
    fn only_what_has_a_place_is_unpacked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.zip");
        zip_with(&path, &[("keep/x.h", "one"), ("drop/y.h", "two"), ("keep/deep/z.h", "three")]);
        let tree = folder.path().join("tree");
        let count = unpack(&path, &tree, |name| name.strip_prefix("keep/").map(PathBuf::from)).unwrap();
        assert_eq!(count, 2);
        assert_eq!(fs::read_to_string(tree.join("deep/z.h")).unwrap(), "three");
        assert!(!tree.join("y.h").exists() && !tree.join("drop").exists());
    }

    #[test]
    fn damage_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.zip");
        zip_with(&path, &[("x", &"abc".repeat(1000))]);
        let mut content = fs::read(&path).unwrap();
        content[40] ^= 0xff; // inside the packed data, which starts at byte 31
        fs::write(&path, &content).unwrap();
        let error =
            unpack(&path, folder.path(), |name| Some(PathBuf::from(name).with_extension("out"))).unwrap_err();
        assert!(error.to_string().contains("damaged at x.out"), "{error}");
        content.truncate(content.len() - 10);
        fs::write(&path, &content).unwrap();
        assert!(open(&path).unwrap_err().to_string().contains("cut short"));
    }

    #[test]
    fn members_as_text() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.zip");
        zip_with(&path, &[("libtorch/build-version", "2.11.0+cpu\n")]);
        assert_eq!(text(&path, "libtorch/build-version").unwrap().as_deref(), Some("2.11.0+cpu\n"));
        assert_eq!(text(&path, "none").unwrap(), None);
    }

    #[test]
    fn digest_of_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        fs::write(&path, "abc").unwrap();
        // FIPS 180-2, appendix B.1.
        assert_eq!(
            sha256(&path).unwrap(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
