#!/usr/bin/env pwsh
# Restores, builds and tests. A convenience only: `dotnet test` does the same.
param([string] $Configuration = 'Release')

$ErrorActionPreference = 'Stop'
Set-Location $PSScriptRoot

foreach ($step in @('restore'), @('build', '--no-restore', '-c', $Configuration), @('test', '--no-build', '-c', $Configuration)) {
    dotnet @step
    if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
}
