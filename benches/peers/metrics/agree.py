"""Compares every score with scikit-learn's on real data and on edge cases; exits with 1 where one differs.

    DEEPCLUST_DATA=… python benches/peers/metrics/agree.py [--mnist-rows 70000]

Tolerance: 1e-9 relative for double precision; for single precision 2e-6, relative above 1 and absolute below. Up to 5,000
rows the silhouette, and always the Davies-Bouldin score, are held against scikit-learn's formulas on distances from coordinate
differences (scipy's cdist), since its own Euclidean distances, ‖x‖² − 2x·y + ‖y‖², lose digits far from the origin and between
near samples; the last column says how far that puts its scores off.
"""

import argparse
import os
import sys
import warnings

import numpy as np
import scipy
import sklearn
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist
from sklearn import metrics as sk
from sklearn.cluster import MiniBatchKMeans
from sklearn.metrics.cluster import contingency_matrix

from common import build, har, mnist, ours, usps, write

GEOMETRIC = ("silhouette", "silhouette-cosine", "calinski-harabasz", "davies-bouldin")
AVERAGES = ("arithmetic", "geometric", "min", "max")


def theirs(x, truth, pred):
    table = contingency_matrix(truth, pred)
    rows, columns = linear_sum_assignment(-table)
    h, c, v = sk.homogeneity_completeness_v_measure(truth, pred)
    share = np.bincount(np.unique(pred, return_inverse=True)[1]) / len(pred)
    scores = {
        "acc": table[rows, columns].sum() / len(truth), "purity": table.max(axis=0).sum() / len(truth),
        "mi": sk.mutual_info_score(truth, pred), "ari": sk.adjusted_rand_score(truth, pred),
        "rand": sk.rand_score(truth, pred), "homogeneity": h, "completeness": c, "v-measure": v,
        "v-measure-half": sk.v_measure_score(truth, pred, beta=0.5), "entropy": -(share * np.log(share)).sum(),
    }
    for average in AVERAGES:
        scores[f"nmi-{average}"] = sk.normalized_mutual_info_score(truth, pred, average_method=average)
        scores[f"ami-{average}"] = sk.adjusted_mutual_info_score(truth, pred, average_method=average)
    geometric = {
        "silhouette": lambda: sk.silhouette_score(x, pred),
        "silhouette-cosine": lambda: sk.silhouette_score(x, pred, metric="cosine"),
        "calinski-harabasz": lambda: sk.calinski_harabasz_score(x, pred),
        "davies-bouldin": lambda: sk.davies_bouldin_score(x, pred),
    }
    for name, score in geometric.items():
        try:
            scores[name] = float(score())
        except ValueError:
            scores[name] = None
    return scores


def davies_bouldin(x, pred):
    """scikit-learn's formula over distances that do not cancel."""
    x, codes = x.astype(np.float64), np.unique(pred, return_inverse=True)[1]
    groups = [x[codes == code] for code in range(codes.max() + 1)]
    means = np.array([group.mean(axis=0) for group in groups])
    spread = np.array([np.linalg.norm(group - mean, axis=1).mean() for group, mean in zip(groups, means)])
    apart = cdist(means, means)
    apart[apart == 0] = np.inf
    return ((spread[:, None] + spread) / apart).max(axis=1).mean()


def silhouettes(x, pred):
    """scikit-learn's formula over distances that do not cancel."""
    x = x.astype(np.float64)
    length = np.linalg.norm(x, axis=1, keepdims=True)
    unit = np.divide(x, length, out=np.zeros_like(x), where=length > 0)
    cosine = cdist(unit, unit, "sqeuclidean") / 2
    zero = length[:, 0] == 0
    cosine[zero, :] = cosine[:, zero] = 1
    np.fill_diagonal(cosine, 0)
    score = lambda distances: sk.silhouette_score(distances, pred, metric="precomputed")
    return {"silhouette": score(cdist(x, x)), "silhouette-cosine": score(cosine)}


