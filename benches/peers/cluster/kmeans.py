"""k-means against scikit-learn and faiss: same data, same initial centres, same number of iterations.

    pip install scikit-learn==1.9.0 faiss-cpu==1.15.1
    cargo build --release -p deepclust-cluster --example peer_kmeans
    DEEPCLUST_DATA=<folder with mnist/> python benches/peers/cluster/kmeans.py

The three libraries run by turns, every one alone and on two threads; the least time of all rounds is reported. Data are f32. tol = 0, so
that a run ends when no label changes; faiss has no such test and is given the number of iterations that scikit-learn needed, on all
samples, for the best of it: its time without a convergence test. Times include everything from the array in memory to labels and inertia.

With --cpu, every library has one thread and the processor time it used is reported instead: a busy machine disturbs that far less.
"""
import argparse
import gzip
import json
import os
import pathlib
import platform
import subprocess
import sys
import tempfile
import time
import warnings

CPU = "--cpu" in sys.argv
THREADS = 1 if CPU else 2
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"):
    os.environ[name] = str(THREADS)
clock = time.process_time if CPU else time.perf_counter

import faiss
import numpy as np
import sklearn
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA

warnings.filterwarnings("ignore")
ROOT = pathlib.Path(__file__).resolve().parents[3]
DATA = pathlib.Path(os.environ.get("DEEPCLUST_DATA", ROOT / "data"))
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))


def images(folder, *names):
    parts = []
    for name in names:
        with gzip.open(DATA / folder / f"{name}-images-idx3-ubyte.gz") as f:
            parts.append(np.frombuffer(f.read(), np.uint8, offset=16).reshape(-1, 784))
    return np.concatenate(parts).astype(np.float32) / 255


def mnist():
    return images("mnist", "train", "t10k")


def reduced(d):
    return PCA(d, random_state=0).fit_transform(mnist()).astype(np.float32)


def mixture(n, d, k):
    """Overlapping Gaussian clusters in the shape of EMNIST-Balanced's codes."""
    rng = np.random.default_rng(1)
    centres = rng.normal(size=(k, d)) * 1.2
    return (centres[rng.integers(0, k, n)] + rng.normal(size=(n, d))).astype(np.float32)


CASES = {
    "MNIST": (mnist, 10),
    "MNIST, PCA": (lambda: reduced(64), 10),
    "MNIST, PCA to 10": (lambda: reduced(10), 10),
    "mixture of 47": (lambda: mixture(131_600, 70, 47), 47),
}


class Ours:
    def __init__(self, folder, x, init):
        x.tofile(folder / "x")
        init.tofile(folder / "init")
        args = [TARGET / "release/examples/peer_kmeans", folder / "x", "f32", str(x.shape[1]), folder / "init", str(len(init))]
        self.process = subprocess.Popen(args, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.labels_file = folder / "labels"

    def used(self):
        """Processor seconds of the process so far (Linux)."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def __call__(self, algorithm, max_iter):
        # The processor clock ticks every 10 ms: ten fits make that a small part.
        fits, before = (10, self.used()) if CPU else (1, 0)
        for _ in range(fits):
            print(algorithm, max_iter, 0, self.labels_file, file=self.process.stdin, flush=True)
            answer = json.loads(self.process.stdout.readline())
        if CPU:
            answer["s"] = (self.used() - before) / fits
        return answer["s"], answer["n_iter"], answer["inertia"], np.fromfile(self.labels_file, np.uint32)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def theirs(x, init, algorithm, max_iter):
    start = clock()
    m = KMeans(len(init), init=init, n_init=1, tol=0, max_iter=max_iter, algorithm=algorithm).fit(x)
    return clock() - start, m.n_iter_, float(m.inertia_), m.labels_


def faiss_kmeans(x, init, n_iter):
    start = clock()
    m = faiss.Kmeans(x.shape[1], len(init), niter=n_iter, max_points_per_centroid=len(x), min_points_per_centroid=1)
    m.train(x, init_centroids=init)
    squares, labels = m.index.search(x, 1)
    return clock() - start, n_iter, float(squares.sum(dtype=np.float64)), labels[:, 0]


def least(rounds):
    return min(rounds, key=lambda r: r[0])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--max-iter", type=int, default=300)
    parser.add_argument("--cpu", action="store_true", help="one thread, processor time, without faiss")
    parser.add_argument("--all", action="store_true", help="time each of our algorithms")
    parser.add_argument("--only", default="", help="part of a case's name")
    args = parser.parse_args()
    faiss.omp_set_num_threads(THREADS)
    mine = ["auto", "lloyd", "hamerly", "yinyang"] if args.all else ["auto"]
    print(f"scikit-learn {sklearn.__version__}, faiss {faiss.__version__}, numpy {np.__version__}, Python {platform.python_version()}, {THREADS} thread(s)")
    print("| data | n × d | k | iterations | deepclust, s | scikit-learn Lloyd, s | Elkan, s | faiss, s | ÷ scikit-learn | ÷ faiss | labels that differ | inertia, relative difference |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for name, (load, k) in CASES.items():
        if args.only not in name:
            continue
        x = load()
        init = x[np.random.default_rng(0).choice(len(x), k, replace=False)].copy()
        with tempfile.TemporaryDirectory() as folder:
            ours = Ours(pathlib.Path(folder), x, init)
            times = {}
            for _ in range(args.rounds):
                for a in mine:
                    times.setdefault(a, []).append(ours(a, args.max_iter))
                for a in ("lloyd", "elkan"):
                    times.setdefault("sk-" + a, []).append(theirs(x, init, a, args.max_iter))
                n_iter = times["sk-lloyd"][-1][1]
                if CPU:
                    times["faiss"] = [(float("nan"), n_iter, float("nan"), None)]
                    continue
                times.setdefault("faiss", []).append(faiss_kmeans(x, init, n_iter))
            ours.close()
        best = {key: least(rounds) for key, rounds in times.items()}
        a, l, e, f = best["auto"], best["sk-lloyd"], best["sk-elkan"], best["faiss"]
        iterations = f"{a[1]} / {l[1]} / {e[1]} / {f[1]}"
        if len({a[1], l[1], e[1]}) == 1:
            iterations = str(a[1])
        fast = min(l[0], e[0])
        print(
            f"| {name} | {len(x):,} × {x.shape[1]} | {k} | {iterations} | {a[0]:.3f} | {l[0]:.3f} | {e[0]:.3f} | {f[0]:.3f} "
            f"| {a[0] / fast:.2f} | {a[0] / f[0]:.2f} | {(a[3] != l[3]).sum()} | {abs(a[2] / l[2] - 1):.0e} |",
            flush=True,
        )
        if args.all:
            for key in mine:
                print(f"    {key}: {best[key][0]:.4f} s, {best[key][0] / fast:.3f}", file=sys.stderr, flush=True)


main()
