"""Times the scores against scikit-learn's, alternately, on MNIST; prints a Markdown table.

    DEEPCLUST_DATA=… python benches/peers/metrics/bench.py [--rounds 3] [--small]

The data are the 60,000 training images reduced to 64 principal components, and 10,000 of them as they are; labels are those of
k-means with 10 and 47 clusters. Times are the best of the rounds, the ratio is ours/theirs of the bests, and in brackets the
smallest and the largest ratio of any one round: on a busy machine look at those. Reading the file is not timed.
"""

import argparse
import os
import platform
import subprocess
import sys
import time

import numpy as np
import scipy
import sklearn
from scipy.optimize import linear_sum_assignment
from sklearn import metrics as sk
from sklearn.cluster import MiniBatchKMeans
from sklearn.decomposition import PCA
from sklearn.metrics.cluster import contingency_matrix

from common import build, mnist, ours, write


def label_scores(truth, pred):
    table = contingency_matrix(truth, pred)
    rows, columns = linear_sum_assignment(-table)
    accuracy = table[rows, columns].sum() / len(truth)
    return accuracy + sk.normalized_mutual_info_score(truth, pred) + sk.adjusted_rand_score(truth, pred)


THEIRS = {
    "silhouette": lambda x, truth, pred: sk.silhouette_score(x, pred),
    "silhouette-cosine": lambda x, truth, pred: sk.silhouette_score(x, pred, metric="cosine"),
    "calinski-harabasz": lambda x, truth, pred: sk.calinski_harabasz_score(x, pred),
    "davies-bouldin": lambda x, truth, pred: sk.davies_bouldin_score(x, pred),
    "all-labels": lambda x, truth, pred: label_scores(truth, pred),
    "ami-arithmetic": lambda x, truth, pred: sk.adjusted_mutual_info_score(truth, pred),
}
TITLES = {"all-labels": "ACC + NMI + ARI", "ami-arithmetic": "AMI"}


def compare(program, title, x, truth, pred, scores, rounds):
    path = write(x, truth, [pred])
    for score in scores:
        mine, other = [], []
        for _ in range(rounds):
            value, seconds = ours(program, path, [score])[0, score]
            mine.append(seconds)
            start = time.perf_counter()
            expected = THEIRS[score](x, truth, pred)
            other.append(time.perf_counter() - start)
        assert abs(value - expected) <= 1e-5 * max(1, abs(expected)), (score, value, expected)
        each = [a / b for a, b in zip(mine, other)]
        print(
            f"| {TITLES.get(score, score)} | {title} | {min(mine):.3g} | {min(other):.3g} | "
            f"{min(mine) / min(other):.3f} ({min(each):.3f}–{max(each):.3f}) |",
            flush=True,
        )
    os.unlink(path)


def peak_memory(program):
    """MiB that the process takes for 70,000×64, less what it takes to read the file and do next to nothing."""
    r = np.random.default_rng(0)
    pred = r.integers(0, 10, 70_000)
    path = write(r.normal(size=(70_000, 64)), pred, [pred])
    # A child starts with its parent's peak, so that a small parent is needed.
    run = "import resource as r, subprocess as s, sys; s.run(sys.argv[1:], stdout=s.DEVNULL, check=True); print(r.getrusage(r.RUSAGE_CHILDREN).ru_maxrss)"
    peaks = []
    for score in ("entropy", "silhouette"):
        peaks.append(int(subprocess.check_output([sys.executable, "-S", "-c", run, program, path, score])) / 1024)
    os.unlink(path)
    return peaks


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--small", action="store_true", help="leave out the silhouettes of 60,000 samples")
    options = parser.parse_args()
    rounds = options.rounds
    program = build()
    images, truth = (part[:60_000] for part in mnist())
    reduced = PCA(64, random_state=0).fit_transform(images)
    labels = lambda x, k: MiniBatchKMeans(k, random_state=0, n_init=1).fit_predict(x)
    ten, many = labels(reduced, 10), labels(reduced, 47)
    print(
        f"scikit-learn {sklearn.__version__}, numpy {np.__version__}, scipy {scipy.__version__}, Python "
        f"{platform.python_version()}; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {rounds} rounds\n"
    )
    print("| score | data | deepclust (s) | scikit-learn (s) | ratio (by round) |\n| --- | --- | --- | --- | --- |")
    quick = ["calinski-harabasz", "davies-bouldin", "all-labels", "ami-arithmetic"]
    if not options.small:
        compare(program, "60,000×64 f64, k = 10", reduced, truth, ten, ["silhouette"], rounds)
        compare(program, "60,000×64 f32, k = 10", reduced.astype(np.float32), truth, ten, ["silhouette"], rounds)
        compare(program, "60,000×64 f64, k = 47", reduced, truth, many, ["silhouette-cosine"], rounds)
    part, few = reduced[:20_000], (truth[:20_000], ten[:20_000])
    compare(program, "20,000×64 f64, k = 10", part, *few, ["silhouette"], rounds)
    compare(program, "20,000×64 f32, k = 10", part.astype(np.float32), *few, ["silhouette"], rounds)
    compare(program, "10,000×784 f64, k = 10", images[:10_000], truth[:10_000], ten[:10_000], ["silhouette"], rounds)
    compare(program, "60,000×64 f64, k = 10", reduced, truth, ten, quick, max(rounds, 5))
    base, peak = peak_memory(program)
    print(f"\nPeak memory, silhouette of 70,000×64 f64: {peak:.0f} MiB, of which {base:.0f} MiB for reading the data.")


if __name__ == "__main__":
    main()
