#!/usr/bin/env bash
# Runs BuildKit's integration suites against "msbuildkit serve" and says what came of them, file by file. Root: the suites start a daemon for each test.
# SUITES is a folder with the built suites; docs/compatibility.md says what it holds.
set -euo pipefail
usage='usage: eng/conformance.sh [-d DAEMON] [-u USER] [-f builtin|client|gateway] [-s SUITE]... [-r REGEXP] [-j TESTS] [-m MINUTES] [-b RESULTS] [-o DIR] SUITES
  -d  a program that takes the options of buildkitd; the daemon of this tree when left out
  -u  an ordinary user that the daemons run as; root when left out
  -f  who reads Dockerfiles in the suite "dockerfile": the daemon (builtin), the test (client), an image (gateway)
  -s  a suite to run; all when left out          -r  the tests to run, by name
  -j  how many tests run at once (1)             -m  minutes that each suite may take (60)
  -b  the results.tsv of another daemon: says how many of the tests that passed there pass here
  -o  where results.tsv, summary.md and the logs go (a new folder)'
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
fail() { echo "conformance: $*" >&2; exit 1; }

daemon='' user='' frontend=builtin chosen=() regexp=. jobs=1 minutes=60 baseline='' out=''
while getopts d:u:f:s:r:j:m:b:o: option; do
    case $option in
        d) daemon=$(realpath "$OPTARG") ;; u) user=$OPTARG ;; f) frontend=$OPTARG ;; s) chosen+=("$OPTARG") ;; r) regexp=$OPTARG ;;
        j) jobs=$OPTARG ;; m) minutes=$OPTARG ;; b) baseline=$(realpath "$OPTARG") ;; o) out=$OPTARG ;; *) fail "$usage" ;;
    esac
done
shift $((OPTIND - 1))
[ $# -eq 1 ] || fail "$usage"
suites=$(realpath "$1")
[ "$(id -u)" -eq 0 ] || fail "the suites can be run by root only. Run this as root."
[ -d "$suites/sources" ] || fail "'$suites' holds no suites. See docs/compatibility.md for what it has to hold."
[ ${#chosen[@]} -gt 0 ] || mapfile -t chosen < <(cd "$suites" && ls -- *.test | sed 's/\.test$//')
out=${out:-$(mktemp -d /var/tmp/conformance.XXXXXX)}
mkdir -p "$out"
out=$(realpath "$out")

# Short, because the names of sockets below it have a limit.
work=$(mktemp -d /var/tmp/cf.XXXX)
# BuildKit's networks leave their bridges, which are named in fixtures/cni.
clean() {
    rm -rf "$work"
    # Only if they are ours: those of others are not empty.
    rmdir --ignore-fail-on-non-empty /etc/buildkit /opt/cni
    for bridge in buildkit0 buildkitdns0; do ip link delete "$bridge" 2> /dev/null || true; done
}
trap clean EXIT
mkdir -p "$work/bin" "$work/tmp" "$work/cni" /etc/buildkit /opt/cni /var/lib/cni
chmod 1777 "$work/tmp"
chmod 755 "$work"

# The suites look for a program of this name.
if [ -n "$daemon" ]; then
    ln -s "$daemon" "$work/bin/buildkitd"
else
    "$root/eng/msbuildkit" --help > /dev/null
    printf '#!/bin/sh\nexec "%s" serve "$@"\n' "$root/artifacts/msbuildkit/msbuildkit" > "$work/bin/buildkitd"
    chmod +x "$work/bin/buildkitd"
fi

# As an ordinary user they call "sudo -u #ID -i -- exec rootlesskit [OPTION]... buildkitd ...". A daemon that makes its namespaces itself needs no rootlesskit.
worker=oci
if [ -n "$user" ]; then
    worker=oci-rootless
    export BUILDKIT_INTEGRATION_ROOTLESS_IDPAIR=$(id -u "$user"):$(id -g "$user")
    runtime=/tmp/run-$user home=$(getent passwd "$user" | cut -d: -f6)
    install -d -m 700 -o "$user" "$work/tmp/${runtime#/tmp/}"
    printf '#!/bin/sh\nshift 5\ncd "%s"\nexec setpriv --reuid "%s" --regid "%s" --init-groups env HOME="%s" USER="%s" LOGNAME="%s" XDG_RUNTIME_DIR="%s" "$@"\n' \
        "$home" "$(id -u "$user")" "$(id -g "$user")" "$home" "$user" "$user" "$runtime" > "$work/bin/sudo"
    [ -n "$daemon" ] || printf '#!/bin/sh\nwhile [ "${1#--}" != "$1" ]; do shift; done\nexec "$@"\n' > "$work/bin/rootlesskit"
    chmod -R +x "$work/bin"
fi

case $frontend in
    builtin) export FRONTEND_BUILTIN_ONLY=1 ;;
    client) export FRONTEND_CLIENT_ONLY=1 ;;
    gateway) export FRONTEND_GATEWAY_ONLY=local:$suites/frontend.tar ;;
    *) fail "$usage" ;;
esac
export PATH="$work/bin:$suites/bin:$PATH:/usr/sbin:/sbin"
export BUILDKIT_REGISTRY_MIRROR_DIR=$work/mirror BUILDKIT_TEST_SIGN_FIXTURES=$suites/fixtures/sign
export BUILDKIT_RUN_NETWORK_INTEGRATION_TESTS=1 BUILDKIT_CNI_INIT_LOCK_PATH=$work/cni.lock

