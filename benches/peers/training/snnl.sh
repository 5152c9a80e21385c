#!/usr/bin/env bash
# Seconds of a training epoch of the soft nearest neighbour paper's network, ours in f32 and bf16 beside Python's torch 2.11 with its
# default and its fused Adam, and in f32 with the kernels that MKL chooses by itself, which are Python's, one thread each, alternately. The table goes to standard output
# and into docs/speed.md.
# Needs a Python with torch 2.11 (PYTHON=…) and an idle machine. Usage: snnl.sh [ROUNDS]
set -euo pipefail
cd "$(dirname "$0")/../../.."
rounds=${1:-3}
[[ $rounds =~ ^[1-9][0-9]*$ ]] || { echo "ROUNDS: expected a number from 1, found $rounds" >&2; exit 2; }
python=${PYTHON:-python3}
cargo build --quiet --release -p deepclust-methods --example training_epoch
ours=${CARGO_TARGET_DIR:-target}/release/examples/training_epoch
export OMP_NUM_THREADS=1
times=$(mktemp -d)
trap 'rm -rf "$times"' EXIT
for ((i = 0; i < rounds; i++)); do
    for form in plain supervised; do
        "$ours" "$form" single >>"$times/$form.single"
        BY_MAKER=1 "$ours" "$form" single >>"$times/$form.by-maker"
        "$ours" "$form" bf16 >>"$times/$form.bf16"
        "$python" benches/peers/training/snnl.py "$form" >>"$times/$form.torch"
        "$python" benches/peers/training/snnl.py "$form" --fused >>"$times/$form.fused"
    done
done
best() { sort -n "$times/$1" | head -n 1; }
table() {
    echo "Best of $rounds rounds, one thread, on $(sed -n 's/^model name\s*: //p' /proc/cpuinfo | head -n 1), $(date +%F):"
    echo
    echo "| training | ours, f32 | ours, f32, MKL's own kernels | ours, bf16 | torch 2.11, default Adam | torch 2.11, fused Adam | f32 ÷ default | f32 ÷ fused | bf16 ÷ default | bf16 ÷ ours f32 |"
    echo "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for form in plain supervised; do
        awk -v f="$form" -v a="$(best $form.single)" -v m="$(best $form.by-maker)" -v h="$(best $form.bf16)" -v b="$(best $form.torch)" -v c="$(best $form.fused)" 'BEGIN {
            printf "| %s | %.2f | %.2f | %.2f | %.2f | %.2f | %.2f | %.2f | %.2f | %.2f |\n", f, a, m, h, b, c, a / b, a / c, h / b, h / a
        }'
    done
}
for file in "$times"/*; do
    [ -s "$file" ] || { echo "${file##*/} has left no times" >&2; exit 1; }
done
table >"$times/table"
"$python" benches/peers/into_docs.py speed-snnl <"$times/table"
