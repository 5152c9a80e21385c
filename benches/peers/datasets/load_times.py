"""Times loading the same files as `examples/load_times.rs` with numpy, scipy, pandas and scikit-learn, into float32.

    python load_times.py NAME DATA_DIR     (folders as in the crate's catalogue)
"""

import gzip
import pathlib
import resource
import struct
import sys
import tempfile
import time
import zipfile

import numpy as np


def idx(path):
    with gzip.open(path) as file:
        data = file.read()
    dims = struct.unpack(f">{data[3]}I", data[4 : 4 + 4 * data[3]])
    return np.frombuffer(data, np.uint8, offset=4 + 4 * data[3]).reshape(dims)


def images(folder, test="t10k"):
    x = np.concatenate([idx(folder / f"{part}-images-idx3-ubyte.gz") for part in ("train", test)])
    y = np.concatenate([idx(folder / f"{part}-labels-idx1-ubyte.gz") for part in ("train", test)])
    return x.reshape(len(x), -1).astype(np.float32) / 255, y


def usps_text(folder):
    table = np.concatenate([np.loadtxt(folder / f"zip.{part}.gz") for part in ("train", "test")])
    return ((table[:, 1:] + 1) / 2).astype(np.float32), table[:, 0].astype(int)


def usps_mat(folder):
    data = loadmat(folder / "usps_all.mat")["data"]
    x = data.reshape(16, 16, 1100, 10, order="F").transpose(3, 2, 0, 1).reshape(11000, 256)
    return x.astype(np.float32) / 255, np.repeat([1, 2, 3, 4, 5, 6, 7, 8, 9, 0], 1100)


def har(folder):
    archive = zipfile.ZipFile(folder / "UCI HAR Dataset.zip")
    read = lambda name: pd.read_csv(archive.open(f"UCI HAR Dataset/{name}"), sep=r"\s+", header=None).to_numpy()
    x = np.concatenate([read(f"{part}/X_{part}.txt") for part in ("train", "test")])
    y = np.concatenate([read(f"{part}/y_{part}.txt") for part in ("train", "test")])
    return x.astype(np.float32), y.ravel() - 1


def rcv1_subset(folder):
    x, y = load_svmlight_file(svm.name, n_features=47_236, dtype=np.float32)
    return x, y


def rcv1(folder):
    """DEC's script: every single-root document's text, CountVectorizer, TfidfTransformer."""
    roots = {"CCAT": 1, "GCAT": 2, "MCAT": 4, "ECAT": 8}
    bits = np.zeros(1_000_000, np.uint8)
    with gzip.open(folder / "rcv1-v2.topics.qrels.gz", "rt") as lines:
        for line in lines:
            topic, document, _ = line.split()
            bits[int(document)] |= roots.get(topic, 0)
    texts, labels = [], []
    for part in ("test_pt0", "test_pt1", "test_pt2", "test_pt3", "train"):
        with gzip.open(folder / f"lyrl2004_tokens_{part}.dat.gz", "rt") as file:
            for document in file.read().split(".I ")[1:]:
                number, text = document.split("\n.W\n", 1)
                if bits[int(number)] in (1, 2, 4, 8):
                    texts.append(text)
                    labels.append(bits[int(number)])
    counts = CountVectorizer(max_features=2000, dtype=np.float32).fit_transform(texts)
    return TfidfTransformer(sublinear_tf=True).fit_transform(counts), np.array(labels)


name, data = sys.argv[1], pathlib.Path(sys.argv[2])
# Imports are not part of a load.
if name == "usps-11000":
    from scipy.io import loadmat
elif name == "uci-har":
    import pandas as pd
elif name == "rcv1-subset":
    from sklearn.datasets import load_svmlight_file

    # Its reader takes numbers as labels only.
    svm = tempfile.NamedTemporaryFile("wt", suffix=".svm")
    with gzip.open(data / "rcv1" / "rcv1-subset-30000.svm.gz", "rt") as lines:
        svm.writelines("0 " + line.split(" ", 1)[1] for line in lines)
    svm.flush()
elif name == "rcv1":
    from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
load, folder = {
    "mnist": (images, "mnist"),
    "fashion-mnist": (images, "fashion-mnist"),
    "emnist-bymerge-subset": (lambda folder: images(folder, "test"), "emnist-bymerge-subset"),
    "usps-9298": (usps_text, "usps"),
    "usps-11000": (usps_mat, "usps"),
    "uci-har": (har, "har"),
    "rcv1-subset": (rcv1_subset, "rcv1"),
    "rcv1": (rcv1, "rcv1"),
}[name]
start, cpu_start = time.perf_counter(), time.process_time()
x, y = load(data / folder)
elapsed, cpu = time.perf_counter() - start, time.process_time() - cpu_start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(f"{name} {x.shape[0]} x {x.shape[1]}: load {elapsed:.3f} s, cpu {cpu:.2f} s, peak {peak} MiB")
