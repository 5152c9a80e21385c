"""Compares the tf-idf of deepclust-datasets with scikit-learn's on the tokens of Reuters-21578.

    cargo run --release -p deepclust-datasets --example reuters_tfidf -- DATA/reuters21578/reuters21578.tar.gz OUT
    python tfidf.py OUT

Exits 1 where any weight differs by more than 1e-6.
"""

import pathlib
import sys

import numpy as np
import sklearn
from sklearn.datasets import load_svmlight_file
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer

out = pathlib.Path(sys.argv[1])
documents = (out / "tokens.txt").read_text().split("\n")
terms = (out / "terms.txt").read_text().split("\n")
theirs = CountVectorizer(max_features=2000, token_pattern=r"\S+", lowercase=False).fit(documents)
counts = CountVectorizer(vocabulary=terms, token_pattern=r"\S+", lowercase=False).transform(documents)
everything = CountVectorizer(token_pattern=r"\S+", lowercase=False)
total = np.asarray(everything.fit_transform(documents).sum(axis=0)).ravel()
least = total[[everything.vocabulary_[t] for t in terms]].min()
odd = set(terms) ^ set(theirs.vocabulary_)
tied = all(total[everything.vocabulary_[t]] == least for t in odd)
print(f"scikit-learn {sklearn.__version__}: {len(documents)} documents, {len(terms)} terms")
print(f"vocabularies differ in {len(odd)} terms, all tied at the cut of {least} occurrences: {tied}")
worst = 0.0
for name, settings in [("dec", {"sublinear_tf": True}), ("default", {})]:
    expected = TfidfTransformer(**settings).fit_transform(counts)
    ours, _ = load_svmlight_file(str(out / f"{name}.svm"), n_features=len(terms), dtype=np.float64)
    difference = abs(ours - expected).max()
    worst = max(worst, difference)
    print(f"{name}: {expected.nnz} weights, stored alike: {expected.nnz == ours.nnz}, largest difference {difference:.2e}")
sys.exit(not (worst <= 1e-6 and tied))
