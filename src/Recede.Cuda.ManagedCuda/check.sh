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
        -p:DocumentationFile= -v q -nowarn:CS8981,CS0618,CS1591,SYSLIB0051,NU5128 -o "$work/feed"
done

# The user's package cache stays as it is.
export NUGET_PACKAGES=$work/packages
dotnet test tests/Recede.Engine.Tests -c Release --artifacts-path "$work/artifacts" \
    -p:RecedeManagedCuda=true -p:RestoreAdditionalProjectSources="$work/feed" -p:RunAnalyzers=false -p:EnforceCodeStyleInBuild=false \
    --filter "$filter"
