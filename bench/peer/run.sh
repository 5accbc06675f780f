#!/usr/bin/env bash
# The peers and Recede side by side: rounds interleaved (peers, Recede, peers, Recede, ...), one row a case.
#   bench/peer/run.sh [--quick] [--avx2 | --pruned | --memory] [--rounds N] [--seconds S] [--threads T] [--keep DIR] [CASE ...]
# Cases stand in bench/cases.json: vgg16_bs64 for training and inference, vgg16_bs64_train for one of them.
# --quick: 3 rounds of 1 s instead of 5 of 2 s. --keep leaves the rounds' JSON lines in DIR.
# --avx2: every side without AVX-512, beside PyTorch alone; the goal is 1.
# --pruned: pruned networks beside PyTorch, and beside themselves unpruned and what their floors predict, with and without
#   Winograd's tiles.
# --memory: the peak memory of training steps beside PyTorch's, instead of times.
# Let nothing else run meanwhile.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
python=/usr/bin/python3
cache=${XDG_CACHE_HOME:-$HOME/.cache}/recede-peer
runtime=onnxruntime-node@1.30
rounds=5 seconds=2 threads=2 keep= mode=speed
names=()
while [ $# -gt 0 ]; do
    case $1 in
        --quick) rounds=3 seconds=1 ;;
        --avx2|--pruned|--memory) mode=${1#--} ;;
        --rounds) rounds=$2; shift ;;
        --seconds) seconds=$2; shift ;;
        --threads) threads=$2; shift ;;
        --keep) keep=$2; shift ;;
        -h|--help) sed -n '2,10s/^# *//p' "${BASH_SOURCE[0]}"; exit 0 ;;
        -*) echo "run.sh: no option $1" >&2; exit 2 ;;
        *) names+=("$1") ;;
    esac
    shift
done

install_peers() {
    if ! "$python" -c 'import torch' 2>/dev/null; then
        if [ "$(id -u)" -ne 0 ]; then
            echo "run.sh: PyTorch is missing: apt-get install python3-torch libopenblas0-pthread" >&2
            exit 1
        fi
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-torch libopenblas0-pthread >/dev/null
    fi
    if [ ! -d "$cache/node_modules/onnxruntime-node" ]; then
        command -v npm >/dev/null || { echo "run.sh: ONNX Runtime is missing, and npm, which would install it" >&2; exit 1; }
        # Its scripts would fetch libraries for a GPU; the one for the CPU comes inside the package.
        npm install --prefix "$cache" --ignore-scripts --no-audit --no-fund --silent "$runtime"
    fi
}

install_peers >&2
choice=()
[ $mode = pruned ] && choice=(--pruned)
mapfile -t steps < <("$python" "$here/cases.py" ${choice[@]+"${choice[@]}"} ${names[@]+"${names[@]}"})
[ ${#steps[@]} -gt 0 ] || exit 2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
[ -n "$keep" ] && mkdir -p "$keep"
lines=${keep:-$scratch}/lines.jsonl
: >"$lines"

goal=()
case $mode in
    speed)
        mapfile -t inferred < <(printf '%s\n' "${steps[@]}" | sed -n 's/_infer$//p')
        [ ${#inferred[@]} -eq 0 ] || "$python" "$here/export_onnx.py" "$scratch" "${inferred[@]}" 2>/dev/null
        ;;
    avx2)
        export DOTNET_EnableAVX512=0 ONEDNN_MAX_CPU_ISA=AVX2 ATEN_CPU_CAPABILITY=avx2
        goal=(--goal 1)
        ;;
    memory)
        mapfile -t steps < <(printf '%s\n' "${steps[@]}" | grep '_train$')
        ;;
esac

dotnet build -c Release "$root/bench/Recede.Bench" -v q --nologo >&2
recede=$root/bench/Recede.Bench/bin/Release/net10.0/Recede.Bench.dll

echo "# $(uname -m), $(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2 | xargs), load $(cut -d' ' -f1-3 /proc/loadavg)"
[ $mode != avx2 ] || echo "# every side held to AVX2"
echo "# python3-torch $(dpkg-query -W -f='${Version}' python3-torch 2>/dev/null || echo unknown), $runtime, .NET $(dotnet --version), $threads threads, $rounds rounds of $seconds s"
# measure STEP: a line of each side, the peers' first.
measure() {
    local arguments=(--case "$1" --threads "$threads" --seconds "$seconds")
    "$python" "$here/train_step.py" "${arguments[@]}"
    # ONNX Runtime cannot be held to AVX2, and pruned networks are held against PyTorch.
    if [ $mode = speed ] && [[ $1 == *_infer ]]; then
        NODE_PATH=$cache/node_modules node "$here/ort_step.js" --models "$scratch" "${arguments[@]}"
    fi
    dotnet "$recede" peer-step "${arguments[@]}"
    [ $mode != pruned ] || dotnet "$recede" peer-step "${arguments[@]}" --winograd off
}

# measure_memory STEP: a process each, since a peak is a process's.
measure_memory() {
    local form
    for form in nchw nhwc; do
        "$python" "$here/train_step.py" --case "$1" --threads "$threads" --form $form --memory
    done
    dotnet "$recede" peer-step --case "$1" --threads "$threads" --memory
}

for ((round = 1; round <= rounds; round++)); do
    if [ $mode = pruned ]; then
        for winograd in on off; do
            dotnet "$recede" floors --totals --winograd $winograd --case "${steps[@]}" --threads "$threads" >>"$lines"
        done
    fi
    for step in "${steps[@]}"; do
        echo "round $round/$rounds $step" >&2
        if [ $mode = memory ]; then measure_memory "$step"; else measure "$step"; fi >>"$lines"
    done
done
"$python" "$here/compare.py" ${goal[@]+"${goal[@]}"} "$lines"
