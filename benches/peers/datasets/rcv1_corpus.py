"""Writes a corpus of RCV1's size in the published token format: 804,414 documents of 75 distinct terms each, numbered as
in the genuine topic judgements, so that 685,071 of them have a single root.

    python rcv1_corpus.py rcv1-v2.topics.qrels.gz OUT/rcv1
"""

import gzip
import pathlib
import shutil
import sys

import numpy as np

qrels, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
out.mkdir(parents=True, exist_ok=True)
shutil.copy(qrels, out / "rcv1-v2.topics.qrels.gz")
ids = []
with gzip.open(qrels, "rt") as lines:
    for line in lines:
        ids.append(int(line.split()[1]))
ids = np.unique(ids)
rng = np.random.default_rng(0)
# 2,600 terms with Zipf-like frequencies; names of letters only, as stems are.
letters = "abcdefghijklmnopqrstuvwxyz"
terms = np.array([f"t{letters[i // 676 % 26]}{letters[i // 26 % 26]}{letters[i % 26]}" for i in range(2600)])
weights = 1 / np.arange(30, 2630)
log_weights = np.log(weights / weights.sum())
parts = ["test_pt0", "test_pt1", "test_pt2", "test_pt3", "train"]
for part, chunk in zip(parts, np.array_split(ids, [200_000, 400_000, 600_000, 781_265])):
    with gzip.open(out / f"lyrl2004_tokens_{part}.dat.gz", "wt", compresslevel=1) as file:
        for start in range(0, len(chunk), 2000):
            block = chunk[start : start + 2000]
            # The 75 largest perturbed weights: a draw without replacement (Gumbel top-k).
            keys = log_weights + rng.gumbel(size=(len(block), len(terms)))
            chosen = np.argpartition(-keys, 75, axis=1)[:, :75]
            repeats = rng.geometric(0.6, size=chosen.shape)
            for id, row, times in zip(block, chosen, repeats):
                words = " ".join(np.repeat(terms[row], times))
                file.write(f".I {id}\n.W\n{words}\n\n")
print(len(ids), "documents")
