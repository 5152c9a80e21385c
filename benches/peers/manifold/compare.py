"""Compares deepclust-manifold with scikit-learn, openTSNE and umap-learn on MNIST (and USPS and HAR for PCA).

    cargo build --release -p deepclust-manifold --example manifold_tool
    DEEPCLUST_DATA=<folder with mnist/, usps/, har/> python compare.py [--tool <path>] [--rounds 3] [pca] [tsne] [umap]

Needs scikit-learn, openTSNE and umap-learn. Both sides are run in turn `--rounds` times, and the best wall time of each
is kept, so that a busy machine disturbs the ratio little. umap-learn is run once on a small set first: its compilation
is not counted. It gets no random state, its fastest setting; openTSNE and scikit-learn get all cores.
"""

import argparse, gzip, io, json, os, subprocess, tempfile, time, warnings, zipfile
from importlib.metadata import version

import numpy as np

warnings.filterwarnings("ignore")
DATA = os.environ.get("DEEPCLUST_DATA", "data")


def idx(name):
    raw = gzip.open(f"{DATA}/mnist/{name}-idx3-ubyte.gz").read()
    return np.frombuffer(raw, np.uint8, offset=16).reshape(-1, 784)


def mnist():
    return (np.concatenate([idx("train-images"), idx("t10k-images")]) / 255).astype(np.float32)


def usps():
    rows = [np.loadtxt(gzip.open(f"{DATA}/usps/zip.{part}.gz"))[:, 1:] for part in ("train", "test")]
    return np.concatenate(rows).astype(np.float32)


def har():
    archive = zipfile.ZipFile(f"{DATA}/har/UCI HAR Dataset.zip")
    read = lambda part: np.loadtxt(io.BytesIO(archive.read(f"UCI HAR Dataset/{part}/X_{part}.txt")))
    return np.concatenate([read("train"), read("test")]).astype(np.float32)


class Tool:
    def __init__(self, path):
        self.path, self.folder = path, tempfile.mkdtemp()

    def file(self, name):
        return os.path.join(self.folder, name)

    def save(self, name, x):
        np.ascontiguousarray(x, np.float32).tofile(self.file(name))
        return self.file(name)

    def load(self, name, columns):
        return np.fromfile(self.file(name), np.float32).reshape(-1, columns)

    def run(self, *args):
        out = subprocess.run([self.path, *map(str, args)], capture_output=True, text=True, check=True)
        return json.loads(out.stdout) if out.stdout.strip() else {}


def timed(f):
    start = time.perf_counter()
    out = f()
    return time.perf_counter() - start, out


def row(what, ours, theirs, unit="s"):
    print(f"| {what} | {ours:.4g} {unit} | {theirs:.4g} {unit} | {ours / theirs:.2f} |", flush=True)


def pca(tool, rounds):
    from sklearn.decomposition import PCA

    for name, x, k in (("MNIST", mnist(), 64), ("USPS", usps(), 64), ("HAR", har(), 64)):
        path = tool.save("x", x)
        wide = x.astype(np.float64)
        ours, peer = [], {np.float32: [], np.float64: []}
        for _ in range(rounds):
            ours.append(tool.run("pca", path, x.shape[1], tool.file("c"), k))
            for kind, data in ((np.float32, x), (np.float64, wide)):
                seconds, model = timed(lambda: PCA(k).fit(data))
                peer[kind].append(seconds)
        a, b = tool.load("c", x.shape[1]).astype(np.float64), model.components_
        # Sine of the largest angle between the subspaces.
        angle = np.linalg.norm(a.T - b.T @ (b @ a.T), 2)
        row(f"PCA {name} {x.shape[0]}×{x.shape[1]} → {k}, f32", min(o["f32"] for o in ours), min(peer[np.float32]))
        row(f"PCA {name} {x.shape[0]}×{x.shape[1]} → {k}, f64", min(o["f64"] for o in ours), min(peer[np.float64]))
        print(f"|   largest angle between the subspaces (f32 against scikit-learn's f64) | {angle:.1e} | | |", flush=True)


