#!/usr/bin/env bash
# Training throughput of the Biswas autoencoder, ours beside Python's torch 2.11, one thread each, alternately.
# Needs a Python with torch 2.11 (PYTHON=…) and an idle machine. Usage: compare.sh [ROUNDS]
set -euo pipefail
cd "$(dirname "$0")/../../.."
rounds=${1:-3}
python=${PYTHON:-python3}
cargo build --quiet --release -p deepclust-nets --example training_throughput
ours=${CARGO_TARGET_DIR:-target}/release/examples/training_throughput
export OMP_NUM_THREADS=1
best() { sort -n | tail -n 1; }
for ((i = 0; i < rounds; i++)); do
    "$ours" 3 >>"${TMPDIR:-/tmp}/ours.$$"
    BY_MAKER=1 "$ours" 3 >>"${TMPDIR:-/tmp}/by-maker.$$"
    "$python" benches/peers/training/biswas.py 3 >>"${TMPDIR:-/tmp}/torch.$$"
    "$python" benches/peers/training/biswas.py 3 --fused >>"${TMPDIR:-/tmp}/fused.$$"
done
a=$(best <"${TMPDIR:-/tmp}/ours.$$") b=$(best <"${TMPDIR:-/tmp}/torch.$$") c=$(best <"${TMPDIR:-/tmp}/fused.$$")
m=$(best <"${TMPDIR:-/tmp}/by-maker.$$")
rm -f "${TMPDIR:-/tmp}"/{ours,by-maker,torch,fused}.$$
awk -v m="$m" -v a="$a" -v b="$b" -v c="$c" -v n="$rounds" 'BEGIN {
    printf "samples/s, best of %d: deepclust %d, with the kernels that MKL chooses by itself %d; torch %d (ratio %.2f); torch with fused Adam %d (ratio %.2f)\n", n, a, m, b, a / b, c, a / c
}'
