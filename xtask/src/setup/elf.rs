//! Which shared libraries a library asks for (`DT_NEEDED`), read from 64-bit little-endian ELF files: so that a tree that would
//! fail at the first start is noticed before it is put in place.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;

const PT_LOAD: u32 = 1;
const PT_DYNAMIC: u32 = 2;
const DT_NULL: u64 = 0;
const DT_NEEDED: u64 = 1;
const DT_STRTAB: u64 = 5;

/// Libraries that the system brings: the C and C++ run-time libraries.
const SYSTEM: [&str; 9] = [
    "libc.so",
    "libm.so",
    "libdl.so",
    "librt.so",
    "libpthread.so",
    "libgcc_s.so",
    "libstdc++.so",
    "libutil.so",
    "ld-linux",
];

/// The libraries that those in `lib` ask for and that neither lie there nor belong to the system, each with one that asks.
pub fn missing(lib: &Path) -> io::Result<BTreeMap<String, String>> {
    let mut missing = BTreeMap::new();
    for entry in fs::read_dir(lib)? {
        let entry = entry?;
        if !entry.file_type()?.is_file() {
            continue;
        }
        for name in needed(&entry.path())? {
            let system = SYSTEM.iter().any(|prefix| name.starts_with(prefix));
            if !system && !lib.join(&name).exists() {
                missing.entry(name).or_insert_with(|| entry.file_name().to_string_lossy().into_owned());
            }
        }
    }
    Ok(missing)
}

/// The libraries that one file asks for; none where it is no ELF file.
fn needed(path: &Path) -> io::Result<Vec<String>> {
    let mut file = File::open(path)?;
    let mut header = [0; 64];
    match file.read_exact(&mut header) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(Vec::new()),
        result => result?,
    }
    // Magic, 64 bits, little-endian.
    if header[..6] != *b"\x7fELF\x02\x01" {
        return Ok(Vec::new());
    }
    let (table, entry_size, entries) = (u64_at(&header, 32)?, u16_at(&header, 54)?, u16_at(&header, 56)?);
    let segments = bytes(&mut file, table, u64::from(entry_size) * u64::from(entries))?;
    let mut loads = Vec::new();
    let mut dynamic = None;
    for segment in segments.chunks_exact(usize::from(entry_size).max(56)) {
        let part = (u64_at(segment, 8)?, u64_at(segment, 16)?, u64_at(segment, 32)?); // offset, address, size
        match u32_at(segment, 0)? {
            PT_LOAD => loads.push(part),
            PT_DYNAMIC => dynamic = Some(part),
            _ => {}
        }
    }
    let Some((offset, _, size)) = dynamic else { return Ok(Vec::new()) };
    let mut names = Vec::new();
    let mut strings = None;
    for entry in bytes(&mut file, offset, size)?.chunks_exact(16) {
        match (u64_at(entry, 0)?, u64_at(entry, 8)?) {
            (DT_NULL, _) => break,
            (DT_NEEDED, name) => names.push(name),
            (DT_STRTAB, address) => strings = Some(address),
            _ => {}
        }
    }
    if names.is_empty() {
        return Ok(Vec::new());
    }
    // The string table is given as an address: which segment is loaded there?
    let strings = strings.ok_or_else(|| damaged("no string table"))?;
    let (offset, address, _) = loads
        .into_iter()
        .find(|&(_, address, size)| strings >= address && strings - address < size)
        .ok_or_else(|| damaged("its string table lies outside the file"))?;
    names.into_iter().map(|name| string(&mut file, offset + (strings - address) + name)).collect()
}

fn bytes(file: &mut File, offset: u64, size: u64) -> io::Result<Vec<u8>> {
    if size > 1 << 20 {
        return Err(damaged("a table of more than 1 MiB"));
    }
    file.seek(SeekFrom::Start(offset))?;
    let mut read = vec![0; usize::try_from(size).unwrap_or_default()];
    file.read_exact(&mut read)?;
    Ok(read)
}

fn string(file: &mut File, offset: u64) -> io::Result<String> {
    file.seek(SeekFrom::Start(offset))?;
    let mut read = Vec::new();
    file.take(512).read_to_end(&mut read)?;
    let end = read.iter().position(|&byte| byte == 0).ok_or_else(|| damaged("a name without an end"))?;
    Ok(String::from_utf8_lossy(&read[..end]).into_owned())
}

fn field<const N: usize>(from: &[u8], at: usize) -> io::Result<[u8; N]> {
    from.get(at..at + N).and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| damaged("a table cut short"))
}

fn u16_at(from: &[u8], at: usize) -> io::Result<u16> {
    field(from, at).map(u16::from_le_bytes)
}

fn u32_at(from: &[u8], at: usize) -> io::Result<u32> {
    field(from, at).map(u32::from_le_bytes)
}

fn u64_at(from: &[u8], at: usize) -> io::Result<u64> {
    field(from, at).map(u64::from_le_bytes)
}

fn damaged(what: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, format!("damaged library: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_elf_file_asks_for_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("libx.so");
        for content in [&b""[..], b"short", &[b'x'; 200]] {
            fs::write(&path, content).unwrap();
            assert!(needed(&path).unwrap().is_empty());
        }
    }

    #[test]
    fn a_damaged_file_is_an_error_not_a_panic() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("libx.so");
        let mut content = vec![0xff; 64];
        content[..6].copy_from_slice(b"\x7fELF\x02\x01");
        fs::write(&path, &content).unwrap();
        assert!(needed(&path).is_err());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_very_program_asks_for_the_c_library() {
        let program = std::env::current_exe().unwrap();
        let names = needed(&program).unwrap();
        assert!(names.iter().any(|name| name.starts_with("libc.so")), "{names:?}");
        let folder = tempfile::tempdir().unwrap();
        fs::copy(program, folder.path().join("libx.so")).unwrap();
        assert!(missing(folder.path()).unwrap().is_empty(), "all of these are the system's");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_library_that_is_not_there_is_named_with_the_one_that_asks() {
        let folder = tempfile::tempdir().unwrap();
        let program = std::env::current_exe().unwrap();
        let mut content = fs::read(program).unwrap();
        // The same length, so that no offset moves; the symbol versions' copy of the name may change along.
        let at: Vec<usize> =
            content.windows(10).enumerate().filter(|(_, w)| w == b"libc.so.6\0").map(|(i, _)| i).collect();
        for at in at {
            content[at..at + 9].copy_from_slice(b"libq.so.6");
        }
        fs::write(folder.path().join("libx.so"), content).unwrap();
        let missing = missing(folder.path()).unwrap();
        assert_eq!(missing.get("libq.so.6").map(String::as_str), Some("libx.so"));
    }
}
