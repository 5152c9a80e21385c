"""Writes crates/cluster/tests/public/data/sklearn.json: small cases with what scikit-learn makes of them.

    pip install scikit-learn==1.9.0 && python benches/peers/cluster/reference_cases.py
"""
import json
import pathlib
import warnings

import numpy as np
import scipy.sparse
import sklearn
from sklearn.cluster import KMeans
from sklearn.mixture import GaussianMixture

warnings.filterwarnings("ignore")
rng = np.random.default_rng(20240607)
cases = []


def case(name, x, init, weights=None, max_iter=300, tol=1e-4):
    x, init = np.asarray(x, float), np.asarray(init, float)
    fits = [
        KMeans(len(init), init=init, n_init=1, max_iter=max_iter, tol=tol, algorithm=a).fit(x, sample_weight=weights)
        for a in ("lloyd", "elkan")
    ]
    m = fits[0]
    assert (m.labels_ == fits[1].labels_).all(), name
    cases.append(
        dict(
            name=name, x=x.tolist(), init=init.tolist(), weights=None if weights is None else list(map(float, weights)),
            max_iter=max_iter, tol=tol, labels=m.labels_.tolist(), inertia=float(m.inertia_), n_iter=m.n_iter_,
            centers=m.cluster_centers_.tolist(),
        )
    )


u = rng.uniform(-1, 1, (150, 5)).round(4)
case("uniform", u, u[:6])
case("uniform, four iterations", u, u[:6], max_iter=4)
case("loose tolerance", u, u[:6], tol=5e-3)
case("one cluster", u, u[:1])
case("two features", u[:, :2], u[:9, :2])
case("one feature", u[:, :1], u[:3, :1])
case("one sample a cluster", u[:7], u[:7])
case("one sample a cluster, other start", u[:7], u[:7][::-1] + 0.01)
case("one sample", u[:1], u[:1] + 1)
d = np.repeat([[0.0, 0], [1, 1], [5, 2]], [7, 8, 5], axis=0)
case("duplicates, equal centres", d, [[0, 0], [0, 0], [1, 1], [5, 2]])
case("duplicates, as many centres as values", d, [[0.2, 0], [1.5, 1], [4, 2]])
case("all samples equal", np.ones((6, 3)), [[1, 1, 1], [2, 2, 2]])
c = u.copy()
c[:, [1, 3]] = [3.25, -1e3]
case("constant features", c, c[:5])
case("all negative", -5 - np.abs(u), (-5 - np.abs(u))[:4])
case("scale of a million", u * 1e6, u[:4] * 1e6)
case("a million away", u + 1e6, u[:4] + 1e6)
case("scale of a millionth", u * 1e-6, u[:4] * 1e-6)
case("mixed scales", u * [1, 1e3, 1e-3, 1e6, 1], (u * [1, 1e3, 1e-3, 1e6, 1])[:4])
case("empty cluster", u, np.vstack([u[:3], [[50.0] * 5]]))
case("two empty clusters", u, np.vstack([u[:3], [[50.0] * 5], [[-70.0] * 5]]))
w = rng.uniform(0.1, 3, 150).round(3)
case("weights", u, u[:5], weights=w)
w0 = w.copy()
w0[rng.choice(150, 40, replace=False)] = 0
case("weights, some zero", u, u[:5], weights=w0)
b = np.concatenate([rng.normal(m, 0.5, (20, 70)) for m in (-1, 0, 1, 2)]).round(3)
case("seventy features", b, b[[0, 25, 45, 65]])
case("twenty clusters", u, u[:20])

s = scipy.sparse.random(80, 60, density=0.1, format="csr", random_state=3)
s.data = s.data.round(4) + 0.01
init = s[:5].toarray()
m = KMeans(5, init=init, n_init=1).fit(s)
sparse = dict(
    x=s.toarray().tolist(), init=init.tolist(), labels=m.labels_.tolist(), inertia=float(m.inertia_), n_iter=m.n_iter_
)

mixtures = []
g = np.concatenate([rng.normal(m, sd, (60, 3)) for m, sd in ((0, 1), (2, 0.4), (-2, 0.8))]).round(4)
means = np.array([[0.5, 0.5, 0.5], [1.5, 2, 2], [-1, -2, -2]])
variance = np.array([1.0, 0.5, 2.0])
for kind, precisions in dict(
    full=np.array([np.eye(3) / v for v in variance]), tied=np.eye(3), diag=np.ones((3, 3)) / variance[:, None],
    spherical=1 / variance,
).items():
    m = GaussianMixture(
        3, covariance_type=kind, tol=1e-6, max_iter=500, weights_init=[0.2, 0.3, 0.5], means_init=means, precisions_init=precisions
    ).fit(g)
    mixtures.append(
        dict(
            kind=kind, n_iter=m.n_iter_, lower_bound=float(m.lower_bound_), score=float(m.score(g)), bic=float(m.bic(g)),
            aic=float(m.aic(g)), weights=m.weights_.tolist(), means=m.means_.tolist(), labels=m.predict(g).tolist(),
            precisions=m.precisions_.ravel().tolist(), proba=m.predict_proba(g)[:5].ravel().tolist(),
            scores=m.score_samples(g)[:5].tolist(),
        )
    )

out = dict(
    scikit_learn=sklearn.__version__, kmeans=cases, sparse=sparse,
    mixture=dict(x=g.tolist(), weights=[0.2, 0.3, 0.5], means=means.tolist(), variance=variance.tolist(), fits=mixtures),
)
path = pathlib.Path(__file__).resolve().parents[3] / "crates/cluster/tests/public/data/sklearn.json"
path.write_text(json.dumps(out).replace('}, {"name"', '},\n{"name"') + "\n")
print(path, path.stat().st_size)
for c in cases:
    print(c["name"], c["n_iter"], c["inertia"])
