"""Compares neighbours, Leiden, HDBSCAN and UMAP with pynndescent, leidenalg, hdbscan and umap-learn on MNIST, 70,000 images.

    cargo build --release -p deepclust-manifold --example manifold_tool -p deepclust-cluster --example graph_tool
    DEEPCLUST_DATA=<folder with mnist/> python compare.py [--tools <folder>] [--rounds 3] [neighbours] [leiden] [hdbscan] [umap]

Needs pynndescent, leidenalg, igraph, hdbscan, umap-learn and scikit-learn. Both sides are run in turn `--rounds` times with all cores, and
the best wall time of each is kept. What numba compiles is compiled by a small run first, which is not counted.
"""

import argparse, gzip, json, os, subprocess, tempfile, time, warnings
from importlib.metadata import version

import numpy as np

warnings.filterwarnings("ignore")
DATA = os.environ.get("DEEPCLUST_DATA", "data")
FOLDER = tempfile.mkdtemp()


def read(name, magic):
    return np.frombuffer(gzip.open(f"{DATA}/mnist/{name}-ubyte.gz").read(), np.uint8, offset=magic)


def mnist():
    x = np.concatenate([read(f"{part}-images-idx3", 16).reshape(-1, 784) for part in ("train", "t10k")])
    y = np.concatenate([read(f"{part}-labels-idx1", 8) for part in ("train", "t10k")])
    return (x / 255).astype(np.float32), y


def file(name):
    return os.path.join(FOLDER, name)


def save(name, x):
    np.ascontiguousarray(x, np.float32).tofile(file(name))
    return file(name)


def load(name, columns):
    return np.fromfile(file(name), np.float32).reshape(-1, columns)


def run(tool, *args):
    out = subprocess.run([os.path.join(TOOLS, tool), *map(str, args)], capture_output=True, text=True, check=True)
    return json.loads(out.stdout) if out.stdout.strip() else {}


def timed(f):
    start = time.perf_counter()
    out = f()
    return time.perf_counter() - start, out


def row(what, ours, theirs, unit="s"):
    print(f"| {what} | {ours:.4g} {unit} | {theirs:.4g} {unit} | {ours / theirs:.2f} |", flush=True)


def recall(found, truth):
    return np.mean([len(set(a) & set(b)) / len(b) for a, b in zip(found, truth)])


def neighbours(rounds):
    from pynndescent import NNDescent

    x, _ = mnist()
    NNDescent(x[:5000], n_neighbors=15)
    path = save("x", x)
    run("manifold_tool", "knn", path, 784, file("exact"), 15)
    exact = load("exact", 30)[:, :15].astype(int)
    ours, peer = [], []
    for _ in range(rounds):
        ours.append(run("manifold_tool", "approximate", path, 784, file("near"), 15)["seconds"])
        seconds, index = timed(lambda: NNDescent(x, n_neighbors=15))
        peer.append(seconds)
    row("neighbours 70,000×784, 15 of each", min(ours), min(peer))
    row("  recall", recall(load("near", 15).astype(int), exact), recall(index.neighbor_graph[0], exact), "")


def leiden(rounds):
    import igraph, leidenalg
    from sklearn.decomposition import PCA

    x, _ = mnist()
    path = save("low", PCA(50).fit_transform(x))
    run("manifold_tool", "fuzzy", path, 50, file("graph"), 15)
    edges = load("graph", 3)
    upper = edges[edges[:, 0] < edges[:, 1]]
    graph = igraph.Graph(n=len(x), edges=upper[:, :2].astype(int))
    weights = upper[:, 2].astype(float)
    ours, peer, q, p = [], [], [], []
    for seed in range(rounds):
        out = run("graph_tool", "leiden", file("graph"), len(x), 1.0, seed)
        ours.append(out["seconds"])
        q.append(out["modularity"])
        kind = leidenalg.RBConfigurationVertexPartition
        seconds, found = timed(lambda: leidenalg.find_partition(graph, kind, weights=weights, seed=seed))
        peer.append(seconds)
        p.append(graph.modularity(found.membership, weights=weights))
    row(f"Leiden, MNIST's graph of {len(upper):,} edges", min(ours), min(peer))
    row("  modularity, mean", np.mean(q), np.mean(p), "")


def density(rounds):
    import hdbscan
    from sklearn.decomposition import PCA
    from sklearn.metrics import adjusted_rand_score

    x, _ = mnist()
    low = PCA(10).fit_transform(x).astype(np.float32)
    hdbscan.HDBSCAN(min_cluster_size=50).fit(low[:2000])
    path = save("low10", low)
    ours, peer = [], []
    for _ in range(rounds):
        ours.append(run("graph_tool", "hdbscan", path, 10, 50, 5, "eom", file("labels"))["seconds"])
        kind = hdbscan.HDBSCAN(min_cluster_size=50, min_samples=5, core_dist_n_jobs=os.cpu_count())
        seconds, found = timed(lambda: kind.fit(low.astype(np.float64)))
        peer.append(seconds)
    row("HDBSCAN 70,000×10", min(ours), min(peer))
    same = adjusted_rand_score(load("labels", 3)[:, 0].astype(int), found.labels_)
    print(f"|   adjusted Rand index between both | {same:.4f} | | |", flush=True)


def umap(rounds):
    from sklearn.metrics import adjusted_rand_score
    from umap import UMAP

    x, y = mnist()
    UMAP(n_epochs=11).fit(x[:5000])
    path = save("x", x)
    ours, peer, a, b = [], [], [], []

    def ari(name):
        run("graph_tool", "hdbscan", name, 2, 500, 10, "eom", file("labels"))
        return adjusted_rand_score(y, load("labels", 3)[:, 0].astype(int))

    for seed in range(rounds):
        ours.append(run("manifold_tool", "umap", path, 784, file("map"), seed)["seconds"])
        a.append(ari(file("map")))
        seconds, found = timed(lambda: UMAP().fit_transform(x))
        peer.append(seconds)
        b.append(ari(save("theirs", found)))
    row("UMAP 70,000×784", min(ours), min(peer))
    print(f"|   ARI of HDBSCAN on the maps | {np.round(a, 3)} | {np.round(b, 3)} | |", flush=True)


if __name__ == "__main__":
    parts = {"neighbours": neighbours, "leiden": leiden, "hdbscan": density, "umap": umap}
    parser = argparse.ArgumentParser()
    parser.add_argument("parts", nargs="*", default=list(parts))
    parser.add_argument("--tools", default="target/release/examples")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    TOOLS = args.tools
    names = ("pynndescent", "leidenalg", "hdbscan", "umap-learn", "numba")
    print(", ".join(f"{name} {version(name)}" for name in names), f"{os.cpu_count()} cores")
    print("| what | deepclust | peer | ratio |\n| --- | --- | --- | --- |", flush=True)
    for part in args.parts:
        parts[part](args.rounds)
