"""What the comparison and the benchmark share: the data, the file the Rust side reads, and its scores."""

import gzip
import io
import os
import pathlib
import subprocess
import tempfile
import zipfile

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[3]
DATA = pathlib.Path(os.environ.get("DEEPCLUST_DATA", ROOT / "data"))


def build():
    """Builds the example and returns its path."""
    subprocess.run(
        ["cargo", "build", "--release", "-p", "deepclust-metrics", "--example", "score_file"], cwd=ROOT, check=True
    )
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    return target / "release" / "examples" / "score_file"


def write(x, truth, preds):
    """A file in the format of score_file.rs."""
    with tempfile.NamedTemporaryFile(suffix=".bin", delete=False) as file:
        np.array([*x.shape, x.itemsize, len(preds)], "<u8").tofile(file)
        np.ascontiguousarray(x).tofile(file)
        for labels in (truth, *preds):
            np.asarray(labels).astype("<u8").tofile(file)
    return file.name


def ours(program, path, scores=(), threads=None):
    """{(labelling, score): (value, seconds)} of a file; the value is None where the score refused the input."""
    environment = dict(os.environ, **({"RAYON_NUM_THREADS": str(threads)} if threads else {}))
    done = subprocess.run(
        [program, path, *scores], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env=environment,
    )
    lines = (line.split() for line in done.stdout.splitlines())
    return {(int(i), name): (None if value == "error" else float(value), float(s)) for i, name, value, s in lines}


def idx(path):
    raw = gzip.decompress(path.read_bytes())
    dims = raw[3]
    shape = np.frombuffer(raw, ">u4", dims, 4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * dims).reshape(shape)


def mnist():
    folder = DATA / "mnist"
    x = np.concatenate([idx(folder / f"{part}-images-idx3-ubyte.gz") for part in ("train", "t10k")])
    y = np.concatenate([idx(folder / f"{part}-labels-idx1-ubyte.gz") for part in ("train", "t10k")])
    return x.reshape(len(x), -1) / 255.0, y.astype(int)


def usps():
    rows = np.concatenate([np.loadtxt(DATA / "usps" / f"zip.{part}.gz") for part in ("train", "test")])
    return rows[:, 1:], rows[:, 0].astype(int)


def har():
    with zipfile.ZipFile(DATA / "har" / "UCI HAR Dataset.zip") as archive:
        read = lambda name: np.loadtxt(io.BytesIO(archive.read(f"UCI HAR Dataset/{name}.txt")))
        x = np.concatenate([read("train/X_train"), read("test/X_test")])
        y = np.concatenate([read("train/y_train"), read("test/y_test")])
    return x, y.astype(int)
