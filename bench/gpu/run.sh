#!/usr/bin/env bash
# Tries, tests and measures Recede on this machine's NVIDIA GPU. It needs neither .NET nor network; PyTorch and
# compute-sanitizer are used where they are.
#   bash run.sh [OPTION ...] [PART ...]
# Parts, each on its own and within 9 minutes; none stops another, and everything that is broken is listed at the end:
#   check      entry points, kernels under the real NVRTC, cuDNN plans
#   tests      the CUDA tests, then under compute-sanitizer: sanitizer-memcheck -racecheck -initcheck -synccheck
#   kernels    bandwidth of the kernels beside a copy: kernels-float32 kernels-bfloat16
#   steps      training steps and inference beside PyTorch: steps-resnet56_bs64 -vgg16_bs64 -resnet56_bs512 -vgg16_bs512
#              -resnet50_bs256
#   recipe     the paper's recipe on CIFAR-10: recipe-start (begins what is missing, in the background, and looks on), again
#              recipe-start or recipe-status for what has become of it, recipe-stop
#   table      the page results/README.md of all that is there; made at the end of each call in any case
# Without PART: check tests kernels steps table.
# Options:
#   --data DIR       CIFAR-10's binary version, for recipe (or the variable RECEDE_DATA)
#   --epochs N       epochs of the recipe's training and of each fine-tuning (160)
#   --runs LIST      of the recipe: network:method,... in the order of their begin (all six)
#   --together N     trainings of the recipe at once (3)
#   --precision P    of the recipe: float32, tf32, bfloat16 (tf32)
#   --results DIR    where results go (results beside this script)
#   --python FILE    a Python with PyTorch (or RECEDE_PYTHON; else python3, python)
#   --minutes M      most minutes of a part (9)
#   --stand-in       try the programs on the tests' stand-in for a GPU, at tiny sizes; takes g++, and no time means anything
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export PATH=${PATH:-/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin} HOME=${HOME:-$here/home}
export DOTNET_ROOT=$here/runtime DOTNET_MULTILEVEL_LOOKUP=0 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_EnableDiagnostics=0
RECEDE_COMMIT=$(cat "$here/COMMIT" 2>/dev/null || echo unknown)
export RECEDE_COMMIT
dotnet=$here/runtime/dotnet
app=$here/app
results=$here/results data=${RECEDE_DATA:-} epochs=160 runs= together=3 precision=tf32 python=${RECEDE_PYTHON:-} minutes=9 stand_in=
parts=()

while [ $# -gt 0 ]; do
    case $1 in
        --data | --epochs | --runs | --together | --precision | --results | --python | --minutes)
            [ $# -gt 1 ] || { echo "run.sh: $1 needs a value" >&2; exit 2; }
            declare "${1#--}=$2"
            shift ;;
        --stand-in) stand_in=1 ;;
        -h | --help) sed -n '2,/^set/{/^set/d; s/^# \{0,1\}//; p}' "${BASH_SOURCE[0]}"; exit 0 ;;
        -*) echo "run.sh: no option $1; --help tells them" >&2; exit 2 ;;
        *) parts+=("$1") ;;
    esac
    shift
done

# A relative path is the caller's.
case $results in /*) ;; *) results=$PWD/$results ;; esac
case $data in "" | /*) ;; *) data=$PWD/$data ;; esac
mkdir -p "$results" "$HOME" || exit 2
export RECEDE_CACHE=$results/kernel-cache

cases=(resnet56_bs64 vgg16_bs64 resnet56_bs512 vgg16_bs512 resnet50_bs256)
tools=(memcheck racecheck initcheck synccheck)
[ -z "$stand_in" ] || cases=(tiny_bs2)

wanted=()
for part in "${parts[@]:-}"; do
    case $part in
        "") wanted+=(check tests "${tools[@]/#/sanitizer-}" kernels-float32 kernels-bfloat16 "${cases[@]/#/steps-}") ;;
        tests) wanted+=(tests "${tools[@]/#/sanitizer-}") ;;
        kernels) wanted+=(kernels-float32 kernels-bfloat16) ;;
        steps) wanted+=("${cases[@]/#/steps-}") ;;
        recipe) wanted+=(recipe-start) ;;
        check | table | sanitizer-* | kernels-* | steps-* | recipe-*) wanted+=("$part") ;;
        *) echo "run.sh: no part $part; --help tells them" >&2; exit 2 ;;
    esac
done

# The programs: the same code, on the stand-in when that is asked for.
recede=("$dotnet" "$app/recede.dll")
bench=("$dotnet" "$app/Recede.Bench.dll")
tests=("$dotnet" "$app/Recede.Engine.Tests.dll")
if [ -n "$stand_in" ]; then
    recede=("${tests[@]}" stand-in recede)
    bench=("${tests[@]}" stand-in bench)
fi

# A Python that can import torch; CUDA's libraries are also looked for in its environment.
if [ -z "$python" ]; then
    for candidate in python3 python; do
        if command -v "$candidate" >/dev/null && "$candidate" -c 'import torch' 2>/dev/null; then
            python=$(command -v "$candidate")
            break
        fi
    done
fi
if [ -n "$python" ] && [ -z "${VIRTUAL_ENV:-}${CONDA_PREFIX:-}" ]; then
    folders=$("$python" -c 'import glob, os, sysconfig
for base in dict.fromkeys((sysconfig.get_path("purelib"), sysconfig.get_path("platlib"))):
    print("\n".join(sorted(glob.glob(os.path.join(base, "nvidia", "*", "lib")))))' 2>/dev/null | grep . | paste -sd: -)
    [ -z "$folders" ] || export RECEDE_CUDA_PATH=${RECEDE_CUDA_PATH:-$folders}
fi

. "$here/parts.sh"

failed=()
for part in "${wanted[@]}"; do
    [ "$part" = table ] && continue
    printf '\n== %s\n' "$part"
    began=$SECONDS
    run_part "$part"
    code=$?
    case $code in
        0) echo "== $part: done in $((SECONDS - began)) s" ;;
        3) failed+=("$part: no CUDA GPU") ;;
        124 | 137) failed+=("$part: stopped after $minutes minutes; what it had found is in $results") ;;
        *) failed+=("$part: exit code $code; see $results/$part.log") ;;
    esac
done

"${bench[@]}" gpu-table "$results" --out "$results/README.md" >/dev/null 2>&1 && echo && echo "all figures: $results/README.md"
if [ ${#failed[@]} -gt 0 ]; then
    printf '\nnot well:\n'
    printf '  %s\n' "${failed[@]}"
    grep -h '^FAILED ' "$results"/*.log 2>/dev/null | sort -u | head -n 200 | sed 's/^/    /'
fi

# Where there is no GPU, the last line says so.
last=$(grep -h '^no CUDA GPU: ' "$results"/*.log 2>/dev/null | tail -n 1)
if printf '%s\n' "${failed[@]:-}" | grep -q 'no CUDA GPU'; then echo "$last"; fi
[ ${#failed[@]} -eq 0 ]
