#!/usr/bin/env bash
# Leaves the packages in the folder that is named: the SDK and the tool.
set -euo pipefail
out=$(realpath -m "${1:?usage: eng/pack.sh DIR}")
cd "$(dirname "$0")/.."
for project in src/Sdk/MsBuildKit.Sdk.csproj src/Tool/MsBuildKit.Tool.csproj; do
    dotnet pack "$project" -c Release -o "$out" -nologo -v:quiet -clp:NoSummary "${@:2}"
done
ls -l "$out"/MsBuildKit.*.nupkg
