"""Reads a CSV by own::read (the example own_read), polars and pandas in turn; the least of three, on the wall and of the processor.

python own_csv.py EXAMPLE FILE [THREADS]
"""

import os
import resource
import subprocess
import sys
import time

os.environ["POLARS_MAX_THREADS"] = os.environ["RAYON_NUM_THREADS"] = sys.argv[3] if len(sys.argv) > 3 else "1"

import pandas
import polars

example, file = sys.argv[1:3]
size = os.path.getsize(file) / 1e6


def ours():
    subprocess.run([example, file], check=True, capture_output=True)


def processor():
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return sum(usage.ru_utime + usage.ru_stime for usage in (own, children))


readers = {
    "ours": ours,
    "polars": lambda: polars.read_csv(file).cast(polars.Float32).to_numpy(),
    "pandas": lambda: pandas.read_csv(file).to_numpy("float32"),
}
wall, used = {}, {}
for _ in range(3):
    for name, read in readers.items():
        start = time.perf_counter(), processor()
        read()
        wall[name] = min(wall.get(name, 1e9), time.perf_counter() - start[0])
        used[name] = min(used.get(name, 1e9), processor() - start[1])
for name in readers:
    print(f"{name}: {wall[name]:.2f} s, {size / wall[name]:.0f} MB/s; of the processor {used[name]:.2f} s, {size / used[name]:.0f} MB/s")
