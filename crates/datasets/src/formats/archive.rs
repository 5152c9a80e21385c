//! Single members of zip and tar archives, read into memory by name. Nothing is ever unpacked to a path an archive
//! names, so no member can escape a folder.

use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek};
use std::path::Path;

use super::stream;
use crate::{Error, Result};

/// A member wanted: it ends in this path (at a folder boundary), and holds at most so many bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub path: &'a str,
    pub limit: u64,
}

/// Members of archives in archives are looked for one level deep; such an inner archive is at most this long.
const INNER: u64 = 256 << 20;

/// The contents of all members wanted, in the order asked. Zip (also inside a zip), tar, tar.gz and tar.bz2.
pub(crate) fn members(path: &Path, wanted: &[Wanted<'_>]) -> Result<Vec<Vec<u8>>> {
    let file = path.display().to_string();
    let mut head = [0u8; 4];
    let mut source = File::open(path).map_err(Error::io("open", path))?;
    let read = source.read(&mut head).map_err(Error::io("read", path))?;
    if head[..read].starts_with(b"PK") {
        source.rewind().map_err(Error::io("read", path))?;
        return zip_members(BufReader::new(source), &file, wanted, true);
    }
    tar_members(stream::open(path)?, &file, wanted)
}

pub(crate) fn zip_members(
    source: impl Read + Seek,
    file: &str,
    wanted: &[Wanted<'_>],
    inner: bool,
) -> Result<Vec<Vec<u8>>> {
    let broken =
        |e: zip::result::ZipError| Error::format(file, "archive", "an intact zip file", e.to_string());
    let mut archive = zip::ZipArchive::new(source).map_err(broken)?;
    // Names that are no text cannot be one that is wanted.
    let names: Vec<String> = archive.file_names().flatten().map(std::borrow::Cow::into_owned).collect();
    let find = |path: &str| names.iter().position(|name| ends_in(name, path));
    if inner
        && !wanted.iter().any(|member| find(member.path).is_some())
        && let Some(name) = names.iter().find(|name| name.ends_with(".zip"))
    {
        let bytes = read(archive.by_name(name).map_err(broken)?, INNER, &format!("{file}/{name}"))?;
        return zip_members(Cursor::new(bytes), &format!("{file}/{name}"), wanted, false);
    }
    wanted
        .iter()
        .map(|member| {
            let at = find(member.path).ok_or_else(|| lacks(file, member.path))?;
            let entry = archive.by_name(&names[at]).map_err(broken)?;
            read(entry, member.limit, &format!("{file}/{}", member.path))
        })
        .collect()
}

fn read(source: impl Read, limit: u64, name: &str) -> Result<Vec<u8>> {
    stream::read_all(source, limit, name)
}

pub(crate) fn tar_members(source: impl Read, file: &str, wanted: &[Wanted<'_>]) -> Result<Vec<Vec<u8>>> {
    let mut found: Vec<Option<Vec<u8>>> = wanted.iter().map(|_| None).collect();
    for_each_in_tar(source, file, |name, content| {
        let Some(at) = wanted.iter().position(|member| ends_in(name, member.path)) else {
            return Ok(());
        };
        found[at] = Some(read(content, wanted[at].limit, &format!("{file}/{name}"))?);
        Ok(())
    })?;
    let all = wanted.iter().zip(found);
    all.map(|(member, found)| found.ok_or_else(|| lacks(file, member.path))).collect()
}

/// Every plain file of a tar archive, with its name, in turn.
pub(crate) fn for_each_in_tar(
    source: impl Read,
    file: &str,
    mut each: impl FnMut(&str, &mut dyn Read) -> Result<()>,
) -> Result<()> {
    let broken = |e: std::io::Error| Error::format(file, "archive", "an intact tar file", e.to_string());
    let mut archive = tar::Archive::new(source);
    for member in archive.entries().map_err(broken)?.raw(true) {
        let mut member = member.map_err(broken)?;
        if !member.header().entry_type().is_file() {
            continue;
        }
        let name = String::from_utf8_lossy(&member.path_bytes()).into_owned();
        each(&name, &mut member)?;
    }
    Ok(())
}

fn ends_in(name: &str, path: &str) -> bool {
    name.strip_suffix(path).is_some_and(|before| before.is_empty() || before.ends_with('/'))
}

fn lacks(file: &str, member: &str) -> Error {
    Error::format(file, "archive", format!("a member {member}"), "none")
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::Write;

    use zip::write::SimpleFileOptions;

    use super::*;

    pub(crate) fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in members {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    pub(crate) fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (name, content) in members {
            let mut header = tar::Header::new_ustar();
            header.set_size(content.len() as u64);
            header.set_cksum();
            builder.append_data(&mut header, name, *content).unwrap();
        }
        builder.into_inner().unwrap()
    }

    const A: Wanted<'static> = Wanted { path: "x/a.txt", limit: 5 };

    #[test]
    fn members_are_found_in_zip_tar_and_nested_zip() {
        let flat = zip(&[("top/x/a.txt", b"hello"), ("top/b.txt", b"no")]);
        let nested = zip(&[("deep.zip", &flat)]);
        for bytes in [flat, nested] {
            assert_eq!(zip_members(Cursor::new(bytes), "z", &[A], true).unwrap(), [b"hello"]);
        }
        assert_eq!(tar_members(&tar(&[("x/a.txt", b"hello")])[..], "t", &[A]).unwrap(), [b"hello"]);
    }

    #[test]
    fn names_match_at_folder_boundaries_only() {
        let bytes = zip(&[("xx/a.txt", b"1"), ("../../x/b.txt", b"2")]);
        let error = zip_members(Cursor::new(bytes), "z", &[A], true).unwrap_err().to_string();
        assert!(error.contains("a member x/a.txt"), "{error}");
    }

    #[test]
    fn a_member_longer_than_it_may_be_is_refused() {
        let bytes = zip(&[("x/a.txt", &[0; 1_000_000])]);
        let error = zip_members(Cursor::new(bytes), "z", &[A], true).unwrap_err().to_string();
        assert!(error.contains("at most 5 bytes"), "{error}");
        assert!(tar_members(&tar(&[("x/a.txt", &[0; 600])])[..], "t", &[A]).is_err());
    }
}