def edge_cases():
    r = np.random.default_rng(7)
    n, k = 600, 5
    truth = r.integers(0, k, n)
    x = r.normal(size=(n, 8)) + 2 * r.normal(size=(k, 8))[truth]
    noisy = np.where(r.random(n) < 0.3, r.integers(0, 7, n), truth)
    single = truth.copy()
    single[:20] = 100 + np.arange(20)
    yield "plain", x, truth, [noisy, truth, r.permutation(truth)]
    yield "negative", -np.abs(x) - 3, truth, [noisy]
    yield "scale 1e6", x * 1e6, truth, [noisy]
    yield "scale 1e-6", x * 1e-6, truth, [noisy]
    yield "offset 1e6", x + 1e6, truth, [noisy]
    yield "duplicates", np.round(x), truth, [noisy]
    yield "pairs of equal rows", np.repeat(x[:300], 2, axis=0), np.repeat(truth[:300], 2), [np.repeat(noisy[:300], 2)]
    yield "near duplicates", np.repeat(x[:300], 2, axis=0) + 1e-7 * r.normal(size=(n, 8)), truth, [np.arange(n) // 2]
    yield "constant features", np.hstack([x, np.full((n, 3), 7.1)]), truth, [noisy]
    yield "one feature", x[:, :1], truth, [noisy]
    yield "zero rows", np.where(np.arange(n)[:, None] % 9 == 0, 0, x), truth, [noisy]
    yield "one sample a cluster, some", x, truth, [single]
    yield "k = 1", x, truth, [np.zeros(n, int)]
    yield "k = n", x, truth, [np.arange(n)]
    yield "k = n - 1", x, truth, [np.maximum(np.arange(n), 1)]
    yield "one class", x, np.zeros(n, int), [noisy, np.zeros(n, int), np.arange(n)]
    yield "more clusters than classes", x, truth, [r.integers(0, 40, n)]
    yield "labels with gaps", x, truth * 10**9 + 3, [noisy * 10**12]
    yield "two samples apart", x[:3], np.array([0, 0, 1]), [np.array([0, 0, 1])]
    yield "single precision", x.astype(np.float32), truth, [noisy]
    yield "single precision, offset 1e3", (x + 1e3).astype(np.float32), truth, [noisy]


def real_data(mnist_rows):
    for name, (x, y), rows in (("MNIST", mnist(), mnist_rows), ("USPS", usps(), None), ("HAR", har(), None)):
        x, y = x[:rows], y[:rows]
        classes = len(np.unique(y))
        preds = [
            MiniBatchKMeans(k, random_state=0, n_init=1, batch_size=1024).fit_predict(x)
            for k in ((classes,) if name == "MNIST" else (classes, 47, 4))
        ]
        yield f"{name} {x.shape[0]:,}×{x.shape[1]}", x, y, preds
        yield f"{name} {x.shape[0]:,}×{x.shape[1]} single", x.astype(np.float32), y, preds[:1]


def gap(found, expected, single):
    """In units of the tolerance."""
    if found is None or expected is None:
        return 0 if found is expected else np.inf
    # Scores near 0 that are differences of larger numbers (AMI, silhouette) have no more digits than those.
    scale = 2e-6 * max(abs(expected), 1) if single else 1e-9 * max(abs(expected), 1e-3)
    return abs(found - expected) / scale


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mnist-rows", type=int, default=70_000)
    parser.add_argument("--edges-only", action="store_true")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    program = build()
    print(f"scikit-learn {sklearn.__version__}, numpy {np.__version__}, scipy {scipy.__version__}")
    print(f"{'data':38} {'labelling':9} {'scores':6} {'worst gap / tolerance':34} scikit-learn off by: Davies-Bouldin, silhouettes")
    failed = False
    cases = list(edge_cases())
    if not options.edges_only:
        cases += real_data(options.mnist_rows)
    for name, x, truth, preds in cases:
        path = write(x, truth, preds)
        found = ours(program, path)
        os.unlink(path)
        for i, pred in enumerate(preds):
            expected = theirs(x, truth, pred)
            off = ""
            if expected["silhouette"] is not None:
                right = {"davies-bouldin": davies_bouldin(x, pred)} | (silhouettes(x, pred) if len(x) <= 5000 else {})
                off = ", ".join(f"{abs(expected[key] - value):.0e}" for key, value in right.items())
                expected.update(right)
            if len(np.unique(pred)) == len(pred):
                del expected["ami-min"]  # 0/0: whatever rounding makes of it
            single = lambda key: x.dtype == np.float32 and key in GEOMETRIC
            gaps = {key: gap(found[i, key][0], value, single(key)) for key, value in expected.items()}
            worst = max(gaps, key=gaps.get)
            bad = not gaps[worst] <= 1
            failed |= bad
            mark = "  DIFFERS" if bad else ""
            print(f"{name:38} {i:9} {len(gaps):6} {gaps[worst]:10.1e} {worst:23} {off}{mark}", flush=True)
            if bad:
                for key in gaps:
                    if gaps[key] > 1:
                        print(f"    {key}: ours {found[i, key][0]!r}, expected {expected[key]!r}")
    sys.exit(failed)


if __name__ == "__main__":
    main()