# A view of its own: what is left running or mounted ends with the suite, and nobody else finds what BuildKit's networks are set up with.
inside='
    mount --bind "$work/tmp" /tmp
    mount --bind "$work/cni" /var/lib/cni
    [ ! -d "$suites/fixtures/cni" ] || { mount --bind "$suites/fixtures/cni" /etc/buildkit && mount --bind "$suites/fixtures/cni" /opt/cni; }
    cd "$suites/sources/$suite"
    exec timeout --signal=QUIT --kill-after=30 "${minutes}m" "$suites/$suite.test" "-test.run=Integration\$/(?:$regexp)/worker=$worker\$" -test.v=test2json -test.timeout=0 -test.parallel="$jobs" -test.count=1
'
export work suites minutes regexp jobs worker
run_suite() {
    export suite=$1
    rm -rf "$work/mirror"
    cp -r "$suites/mirror" "$work/mirror"
    # It ends with an error when a test of it fails, and which do is counted; a suite that did not even begin is another matter.
    GOMAXPROCS=$jobs unshare --mount --pid --fork --kill-child --mount-proc bash -c "$inside" > "$out/$suite.log" 2>&1 || grep -q -- '=== RUN' "$out/$suite.log" \
        || fail "the suite '$suite' does not begin: $(tail -n 3 "$out/$suite.log")"
}

# The tests of a suite with the files they are written in: name, file.
files_of() {
    awk '{ file = FILENAME; sub(/.*\//, "", file) }
         match($0, /^func [tT]est[A-Za-z0-9_]+/) { print "T" substr($0, 7, RLENGTH - 6) "\t" file }
         match($0, /name: +"Test[A-Za-z0-9_]+/) { name = substr($0, RSTART, RLENGTH); sub(/.*"/, "", name); print name "\t" file }' "$suites/sources/$1"/*_test.go
}

# What a log says of each test that had a daemon of its own: result, suite, file, name, seconds. Its parts count with it.
# The marker before a line that is the runner's own tells it from what tests print.
results_of() {
    sed 's/\x16/\n\x16/g' "$out/$1.log" | awk -v suite="$1" -v OFS='\t' '
        FNR == NR { file[$1] = $2; next }
        function whole(name,    n, parts, i, prefix) {
            n = split(name, parts, "/"); prefix = parts[1]
            for (i = 2; i < n; i++) { prefix = prefix "/" parts[i]; if (prefix in started && prefix ~ /\/worker=/) return 0 }
            return name ~ /\/worker=/
        }
        /^\026=== RUN / { started[$3] = 1; order[++count] = $3 }
        match($0, /^\026? *--- (PASS|FAIL|SKIP): /) { sub(/^\026? */, ""); state[$3] = $2; seconds[$3] = $4 }
        END {
            for (i = 1; i <= count; i++) {
                name = order[i]
                if (!whole(name)) continue
                result = name in state ? state[name] : "NONE:"; time = seconds[name]
                sub(/:$/, "", result); gsub(/[()s]/, "", time)
                split(name, parts, "/")
                print result, suite, parts[2] in file ? file[parts[2]] : "?", name, time
            }
        }' <(files_of "$1") -
}

table() {
    awk -F'\t' -v baseline="$baseline" -v chosen=" ${chosen[*]} " -v whole="$([ "$regexp" != . ] || echo 1)" '
        function key(name) { sub(/\/worker=[^\/]*/, "", name); return name }
        FILENAME == baseline { if ($1 == "PASS" && index(chosen, " " $2 " ")) there[$2 "/" key($4)] = 1; next }
        {
            row = $2 "/" $3; if (!(row in seen)) { seen[row] = 1; rows[++n] = row }
            count[row, $1]++; total[$1]++; time += $5
            if (($2 "/" key($4)) in there) { both[row, $1]++; compared[$1]++; delete there[$2 "/" key($4)] }
        }
        function cells(row) { return count[row, "PASS"] + 0 " | " count[row, "FAIL"] + 0 " | " count[row, "SKIP"] + 0 " | " count[row, "NONE"] + 0 }
        function share(row) { return both[row, "PASS"] + 0 " of " both[row, "PASS"] + both[row, "FAIL"] + both[row, "SKIP"] + both[row, "NONE"] }
        END {
            head = "| file | passed | failed | skipped | not ended |"; line = "| --- | --- | --- | --- | --- |"
            if (baseline != "") { head = head " of those that pass there |"; line = line " --- |" }
            print head; print line
            for (i = 1; i <= n; i++) print "| " rows[i] " | " cells(rows[i]) " |" (baseline != "" ? " " share(rows[i]) " |" : "")
            printf "\n%d passed, %d failed, %d skipped, %d not ended, %d s of tests\n", total["PASS"], total["FAIL"], total["SKIP"], total["NONE"], time
            # A suite that died did not start them all.
            if (whole) for (name in there) absent++
            all = compared["PASS"] + compared["FAIL"] + compared["SKIP"] + compared["NONE"] + absent
            if (all > 0) printf "of %d that pass there, %d pass here (%.1f %%), %d were not started\n", all, compared["PASS"], 100 * compared["PASS"] / all, absent
        }' ${baseline:+"$baseline"} "$out/results.tsv"
}

: > "$out/results.tsv"
for suite in "${chosen[@]}"; do
    [ -x "$suites/$suite.test" ] || fail "'$suites' holds no suite '$suite'."
    run_suite "$suite"
    results_of "$suite" >> "$out/results.tsv"
done
table | tee "$out/summary.md"
echo "results and logs are in $out"
