"""k-means and Gaussian mixtures against scikit-learn on real data, from the same start.

    pip install scikit-learn==1.9.0
    cargo build --release -p deepclust-cluster --examples
    DEEPCLUST_DATA=<folder with mnist/, usps/, har/> python benches/peers/cluster/agree.py

Both work in f64, so that no label hangs on the rounding of a product.
"""
import gzip
import io
import json
import os
import pathlib
import subprocess
import tempfile
import warnings
import zipfile

import numpy as np
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.mixture import GaussianMixture

warnings.filterwarnings("ignore")
ROOT = pathlib.Path(__file__).resolve().parents[3]
DATA = pathlib.Path(os.environ.get("DEEPCLUST_DATA", ROOT / "data"))
EXAMPLES = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release/examples"


def mnist():
    parts = []
    for name in ("train", "t10k"):
        with gzip.open(DATA / f"mnist/{name}-images-idx3-ubyte.gz") as f:
            parts.append(np.frombuffer(f.read(), np.uint8, offset=16).reshape(-1, 784))
    return np.concatenate(parts) / 255.0


def usps():
    return np.concatenate([np.loadtxt(DATA / f"usps/zip.{part}.gz")[:, 1:] for part in ("train", "test")])


def har():
    with zipfile.ZipFile(DATA / "har/UCI HAR Dataset.zip") as z:
        return np.concatenate(
            [np.loadtxt(io.BytesIO(z.read(f"UCI HAR Dataset/{part}/X_{part}.txt"))) for part in ("train", "test")]
        )


def ask(program, args, line):
    done = subprocess.run([EXAMPLES / program, *map(str, args)], input=line + "\n", capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def kmeans(folder, name, x, k, tol):
    x = np.ascontiguousarray(x, float)
    init = x[np.random.default_rng(0).choice(len(x), k, replace=False)].copy()
    x.tofile(folder / "x")
    init.tofile(folder / "init")
    a = ask("peer_kmeans", [folder / "x", "f64", x.shape[1], folder / "init", k], f"auto 300 {tol} {folder / 'labels'}")
    labels = np.fromfile(folder / "labels", np.uint32)
    b = KMeans(k, init=init, n_init=1, tol=tol).fit(x)
    print(
        f"| k-means | {name} | {len(x):,} × {x.shape[1]} | {k} | {tol:g} | {a['n_iter']} / {b.n_iter_} "
        f"| {(labels != b.labels_).sum()} | {abs(a['inertia'] / b.inertia_ - 1):.0e} |", flush=True,
    )


def mixture(folder, name, x, k, kind):
    x = np.ascontiguousarray(x, float)
    d = x.shape[1]
    means = x[np.random.default_rng(0).choice(len(x), k, replace=False)].copy()
    variance = x.var(0).mean()
    precisions = dict(
        full=np.array([np.eye(d) / variance] * k), tied=np.eye(d) / variance, diag=np.ones((k, d)) / variance,
        spherical=np.ones(k) / variance,
    )[kind]
    x.tofile(folder / "x")
    means.tofile(folder / "init")
    a = ask("peer_mixture", [folder / "x", d, folder / "init", k, kind, variance], f"{folder / 'labels'}")
    labels = np.fromfile(folder / "labels", np.uint32)
    b = GaussianMixture(
        k, covariance_type=kind, tol=1e-5, max_iter=60, means_init=means, weights_init=np.ones(k) / k, precisions_init=precisions
    ).fit(x)
    print(
        f"| mixture, {kind} | {name} | {len(x):,} × {d} | {k} | 1e-05 | {a['n_iter']} / {b.n_iter_} "
        f"| {(labels != b.predict(x)).sum()} | {abs(a['lower_bound'] - b.lower_bound_):.0e} |", flush=True,
    )


def main():
    digits, post, phone = mnist(), usps(), har()
    few = PCA(16, random_state=0).fit_transform(digits)
    print("| method | data | n × d | k | tol | iterations, ours / theirs | labels that differ | difference of inertia (relative) or log-likelihood |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for tol in (1e-4, 0):
            kmeans(folder, "MNIST", digits, 10, tol)
            kmeans(folder, "USPS", post, 10, tol)
            kmeans(folder, "HAR", phone, 6, tol)
            kmeans(folder, "MNIST, PCA, 1e6 away", few * 1e3 + 1e6, 47, tol)
        for kind in ("full", "tied", "diag", "spherical"):
            mixture(folder, "MNIST, PCA", few, 10, kind)


main()
