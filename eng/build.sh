#!/usr/bin/env bash
# Builds everything. Arguments go to dotnet build.
set -euo pipefail
cd "$(dirname "$0")/.."
exec dotnet build MsBuildKit.sln -nologo -v:quiet -clp:NoSummary "$@"
