#!/usr/bin/env bash
# Seconds of an epoch of joint training, ours beside Python's: k-DAE's and MIXAE's against a loop over modules in torch 2.11, VaDE's
# and the representation network's against torch's, DEC's against ClustPy's, one thread each, alternately. DEC is run in both forms: with targets from all samples, as
# often as its authors' code makes them on MNIST, and with targets from each batch, as ClustPy makes them. Ours in f32 also with the
# kernels that MKL chooses by itself, which are Python's. The table goes to standard output and into docs/speed.md.
# Needs a Python with torch 2.11 and clustpy (PYTHON=…) and an idle machine. Usage: joint.sh [ROUNDS]
set -euo pipefail
cd "$(dirname "$0")/../../.."
rounds=${1:-3}
[[ $rounds =~ ^[1-9][0-9]*$ ]] || { echo "ROUNDS: expected a number from 1, found $rounds" >&2; exit 2; }
python=${PYTHON:-python3}
cargo build --quiet --release -p deepclust-methods --example joint_epoch
ours=${CARGO_TARGET_DIR:-target}/release/examples/joint_epoch
export OMP_NUM_THREADS=1
times=$(mktemp -d)
trap 'rm -rf "$times"' EXIT
for ((i = 0; i < rounds; i++)); do
    for pass in all responsible; do
        for precision in single bf16; do
            "$ours" k-dae "$pass" "$precision" >>"$times/$pass.$precision"
        done
    done
    BY_MAKER=1 "$ours" k-dae all single >>"$times/all.by-maker"
    "$python" benches/peers/training/joint.py k-dae >>"$times/torch"
    "$python" benches/peers/training/joint.py k-dae --fused >>"$times/fused"
    for form in dec dec-batch-targets vade; do
        for precision in single bf16; do
            "$ours" "$form" "$precision" >>"$times/$form.$precision"
        done
    done
    "$ours" mixae >>"$times/mixae.single"
    BY_MAKER=1 "$ours" mixae >>"$times/mixae.by-maker"
    BY_MAKER=1 "$ours" vade single >>"$times/vade.by-maker"
    "$ours" repnet >>"$times/repnet.single"
    BY_MAKER=1 "$ours" repnet >>"$times/repnet.by-maker"
    for form in mixae vade repnet; do
        "$python" benches/peers/training/joint.py "$form" >>"$times/$form.torch"
        "$python" benches/peers/training/joint.py "$form" --fused >>"$times/$form.fused"
    done
    for form in dec dec-batch-targets; do
        BY_MAKER=1 "$ours" "$form" single >>"$times/$form.by-maker"
    done
    "$python" benches/peers/training/joint.py dec 2>/dev/null | tail -n 1 >>"$times/clustpy"
done
name() { if [ "$1" = single ]; then echo f32; else echo "$1"; fi; }
best() { sort -n "$times/$1" | head -n 1; }
row() { # NAME OURS PEER: a line of the table
    awk -v n="$1" -v a="$(best "$2")" -v b="$(best "$3")" 'BEGIN { printf "| %s | %.3f | %.3f | %.2f |\n", n, a, b, a / b }'
}
table() {
    echo "Best of $rounds rounds, one thread, on $(sed -n 's/^model name\s*: //p' /proc/cpuinfo | head -n 1), $(date +%F):"
    echo
    echo "| training | ours | Python | ours ÷ Python |"
    echo "| --- | ---: | ---: | ---: |"
    for precision in single bf16; do
        for pass in all responsible; do
            row "k-DAE, pass \`$pass\`, $(name "$precision"); torch 2.11, default Adam" "$pass.$precision" torch
        done
    done
    row "k-DAE, pass \`all\`, f32; torch 2.11, fused Adam" all.single fused
    row "k-DAE, pass \`all\`, f32, MKL's own kernels; torch 2.11, default Adam" all.by-maker torch
    for form in "mixae MIXAE" "vade VaDE" "repnet representation network"; do
        row "${form#* }, f32; torch 2.11, default Adam" "${form%% *}.single" "${form%% *}.torch"
        row "${form#* }, f32; torch 2.11, fused Adam" "${form%% *}.single" "${form%% *}.fused"
        row "${form#* }, f32, MKL's own kernels; torch 2.11, default Adam" "${form%% *}.by-maker" "${form%% *}.torch"
    done
    row "VaDE, bf16; torch 2.11, default Adam" vade.bf16 vade.torch
    for precision in single bf16; do
        row "DEC, targets from all samples, $(name "$precision"); ClustPy" "dec.$precision" clustpy
        row "DEC, targets from each batch, $(name "$precision"); ClustPy" "dec-batch-targets.$precision" clustpy
    done
    for form in "dec all samples" "dec-batch-targets each batch"; do
        row "DEC, targets from ${form#* }, f32, MKL's own kernels; ClustPy" "${form%% *}.by-maker" clustpy
    done
}
for file in "$times"/*; do
    [ -s "$file" ] || { echo "${file##*/} has left no times" >&2; exit 1; }
done
table >"$times/table"
"$python" benches/peers/into_docs.py speed-joint <"$times/table"
