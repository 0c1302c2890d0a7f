#!/usr/bin/env bash
# Builds, then runs every test project and the quick drills of eng/faults.sh, and ends with 'N passed, N failed'. Arguments name what to run
# (Engine, Sdk, ..., Faults).
set -uo pipefail
cd "$(dirname "$0")/.."
PATH="${MSBUILDKIT_TOOLS:-/opt/msbuildkit-tools}/bin:$PATH"
eng/build.sh || exit 1

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
# Who interrupts one project wants none of the next.
trap 'exit 130' INT TERM
projects=("$@")
[ ${#projects[@]} -gt 0 ] || projects=(Engine Tasks Tool Sdk Integration Faults)
status=0
drills_passed=0 drills_failed=0
drills() {
    eng/faults.sh quick | tee "$results/faults.txt" || status=1
    read -r drills_passed _ drills_failed _ < <(tail -n 1 "$results/faults.txt")
    case "$drills_passed$drills_failed" in '' | *[!0-9]*) echo "The drills left no results"; drills_passed=0 drills_failed=1 ;; esac
}
for name in "${projects[@]}"; do
    [ "$name" != Faults ] || { echo "== Faults"; drills; continue; }
    echo "== $name.Tests"
    "tests/$name.Tests/bin/Debug/net10.0/MsBuildKit.$name.Tests" -noLogo -noColor -result-xml "$results/$name.xml" || status=1
    [ -s "$results/$name.xml" ] || { echo "$name.Tests left no results"; status=1; }
done

sum() { cat "$results"/*.xml 2>/dev/null | grep -o '<assembly [^>]*' | grep -o " $1=\"[0-9]*\"" | grep -o '[0-9]*' | paste -sd+ - | sed 's/^$/0/' | bc; }
errors=$(sum errors) skipped=$(sum skipped)
passed=$(($(sum passed) + drills_passed)) failed=$(($(sum failed) + errors + drills_failed))
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ] || status=1
echo "$passed passed, $failed failed, $skipped skipped"
exit $status
