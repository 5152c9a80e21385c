"""Reads a CSV by own::read (the example own_read), polars and pandas in turn; the least of three.

python own_csv.py EXAMPLE FILE [THREADS]
"""
import os, subprocess, sys, time
os.environ["POLARS_MAX_THREADS"] = os.environ["RAYON_NUM_THREADS"] = sys.argv[3] if len(sys.argv) > 3 else "1"
import pandas, polars
example, file = sys.argv[1:3]
size = os.path.getsize(file) / 1e6
def ours():
    out = subprocess.run([example, file], capture_output=True, text=True, check=True).stdout
    return float(out.split()[0])
def theirs(read):
    start = time.perf_counter(); read(); return time.perf_counter() - start
best = {}
for _ in range(3):
    for name, call in [("ours", ours), ("polars", lambda: theirs(lambda: polars.read_csv(file).cast(polars.Float32).to_numpy())), ("pandas", lambda: theirs(lambda: pandas.read_csv(file).to_numpy("float32")))]:
        best[name] = min(best.get(name, 1e9), call())
for name, s in best.items(): print(f"{name}: {s:.2f} s, {size / s:.0f} MB/s")
