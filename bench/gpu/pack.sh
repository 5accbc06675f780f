#!/usr/bin/env bash
# Packs the trainer, the tests, the benchmarks and a .NET runtime for a Linux x86-64 machine with an NVIDIA GPU and neither
# .NET nor network: into the folder DIR, which must be empty or not be there, and into DIR.tar.gz.
#   bash bench/gpu/pack.sh [--no-build] DIR
# It needs the .NET SDK that builds the repository, whose own runtime is what it packs: nothing is downloaded.
set -euo pipefail
most_megabytes=60
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
build=1
if [ "${1:-}" = --no-build ]; then
    build=
    shift
fi
if [ $# -ne 1 ] || [ "${1#-}" != "$1" ]; then
    sed -n '2,5p' "${BASH_SOURCE[0]}" | sed 's/^# \{0,1\}//' >&2
    exit 2
fi
mkdir -p "$1"
to=$(cd "$1" && pwd)
if [ -n "$(ls -A "$to")" ]; then
    echo "pack.sh: $1 is not empty" >&2
    exit 2
fi

# The tests' output holds all three programs: they refer to the trainer and the benchmarks.
project=$root/tests/Recede.Engine.Tests
[ -z "$build" ] || dotnet build -c Release "$project" -v q --nologo
output=$project/bin/Release/net10.0
cp -r "$output" "$to/app"

# What only the SDK, Windows, other processors or other languages would use. Without the lists of dependencies the host
# takes what lies in the folder.
(
    cd "$to/app"
    rm -rf runtimes amd64 arm64 x86 cs de es fr it ja ko pl pt-BR ru tr zh-Hans zh-Hant
    rm -f ./*.deps.json ./*.xml testhost.* Microsoft.TestPlatform.* Microsoft.Testing.* Microsoft.VisualStudio.* NUnit3.TestAdapter.* \
        nunit.engine.* testcentric.* Dia2Lib.dll TraceReloggerLib.dll Recede.Bench Recede.Engine.Tests recede
)

# The runtime that `dotnet` here would run them with.
dotnet=$(readlink -f "$(command -v dotnet)")
home=$(dirname "$dotnet")
version=$(dotnet --list-runtimes | sed -n 's/^Microsoft.NETCore.App \(10\.[0-9.]*\) .*/\1/p' | sort -V | tail -n 1)
if [ -z "$version" ] || [ ! -d "$home/shared/Microsoft.NETCore.App/$version" ]; then
    echo "pack.sh: no .NET 10 runtime beside $dotnet" >&2
    exit 1
fi
mkdir -p "$to/runtime/host/fxr" "$to/runtime/shared/Microsoft.NETCore.App"
cp "$dotnet" "$to/runtime/dotnet"
cp -r "$home/host/fxr/$version" "$to/runtime/host/fxr/"
cp -r "$home/shared/Microsoft.NETCore.App/$version" "$to/runtime/shared/Microsoft.NETCore.App/"
rm -f "$to/runtime/shared/Microsoft.NETCore.App/$version/"{libmscordaccore.so,libmscordbi.so,libcoreclrtraceptprovider.so,createdump}
for licence in LICENSE.txt ThirdPartyNotices.txt; do
    [ ! -f "$home/$licence" ] || cp "$home/$licence" "$to/runtime/"
done

# What tests read of a checkout, which they find by its solution: kernels, golden files, the stand-in's sources.
(
    cd "$root"
    git ls-files -z -- Recede.Engine.sln LICENSE kernels tests/Recede.Cuda.StandIn tests/Recede.Engine.Tests/Golden \
        tests/Recede.Engine.Tests/Cuda/Planted tests/Recede.Engine.Tests/Cuda/clang_cuda_shim.h | xargs -0 cp --parents -t "$to"
)
cp "$here/run.sh" "$here/parts.sh" "$here/torch_steps.py" "$root/bench/peer/networks.py" "$to/"
cp "$here/README.md" "$to/README.md"
{
    git -C "$root" rev-parse HEAD | tr -d '\n'
    [ -z "$(git -C "$root" status --porcelain --untracked-files=no)" ] || printf ' with changes'
    echo
} >"$to/COMMIT"

tar -C "$(dirname "$to")" --owner=0 --group=0 -czf "$to.tar.gz" "$(basename "$to")"
bytes=$(stat -c %s "$to.tar.gz")
echo "$1: $(du -sm "$to" | cut -f 1) MB; $1.tar.gz: $(awk -v b="$bytes" 'BEGIN { printf "%.1f", b / 1e6 }') MB; runtime $version; commit $(cat "$to/COMMIT")"
if [ "$bytes" -ge $((most_megabytes * 1000 * 1000)) ]; then
    echo "pack.sh: more than $most_megabytes MB" >&2
    exit 1
fi
