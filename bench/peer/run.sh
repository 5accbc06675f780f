#!/usr/bin/env bash
# PyTorch and Recede side by side: rounds interleaved (peer, Recede, peer, Recede, ...), one row a case.
#   bench/peer/run.sh [--quick] [--rounds N] [--seconds S] [--threads T] [--keep DIR] [CASE ...]
# Let nothing else run meanwhile. --keep leaves the rounds' JSON lines in DIR.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
python=/usr/bin/python3
rounds=7 seconds=4 threads=2 keep=
cases=()
while [ $# -gt 0 ]; do
    case $1 in
        --quick) rounds=3 seconds=2 ;;
        --rounds) rounds=$2; shift ;;
        --seconds) seconds=$2; shift ;;
        --threads) threads=$2; shift ;;
        --keep) keep=$2; shift ;;
        -h|--help) sed -n '2,4p' "${BASH_SOURCE[0]}"; exit 0 ;;
        -*) echo "run.sh: no option $1" >&2; exit 2 ;;
        *) cases+=("$1") ;;
    esac
    shift
done
[ ${#cases[@]} -gt 0 ] || cases=(vgg16_bs64_train resnet56_bs64_train vgg16_bs64_infer resnet56_bs64_infer)

if ! "$python" -c 'import torch' 2>/dev/null; then
    if [ "$(id -u)" -ne 0 ]; then
        echo "run.sh: PyTorch is missing: apt-get install python3-torch libopenblas0-pthread" >&2
        exit 1
    fi
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-torch libopenblas0-pthread >/dev/null
fi

if [ -n "$keep" ]; then
    mkdir -p "$keep"
    lines=$keep
else
    lines=$(mktemp -d)
    trap 'rm -rf "$lines"' EXIT
fi
: >"$lines/torch.jsonl"
: >"$lines/recede.jsonl"

dotnet build -c Release "$root/bench/Recede.Bench" -v q --nologo >&2
recede=$root/bench/Recede.Bench/bin/Release/net10.0/Recede.Bench.dll

echo "# $(uname -m), $(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2 | xargs), load $(cut -d' ' -f1-3 /proc/loadavg)"
echo "# python3-torch $(dpkg-query -W -f='${Version}' python3-torch 2>/dev/null || echo unknown), .NET $(dotnet --version), $threads threads, $rounds rounds of $seconds s"
for ((round = 1; round <= rounds; round++)); do
    for name in "${cases[@]}"; do
        echo "round $round/$rounds $name" >&2
        "$python" "$here/train_step.py" --case "$name" --threads "$threads" --seconds "$seconds" >>"$lines/torch.jsonl"
        dotnet "$recede" peer-step --case "$name" --threads "$threads" --seconds "$seconds" >>"$lines/recede.jsonl"
    done
done
"$python" "$here/compare.py" "$lines/torch.jsonl" "$lines/recede.jsonl" "${cases[@]}"
