#!/usr/bin/env bash
# Builds Recede.Cuda.ManagedCuda, and runs tests of the CUDA device with it on the stand-in for a GPU.
#   bash src/Recede.Cuda.ManagedCuda/check.sh SOURCE [FILTER]
# SOURCE: a checkout of ManagedCuda 12.8 (https://github.com/kunzmi/managedCuda), of which packages are made in a temporary folder.
# FILTER: which tests, as `dotnet test --filter` takes it.
set -euo pipefail

source=$(cd "$1" && pwd)
filter=${2:-FullyQualifiedName~CublasSessionTests|FullyQualifiedName~CudaPruningTests}
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

pack() { # FOLDER PROJECT PACKAGE
    cp -r "$source/$1" "$work/$1"
    sed -i "0,/<PropertyGroup>/s//<PropertyGroup><PackageId>$3<\/PackageId>/" "$work/$1/$2"
}
cp "$source/GlobalAssemblyInfo.proj" "$work/"
pack ManagedCUDA ManagedCuda.netCore.csproj ManagedCuda-12
pack CudaBlas CudaBlas.netCore.csproj ManagedCuda-CUBLAS
for project in ManagedCUDA/ManagedCuda.netCore.csproj CudaBlas/CudaBlas.netCore.csproj; do
    # Release: it is for every processor; their warnings are theirs.
    dotnet pack "$work/$project" -c Release -p:TargetFrameworks=net10.0 -p:AllowUnsafeBlocks=true -p:GenerateDocumentationFile=false \
        -p:DocumentationFile= -v q -p:NoWarn=CS0618%3BCS0672%3BCS1591%3BCS8981%3BSYSLIB0051%3BNU5128 -o "$work/feed"
done

# A copy of this checkout, so that nothing of it is built anew; and the user's package cache stays as it is.
mkdir "$work/recede"
git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$work/recede"
export NUGET_PACKAGES="$work/packages"
cd "$work/recede"
dotnet test tests/Recede.Engine.Tests -c Release -p:RunAnalyzers=false -p:EnforceCodeStyleInBuild=false \
    -p:RecedeManagedCuda=true -p:RestoreAdditionalProjectSources="$work/feed" --filter "$filter"
