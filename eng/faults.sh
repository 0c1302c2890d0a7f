#!/usr/bin/env bash
# Harms what we ship and checks that our promises hold: eng/faults.sh quick|full [DRILL ...]. A full run of everything writes docs/reliability.md.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH="${MSBUILDKIT_TOOLS:-/opt/msbuildkit-tools}/bin:$PATH"
scale=${1:?usage: eng/faults.sh quick|full [DRILL ...]}
shift
dotnet build tests/Faults -c Release -nologo -v:quiet -clp:NoSummary
write=()
[ "$scale" = full ] && [ $# -eq 0 ] && write=(--write docs/reliability.md)
exec tests/Faults/bin/Release/net10.0/faults "$scale" "${write[@]}" "$@"
