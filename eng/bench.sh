#!/usr/bin/env bash
# Measures, and prints tables for docs/performance.md. Arguments: publish, layers, graph, parse, steps, dockerfiles, served or all (the default); after
# steps, dockerfiles and served, one of their cases.
# The variables are told in docs/performance.md.
set -euo pipefail
cd "$(dirname "$0")/.."

need() { for name in "$@"; do command -v "$name" > /dev/null || { echo "'$name' is not on PATH: run eng/prerequisites.sh." >&2; exit 1; }; done; }

programs=tests/Benchmarks/bin/Release/net10.0

prepare() {
    dotnet build tests/Benchmarks/MsBuildKit.Benchmarks.csproj -c Release -nologo -v:quiet -clp:NoSummary >&2
}

# A signal to this script alone reaches the benchmark too, which then cleans up.
run() {
    "$programs/MsBuildKit.Benchmarks" "$@" &
    trap "kill -TERM $! 2> /dev/null || true" INT TERM
    local status=0
    wait $! || status=$?
    while kill -0 $! 2> /dev/null; do sleep 0.1; done
    trap - INT TERM
    return $status
}

layers() { need pigz zstd sha256sum tar; run layers; }

graph() { run graph; }

parse() { run parse; }

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

# Engine and worker are those of the package, compiled ahead, as they are when a project is published.
steps() (
    need crun runc buildah mmdebstrap setpriv umoci skopeo docker-registry unzip
    peers=${MSBUILDKIT_PEERS:-/opt/msbuildkit-peers}/bin
    [ -x "$peers/buildkitd" ] || { echo "'$peers' has no buildkitd: run eng/peers.sh." >&2; exit 1; }
    [ "$(id -u)" -eq 0 ] || { echo "BuildKit and tar are measured as root: run this as root." >&2; exit 1; }
    feed=$(mktemp -d)
    trap 'rm -rf "$feed"' EXIT
    dotnet pack src/Sdk/MsBuildKit.Sdk.csproj -c Release -o "$feed" -nologo -v:quiet -clp:NoSummary >&2
    unzip -q "$feed"/*.nupkg 'tasks/net10.0-linux-x64/*' -d "$feed"
    cp -r "$programs" "$feed/programs"
    cp "$feed"/tasks/net10.0-linux-x64/* "$feed/programs"
    chmod -R a+rX "$feed"
    programs=$feed/programs
    run steps "$peers" "${BENCH_CACHE:-/var/tmp/msbuildkit-bench}" "$@"
)

# The tool is measured as eng/msbuildkit makes it, compiled ahead. Another user runs it, so it must not lie in a folder that only root can enter.
dockerfiles() (
    need crun runc mmdebstrap setpriv umoci skopeo docker-registry
    command -v buildah > /dev/null || echo "'buildah' is not on PATH, so its column stays empty: eng/peers.sh installs it." >&2
    peers=${MSBUILDKIT_PEERS:-/opt/msbuildkit-peers}/bin
    [ -x "$peers/buildkitd" ] || { echo "'$peers' has no buildkitd: run eng/peers.sh." >&2; exit 1; }
    [ "$(id -u)" -eq 0 ] || { echo "BuildKit is measured as root: run this as root." >&2; exit 1; }
    with_tool dockerfiles "$peers" "$@"
)

# Daemon beside daemon, with the client that BuildKit has for its own.
served() (
    need crun runc mmdebstrap setpriv umoci skopeo docker-registry
    peers=${MSBUILDKIT_PEERS:-/opt/msbuildkit-peers}/bin
    [ -x "$peers/buildkitd" ] || { echo "'$peers' has no buildkitd: run eng/peers.sh." >&2; exit 1; }
    [ "$(id -u)" -eq 0 ] || { echo "BuildKit is measured as root: run this as root." >&2; exit 1; }
    with_tool served "$peers" "$@"
)

with_tool() {
    tool=$(mktemp -d)
    trap 'rm -rf "$tool"' EXIT
    eng/msbuildkit --help > /dev/null
    cp -r artifacts/msbuildkit/. "$tool"
    chmod -R a+rX "$tool"
    run "$1" "$2" "${BENCH_CACHE:-/var/tmp/msbuildkit-bench}" "$tool/msbuildkit" "${@:3}"
}

what=${1:-all}
case $what in
    publish | layers | graph | parse) prepare; "$what" ;;
    steps | dockerfiles | served) prepare; "$what" "${@:2}" ;;
    all) prepare; layers; graph; parse; publish; steps; dockerfiles; served ;;
    *) echo "usage: eng/bench.sh [publish|layers|graph|parse|steps [start|true|ten|parallel|large|unpack]|dockerfiles [context|cached|stages]|served [context|steps|stages|sleep|write|read|pull]|all]" >&2; exit 2 ;;
esac
