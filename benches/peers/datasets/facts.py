"""Reads the genuine files with numpy alone and prints the facts that `examples/check_data.rs` holds the loaders to.

    python facts.py DATA_DIR

A line a data set: samples a class, smallest and largest value, sum of all values, then of the first and of the last row
the label and Σ (j + 1)·x_j, which no transposed or reordered row shares.
"""

import gzip
import io
import pathlib
import sys
import zipfile

import numpy as np
from scipy.io import loadmat

data = pathlib.Path(sys.argv[1])


def idx(path, magic):
    raw = gzip.decompress(path.read_bytes())
    assert raw[:4] == magic
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3])


def images(folder, parts):
    x = np.concatenate([idx(data / folder / f"{p}-images-idx3-ubyte.gz", b"\0\0\x08\x03") for p in parts])
    y = np.concatenate([idx(data / folder / f"{p}-labels-idx1-ubyte.gz", b"\0\0\x08\x01") for p in parts])
    return x.reshape(len(y), 28, 28), y


def facts(name, x, y, classes):
    x = x.reshape(len(y), -1).astype(np.float64)
    ramp = np.arange(1, x.shape[1] + 1)
    print(f"{name} {x.shape[0]} x {x.shape[1]}")
    print(f"  classes {np.bincount(y, minlength=classes).tolist()}")
    print(f"  range {x.min():.6f} {x.max():.6f} sum {x.sum():.4f}")
    print(f"  first {y[0]} {x[0] @ ramp:.5f} last {y[-1]} {x[-1] @ ramp:.5f}")


facts("mnist", *images("mnist", ("train", "t10k")), 10)
facts("fashion-mnist", *images("fashion-mnist", ("train", "t10k")), 10)
x, y = images("emnist-bymerge-subset", ("train", "test"))
facts("emnist-bymerge-subset", x.transpose(0, 2, 1), y, 47)
for part, count in (("train", 517), ("test", 400)):
    assert (np.bincount(images("emnist-bymerge-subset", (part,))[1]) == count).all()
table = np.concatenate([np.loadtxt(data / "usps" / f"zip.{part}.gz") for part in ("train", "test")])
facts("usps-9298", table[:, 1:], table[:, 0].astype(int), 10)
print(f"  levels {len(np.unique(np.round(table[:, 1:] * 1000)))}, off a thousandth {abs(table[:, 1:] * 1000 - np.round(table[:, 1:] * 1000)).max():.1e}")
mat = loadmat(data / "usps" / "usps_all.mat")["data"]
x = mat.reshape(16, 16, 1100, 10, order="F").transpose(3, 2, 0, 1)
facts("usps-11000", x.reshape(11000, 256), np.repeat([1, 2, 3, 4, 5, 6, 7, 8, 9, 0], 1100), 10)
archive = zipfile.ZipFile(data / "har" / "UCI HAR Dataset.zip")
read = lambda name: np.loadtxt(io.BytesIO(archive.read(f"UCI HAR Dataset/{name}")))
x = np.concatenate([read(f"{part}/X_{part}.txt") for part in ("train", "test")])
y = np.concatenate([read(f"{part}/y_{part}.txt") for part in ("train", "test")]).astype(int) - 1
facts("uci-har", x, y, 6)
subjects = [read(f"{part}/subject_{part}.txt").astype(int) for part in ("train", "test")]
print(f"  subjects {len(np.unique(np.concatenate(subjects)))}, in both parts {len(set(subjects[0]) & set(subjects[1]))}, "
      f"first {subjects[0][0]} last {subjects[1][-1]}")

roots = ["CCAT", "GCAT", "MCAT", "ECAT"]
documents: dict[str, set[str]] = {}
topics = set()
with gzip.open(data / "rcv1" / "rcv1-v2.topics.qrels.gz", "rt") as lines:
    for line in lines:
        topic, document, _ = line.split()
        topics.add(topic)
        documents.setdefault(document, set()).update({topic} & set(roots))
single = [next(iter(found)) for found in documents.values() if len(found) == 1]
print(f"rcv1 {len(documents)} documents, {len(topics)} topics, {len(single)} with one root")
print(f"  classes {[single.count(root) for root in roots]}")

seen: dict[str, list] = {}
with gzip.open(data / "rcv1" / "rcv1-subset-30000.svm.gz", "rt") as lines:
    for line in lines:
        codes, _, vector = line.strip().partition(" ")
        seen.setdefault(vector, []).append({code for code in codes.split(",") if code in roots})
kept = [(next(iter(all[0])), v) for v, all in seen.items() if len(all[0]) == 1 and all.count(all[0]) == len(all)]
weigh = lambda pairs: sum(int(i) * float(v) for i, v in (pair.split(":") for pair in pairs.split()))
values = np.array([float(pair.split(":")[1]) for _, vector in kept for pair in vector.split()])
print(f"rcv1-subset {len(kept)}, {len(values)} weights")
print(f"  classes {[sum(root == r for r, _ in kept) for root in roots]}")
print(f"  range 0 {values.max():.6f} sum {values.sum():.4f}")
print(f"  first {roots.index(kept[0][0])} {weigh(kept[0][1]):.5f} last {roots.index(kept[-1][0])} {weigh(kept[-1][1]):.5f}")