def tsne(tool, rounds):
    import openTSNE
    from sklearn.decomposition import PCA

    x = PCA(64).fit_transform(mnist()[:10000].astype(np.float64)).astype(np.float32)
    path = tool.save("x", x)
    ours, peer = [], []
    for seed in range(rounds):
        ours.append(tool.run("tsne", path, 64, tool.file("y"), seed))
        model = openTSNE.TSNE(negative_gradient_method="bh", n_jobs=os.cpu_count(), random_state=seed)
        seconds, y = timed(lambda: model.fit(x))
        peer.append((seconds, tool.run("kl", path, 64, tool.save("p", y), 2, 30)["kl"]))
    row("t-SNE MNIST 10,000×64, against openTSNE (Barnes–Hut)", min(o["seconds"] for o in ours), min(p[0] for p in peer))
    row("  its exact KL", np.mean([o["kl"] for o in ours]), np.mean([p[1] for p in peer]), "nats")


def tsne_sklearn(tool, rounds):
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    x = PCA(64).fit_transform(mnist()[:10000].astype(np.float64)).astype(np.float32)
    path = tool.save("x", x)
    ours = tool.run("tsne", path, 64, tool.file("y"), 0)
    seconds, y = timed(lambda: TSNE(2, random_state=0).fit_transform(x))
    kl = tool.run("kl", path, 64, tool.save("p", y), 2, 30)["kl"]
    row("t-SNE MNIST 10,000×64, against scikit-learn", ours["seconds"], seconds)
    row("  its exact KL", ours["kl"], kl, "nats")


def umap(tool, rounds):
    import scipy.sparse as sparse
    from sklearn.decomposition import PCA
    from umap import UMAP
    from umap.umap_ import fuzzy_simplicial_set

    x = mnist()
    small = x[:10000]
    low = PCA(10).fit_transform(x.astype(np.float64)).astype(np.float32)
    UMAP(n_epochs=11).fit(low[:5000])
    path = tool.save("low", low)
    ours, peer = [], []
    for seed in range(rounds):
        ours.append(tool.run("umap", path, 10, tool.file("y"), seed)["seconds"])
        peer.append(timed(lambda: UMAP().fit(low))[0])
    row("UMAP MNIST 70,000×10", min(ours), min(peer))
    path = tool.save("small", small)
    a, b = [], []
    for seed in range(rounds):
        tool.run("umap", path, 784, tool.file("y"), seed)
        a.append(tool.run("trust", path, 784, tool.file("y"), 2, 15)["trustworthiness"])
        y = UMAP(random_state=seed).fit_transform(small)
        b.append(tool.run("trust", path, 784, tool.save("p", y), 2, 15)["trustworthiness"])
    row("UMAP MNIST 10,000×784: trustworthiness (k = 15)", np.mean(a), np.mean(b), "")
    tool.run("knn", path, 784, tool.file("near"), 15)
    near = tool.load("near", 30)
    theirs = fuzzy_simplicial_set(
        small, 15, np.random.RandomState(0), "euclidean", knn_indices=near[:, :15].astype(np.int32), knn_dists=near[:, 15:]
    )[0].tocsr()
    tool.run("fuzzy", path, 784, tool.file("graph"), 15)
    e = tool.load("graph", 3)
    mine = sparse.coo_matrix((e[:, 2], (e[:, 0].astype(int), e[:, 1].astype(int))), theirs.shape).tocsr()
    print(f"|   fuzzy graph, largest difference of a weight | {abs(mine - theirs).max():.1e} | | |", flush=True)


if __name__ == "__main__":
    parts = {"pca": pca, "tsne": tsne, "tsne-sklearn": tsne_sklearn, "umap": umap}
    parser = argparse.ArgumentParser()
    parser.add_argument("parts", nargs="*", default=list(parts))
    parser.add_argument("--tool", default="target/release/examples/manifold_tool")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    names = ("scikit-learn", "openTSNE", "umap-learn", "numpy", "numba")
    print(", ".join(f"{name} {version(name)}" for name in names), f"{os.cpu_count()} cores")
    print("| what | deepclust-manifold | peer | ratio |\n| --- | --- | --- | --- |", flush=True)
    for part in args.parts:
        parts[part](Tool(args.tool), args.rounds)
