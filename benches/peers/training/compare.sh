#!/usr/bin/env bash
# Training throughput of the Biswas autoencoder, ours beside Python's torch 2.11, one thread each, alternately. The table goes to
# standard output and into docs/speed.md.
# Needs a Python with torch 2.11 (PYTHON=…) and an idle machine. Usage: compare.sh [ROUNDS]
set -euo pipefail
cd "$(dirname "$0")/../../.."
rounds=${1:-3}
[[ $rounds =~ ^[1-9][0-9]*$ ]] || { echo "ROUNDS: expected a number from 1, found $rounds" >&2; exit 2; }
python=${PYTHON:-python3}
cargo build --quiet --release -p deepclust-nets --example training_throughput
ours=${CARGO_TARGET_DIR:-target}/release/examples/training_throughput
export OMP_NUM_THREADS=1
speeds=$(mktemp -d)
trap 'rm -rf "$speeds"' EXIT
for ((i = 0; i < rounds; i++)); do
    "$ours" 3 >>"$speeds/ours"
    BY_MAKER=1 "$ours" 3 >>"$speeds/by-maker"
    "$python" benches/peers/training/biswas.py 3 >>"$speeds/torch"
    "$python" benches/peers/training/biswas.py 3 --fused >>"$speeds/fused"
done
best() { sort -n "$speeds/$1" | tail -n 1; }
table() {
    echo "Best of $rounds rounds, one thread, on $(sed -n 's/^model name\s*: //p' /proc/cpuinfo | head -n 1), $(date +%F):"
    echo
    echo "| ours | ours, MKL's own kernels | torch 2.11, default Adam | torch 2.11, fused Adam | ours ÷ default | ours ÷ fused |"
    echo "| ---: | ---: | ---: | ---: | ---: | ---: |"
    awk -v a="$(best ours)" -v m="$(best by-maker)" -v b="$(best torch)" -v c="$(best fused)" 'BEGIN {
        printf "| %d | %d | %d | %d | %.2f | %.2f |\n", a, m, b, c, a / b, a / c
    }'
}
for file in "$speeds"/*; do
    [ -s "$file" ] || { echo "${file##*/} has left no times" >&2; exit 1; }
done
table >"$speeds/table"
"$python" benches/peers/into_docs.py speed-biswas <"$speeds/table"
