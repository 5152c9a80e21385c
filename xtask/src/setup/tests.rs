//! Provisioning as a whole: small wheels, and a pip made for the purpose that copies them, first on a search path of its own.
//!
//! The search path belongs to the process, so each case runs in a process of its own: this same test program, started with the
//! case's name and with what it needs in the environment.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Writes a zip file.
pub fn zip_with(path: &Path, members: &[(&str, &str)]) {
    let mut zip = ZipWriter::new(File::create(path).unwrap());
    for (name, content) in members {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
}

/// Lays out the least that passes for a Linux libtorch of the CPU flavour.
pub fn tree_with(dir: &Path, version: &str) {
    for file in [
        "lib/libtorch_cpu.so",
        "lib/libtorch.so",
        "lib/libc10.so",
        "include/c10/core/Device.h",
        "include/torch/csrc/api/include/torch/torch.h",
    ] {
        fs::create_dir_all(dir.join(file).parent().unwrap()).unwrap();
        fs::write(dir.join(file), "").unwrap();
    }
    fs::write(dir.join("build-version"), version).unwrap();
}

#[cfg(unix)]
mod whole {
    use std::os::unix::fs::PermissionsExt;
    use std::process::{Child, Command, Stdio};
    use std::time::{Duration, Instant};

    use super::*;
    use crate::setup::lock::{Lock, beside};
    use crate::setup::plan::{Flavour, Target, Wheel};
    use crate::setup::provision::{Done, Request, provision_from};
    use crate::setup::{archive, unpack};

    const TORCH: &str = "torch-2.11.0-cp312-cp312-manylinux_2_28_x86_64.whl";
    const CUDART: &str = "nvidia_cuda_runtime-13.0.96-py3-none-manylinux_2_17_x86_64.whl";

    /// A folder with wheels, a pip that logs its calls, and a place for the tree.
    struct Stage {
        folder: tempfile::TempDir,
    }

    impl Stage {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            fs::create_dir(folder.path().join("index")).unwrap();
            fs::create_dir(folder.path().join("bin")).unwrap();
            let stage = Self { folder };
            let torch = [
                ("torch/lib/libtorch_cpu.so", "cpu"),
                ("torch/lib/libtorch.so", "a stub"),
                ("torch/lib/libtorch_cuda.so", "cuda"),
                ("torch/lib/libc10.so", "c10"),
                ("torch/lib/libgomp.so.1", "gomp"),
                ("torch/include/c10/core/Device.h", ""),
                ("torch/include/torch/csrc/api/include/torch/torch.h", ""),
                ("torch/version.py", "__version__ = '2.11.0'"),
            ];
            zip_with(&stage.at("index").join(TORCH), &torch);
            zip_with(&stage.at("index").join(CUDART), &[("nvidia/cu13/lib/libcudart.so.13", "rt")]);
            stage
        }

        fn at(&self, name: &str) -> PathBuf {
            self.folder.path().join(name)
        }

        /// A pip whose `download` runs `script`; `$dest` is the folder it is to fill, `$index` has the wheels.
        fn pip(self, script: &str) -> Self {
            let index = self.at("index").display().to_string();
            let log = self.at("log").display().to_string();
            let text = format!(
                "#!/bin/sh\ncase \" $* \" in *--version*) echo 'pip 24.0 from x'; exit 0;; esac\nindex='{index}'\n\
                 echo \"$*\" >> '{log}'\nwhile [ $# -gt 0 ]; do case $1 in --dest) dest=$2;; --requirement) req=$2;; esac; shift; done\n\
                 case $(cat \"$req\") in torch==*) wheel={TORCH};; *) wheel={CUDART};; esac\n{script}\n"
            );
            let path = self.at("bin").join("python3");
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
            self
        }

        fn wheels(&self) -> Vec<Wheel> {
            [TORCH, CUDART]
                .into_iter()
                .map(|file| {
                    let sha256 = unpack::sha256(&self.at("index").join(file)).unwrap().leak();
                    Wheel { file, megabytes: 1, sha256 }
                })
                .collect()
        }

        /// Starts a setup as a process of its own, without curl.
        fn start(&self) -> Child {
            let mut setup = Command::new(std::env::current_exe().unwrap());
            setup.args(["--exact", "setup::tests::whole::one_setup", "--nocapture", "--test-threads=1"]);
            setup.env("XTASK_TEST_STAGE", self.folder.path());
            setup.env("PATH", format!("{}:{}", self.at("bin").display(), self.at("tools").display()));
            setup.env_remove("DEEPCLUST_LIBTORCH_URL").env_remove("DEEPCLUST_LIBTORCH_SHA256");
            // The tools that the pip above needs, and no others: no curl.
            fs::create_dir_all(self.at("tools")).unwrap();
            for tool in ["sh", "cat", "cp", "sleep"] {
                let found = ["/bin", "/usr/bin"]
                    .map(|bin| Path::new(bin).join(tool))
                    .into_iter()
                    .find(|path| path.exists());
                let _ = std::os::unix::fs::symlink(found.unwrap(), self.at("tools").join(tool));
            }
            setup.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        }

        /// Runs a setup to its end: what it said, and whether it worked.
        fn run(&self) -> (bool, String) {
            finish(self.start())
        }

        fn calls(&self) -> usize {
            fs::read_to_string(self.at("log")).unwrap_or_default().lines().count()
        }

        fn has_whole_tree(&self) {
            let read = |name: &str| fs::read_to_string(self.at("lt").join(name)).unwrap();
            assert_eq!(read("lib/libtorch.so"), "cpu", "a link to libtorch_cpu.so");
            assert_eq!(read("lib/libgomp.so"), "gomp");
            assert_eq!(read("lib/libcudart.so.13"), "rt");
            assert_eq!(read("build-version"), "2.11.0\n");
            assert!(!self.at("lt/lib/libtorch_cuda.so").exists());
            assert!(!beside(&self.at("lt"), "partial").exists(), "nothing is left beside it");
        }
    }

    fn finish(setup: Child) -> (bool, String) {
        let output = setup.wait_with_output().unwrap();
        let said =
            String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
        (output.status.success(), said)
    }

    fn request(stage: &Path, force: bool) -> Request {
        Request { dir: stage.join("lt"), target: Target::LinuxX86_64, flavour: Flavour::Cpu, force }
    }

    fn eventually(what: &str, holds: impl Fn() -> bool) {
        let started = Instant::now();
        while !holds() {
            assert!(started.elapsed() < Duration::from_secs(60), "{what}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The child's side of the tests below; by itself it checks that a whole tree needs neither pip nor lock.
    #[test]
    fn one_setup() {
        let Some(folder) = std::env::var_os("XTASK_TEST_STAGE") else {
            let stage = Stage::new();
            tree_with(&stage.at("lt"), "2.11.0");
            assert_eq!(
                provision_from(&request(stage.folder.path(), false), &stage.wheels()).unwrap(),
                Done::Nothing
            );
            assert!(!beside(&stage.at("lt"), "lock").exists());
            return;
        };
        let folder = PathBuf::from(folder);
        let wheels: Vec<_> = [TORCH, CUDART]
            .into_iter()
            .map(|file| {
                let pinned = fs::read_to_string(folder.join(file).with_extension("sha256"));
                let sha256 =
                    pinned.unwrap_or_else(|_| unpack::sha256(&folder.join("index").join(file)).unwrap());
                Wheel { file, megabytes: 1, sha256: sha256.leak() }
            })
            .collect();
        match provision_from(&request(&folder, false), &wheels) {
            Ok(done) => println!("done: {done:?}"),
            Err(error) => panic!("{error:#}"),
        }
    }

    #[test]
    fn from_nothing_and_then_at_once() {
        let stage = Stage::new().pip("cp \"$index/$wheel\" \"$dest/\"");
        let (worked, said) = stage.run();
        assert!(worked && said.contains("done: Installed"), "{said}");
        stage.has_whole_tree();
        let log = fs::read_to_string(stage.at("log")).unwrap();
        assert!(
            log.contains("--require-hashes") && log.contains("--platform manylinux_2_28_x86_64"),
            "{log}"
        );
        let (worked, said) = stage.run();
        assert!(worked && said.contains("done: Nothing"), "{said}");
        assert_eq!(stage.calls(), 2, "pip is not asked again");
    }

    #[test]
    fn another_version_makes_way_and_a_foreign_folder_does_not() {
        let stage = Stage::new().pip("cp \"$index/$wheel\" \"$dest/\"");
        tree_with(&stage.at("lt"), "2.5.1");
        let (worked, said) = stage.run();
        assert!(worked && said.contains("done: Replaced"), "{said}");
        stage.has_whole_tree();

        let stage = Stage::new().pip("cp \"$index/$wheel\" \"$dest/\"");
        fs::create_dir(stage.at("lt")).unwrap();
        fs::write(stage.at("lt/thesis.tex"), "years of work").unwrap();
        let (worked, said) = stage.run();
        assert!(!worked && said.contains("is no libtorch: it is left alone"), "{said}");
        assert_eq!(fs::read_to_string(stage.at("lt/thesis.tex")).unwrap(), "years of work");
        assert_eq!(stage.calls(), 0);
    }

    #[test]
    fn a_wheel_with_another_digest_is_refused() {
        let stage = Stage::new().pip("cp \"$index/$wheel\" \"$dest/\"; echo x >> \"$dest/$wheel\"");
        let (worked, said) = stage.run();
        assert!(!worked && said.contains("has the digest") && said.contains("expected"), "{said}");
        assert!(!stage.at("lt").exists() && !beside(&stage.at("lt"), "partial").exists(), "nothing stays");
    }

    #[test]
    fn a_failing_pip_leaves_nothing_but_whole_wheels() {
        let stage = Stage::new()
            .pip("case $wheel in torch*) cp \"$index/$wheel\" \"$dest/\";; *) echo 'ERROR: No matching distribution' >&2; exit 1;; esac");
        let (worked, said) = stage.run();
        assert!(!worked && said.contains("the package index does not have it"), "{said}");
        assert!(
            said.contains("LIBTORCH") && said.contains("apt-get install python3-pip"),
            "a way out: {said}"
        );
        let left: Vec<_> = fs::read_dir(beside(&stage.at("lt"), "partial"))
            .unwrap()
            .map(|e| e.unwrap().file_name())
            .collect();
        assert_eq!(left, [TORCH]);
        // The next attempt asks pip for what is missing only.
        let stage = stage.pip("cp \"$index/$wheel\" \"$dest/\"");
        let (worked, said) = stage.run();
        assert!(worked && said.contains("torch 2.11.0 is downloaded already"), "{said}");
        assert_eq!(stage.calls(), 3);
        stage.has_whole_tree();
    }

    #[test]
    fn a_full_disk_is_said_and_makes_room_again() {
        let stage = Stage::new()
            .pip("case $wheel in torch*) cp \"$index/$wheel\" \"$dest/\";; *) echo 'OSError: [Errno 28] No space left on device' >&2; exit 1;; esac");
        let (worked, said) = stage.run();
        assert!(!worked && said.contains("the disk is full"), "{said}");
        assert!(!beside(&stage.at("lt"), "partial").exists());
    }

    #[test]
    fn without_pip_and_curl_the_way_by_hand_is_told() {
        let stage = Stage::new();
        let (worked, said) = stage.run();
        assert!(
            !worked && said.contains("there is no pip") && said.contains("DEEPCLUST_LIBTORCH_URL=file:///"),
            "{said}"
        );
    }

    #[test]
    fn what_an_interruption_left_is_cleaned_or_used() {
        let stage = Stage::new().pip("cp \"$index/$wheel\" \"$dest/\"");
        let partial = beside(&stage.at("lt"), "partial");
        fs::create_dir_all(partial.join("tree/lib")).unwrap();
        fs::write(partial.join("tree/lib/libc10_half.so"), "ha").unwrap();
        fs::create_dir_all(partial.join("tmp/pip-unpack-1")).unwrap();
        fs::write(partial.join("tmp/pip-unpack-1/half.whl"), "ha").unwrap();
        fs::create_dir_all(partial.join("pip")).unwrap();
        // A wheel that came whole after the setup had been killed, and one that did not.
        fs::copy(stage.at("index").join(TORCH), partial.join("pip").join(TORCH)).unwrap();
        fs::write(partial.join(CUDART), "half").unwrap();
        let (worked, said) = stage.run();
        assert!(worked && said.contains("torch 2.11.0 is downloaded already"), "{said}");
        assert_eq!(stage.calls(), 1, "for the other wheel");
        assert!(!stage.at("lt/lib/libc10_half.so").exists());
        stage.has_whole_tree();
    }

    #[test]
    fn two_at_once_wait_for_each_other() {
        let stage = Stage::new().pip("sleep 1; cp \"$index/$wheel\" \"$dest/\"");
        let setups = [stage.start(), stage.start(), stage.start()];
        let said: Vec<_> = setups.into_iter().map(finish).collect();
        assert!(said.iter().all(|(worked, _)| *worked), "{said:?}");
        let count = |what: &str| said.iter().filter(|(_, said)| said.contains(what)).count();
        assert_eq!((count("done: Installed"), count("done: Nothing")), (1, 2), "{said:?}");
        assert_eq!(stage.calls(), 2, "each wheel once");
        stage.has_whole_tree();
    }

    #[test]
    fn killed_in_the_middle_of_a_download() {
        let stage = Stage::new().pip("sleep 2; cp \"$index/$wheel\" \"$dest/\"");
        let mut setup = stage.start();
        eventually("pip is called", || stage.calls() == 1);
        setup.kill().unwrap(); // SIGKILL; pip lives on
        setup.wait().unwrap();
        let (worked, said) = stage.run();
        assert!(worked && said.contains("waiting for it"), "the pip that lives on has the lock: {said}");
        assert!(said.contains("torch 2.11.0 is downloaded already"), "and what it brings is used: {said}");
        assert_eq!(stage.calls(), 2);
        stage.has_whole_tree();
    }

    #[test]
    fn an_archive_on_this_machine_is_used_where_it_lies() {
        let stage = Stage::new();
        let file = stage.at("cpu.zip");
        zip_with(&file, &[("libtorch/build-version", "2.11.0+cpu")]);
        let lock = Lock::acquire(&stage.at("lt")).unwrap();
        let here = archive::Archive::at(&format!("file://{}", file.display()));
        assert_eq!(here.download(&stage.at("p"), &lock).unwrap(), file);
        zip_with(&file, &[("libtorch/build-version", "2.5.1+cpu")]);
        assert!(here.download(&stage.at("p"), &lock).unwrap_err().to_string().contains("holds 2.5.1"));
        assert!(file.exists(), "it is the user's");
    }

    #[test]
    fn an_archive_part_is_continued_from_the_same_address_only() {
        let stage = Stage::new();
        let partial = stage.at("p");
        fs::create_dir(&partial).unwrap();
        zip_with(&partial.join(archive::PART), &[("libtorch/build-version", "2.11.0+cpu")]);
        let url = "http://127.0.0.1:9/none.zip".to_owned(); // the discard port: nobody answers
        fs::write(partial.join(archive::ORIGIN), &url).unwrap();
        let lock = Lock::acquire(&stage.at("lt")).unwrap();
        // Whole already: nothing is fetched, the address leads nowhere.
        let got = archive::Archive::at(&url).download(&partial, &lock).unwrap();
        assert_eq!(got, partial.join(archive::PART));
        let other = archive::Archive::at(&format!("{url}.other"));
        assert!(other.download(&partial, &lock).is_err());
        assert!(!got.exists(), "the part of another archive is not taken for this one");
    }
}
