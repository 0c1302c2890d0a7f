#!/usr/bin/env bash
# Measures, and prints tables for docs/performance.md. Arguments: publish, layers, graph or all (the default).
# The variables are told in docs/performance.md.
set -euo pipefail
cd "$(dirname "$0")/.."

need() { for name in "$@"; do command -v "$name" > /dev/null || { echo "'$name' is not on PATH: run eng/prerequisites.sh." >&2; exit 1; }; done; }

prepare() {
    dotnet build tests/Benchmarks/MsBuildKit.Benchmarks.csproj -c Release -nologo -v:quiet -clp:NoSummary >&2
}

# A signal to this script alone reaches the benchmark too, which then cleans up.
run() {
    tests/Benchmarks/bin/Release/net10.0/MsBuildKit.Benchmarks "$@" &
    trap "kill -TERM $! 2> /dev/null || true" INT TERM
    local status=0
    wait $! || status=$?
    while kill -0 $! 2> /dev/null; do sleep 0.1; done
    trap - INT TERM
    return $status
}

layers() { need pigz zstd sha256sum tar; run layers; }

graph() { run graph; }

# The package has a version of its own, so that no cache can hold an older one under its name.
publish() (
    need docker-registry
    feed=$(mktemp -d)
    version=0.0.0-bench.$(date +%s)
    packages=$(dotnet nuget locals global-packages --list | sed 's/^[^/]*//')
    trap 'rm -rf "$feed" "${packages%/}/msbuildkit.sdk/$version"' EXIT
    dotnet pack src/Sdk/MsBuildKit.Sdk.csproj -c Release -o "$feed" -p:PackageVersion="$version" -nologo -v:quiet -clp:NoSummary >&2
    run publish "$feed" "$version"
)

what=${1:-all}
case $what in
    publish | layers | graph) prepare; "$what" ;;
    all) prepare; layers; graph; publish ;;
    *) echo "usage: eng/bench.sh [publish|layers|graph|all]" >&2; exit 2 ;;
esac
