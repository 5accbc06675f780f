#!/usr/bin/env pwsh
# Restores, builds and tests. A convenience only: `dotnet test` does the same.
# With -Precompile sm_80,sm_90 nvcc compiles the kernels for those GPUs first, and the build embeds them: programs then need not
# compile them at their first use.
param([string] $Configuration = 'Release', [string[]] $Precompile = @())

$ErrorActionPreference = 'Stop'
Set-Location $PSScriptRoot

if ($Precompile.Count -gt 0) {
    if (-not (Get-Command nvcc -ErrorAction SilentlyContinue)) { throw '-Precompile needs nvcc, of the CUDA toolkit, in the path.' }
    Remove-Item kernels/precompiled -Recurse -Force -ErrorAction SilentlyContinue
    New-Item kernels/precompiled -ItemType Directory | Out-Null

    # The engine asks for an image by a hash of all headers, in this order, and the source: PrecompiledKernels.NameOf.
    $headers = 'common.cuh', 'elementwise.cuh', 'batch_norm.cuh'
    foreach ($source in Get-ChildItem kernels/*.cu) {
        $hash = [System.Security.Cryptography.IncrementalHash]::CreateHash('SHA256')
        foreach ($header in $headers) { $hash.AppendData([System.IO.File]::ReadAllBytes((Join-Path $source.DirectoryName $header))) }
        $hash.AppendData([System.IO.File]::ReadAllBytes($source.FullName))
        $digits = [Convert]::ToHexString($hash.GetHashAndReset()).ToLowerInvariant().Substring(0, 24)
        foreach ($architecture in $Precompile -split ',') { # from other shells the list comes as one string
            nvcc -cubin "-arch=$architecture" -std=c++17 -lineinfo -o "kernels/precompiled/$($source.BaseName).$architecture.$digits.cubin" $source.FullName
            if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
        }
    }
}

foreach ($step in @('restore'), @('build', '--no-restore', '-c', $Configuration), @('test', '--no-build', '-c', $Configuration)) {
    dotnet @step
    if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
}
