#!/usr/bin/env bash
# Sends the file operations of tests/TestKit/FileOps to a real BuildKit and says where it does something else than the cases expect, which our own
# tests hold us to. With "dockerfiles" first it builds the Dockerfiles of tests/TestKit/Dockerfiles instead, and with
# "llb" it has them converted and holds the digests of operations against ours. Root. Ends with 0 when every difference
# is one that a case tells of. Argument: a part of the names of cases; all when left out.
set -euo pipefail
cd "$(dirname "$0")/.."

peers=${MSBUILDKIT_PEERS:-/opt/msbuildkit-peers}/bin
[ -x "$peers/buildkitd" ] || { echo "'$peers' has no buildkitd: run eng/peers.sh." >&2; exit 1; }
[ "$(id -u)" -eq 0 ] || { echo "BuildKit's daemon needs root here: run this as root." >&2; exit 1; }
command -v runc > /dev/null || { echo "'runc' is not on PATH: run eng/peers.sh." >&2; exit 1; }
dotnet build tests/Benchmarks/MsBuildKit.Benchmarks.csproj -c Release -nologo -v:quiet -clp:NoSummary >&2
"$peers/buildkitd" --version
exec tests/Benchmarks/bin/Release/net10.0/MsBuildKit.Benchmarks compare "$peers" "$@"
