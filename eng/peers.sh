#!/usr/bin/env bash
# Installs the builders that ours is measured beside (Debian 12, root): buildah of this release, and BuildKit. Debian has no package of BuildKit:
# the variable BUILDKIT names a folder with a buildkitd and a buildctl, docs/performance.md says how to get them. They are copied into
# MSBUILDKIT_PEERS (/opt/msbuildkit-peers when not set), where eng/bench.sh looks for them.
set -euo pipefail
umask 022

# mmdebstrap makes the base that all of them build on.
packages=(buildah crun runc debian-archive-keyring mmdebstrap zstd)
programs=(buildkitd buildctl)
peers=${MSBUILDKIT_PEERS:-/opt/msbuildkit-peers}

name=peers
. "$(dirname "$0")/debian.sh"

install_buildkit() {
    local program
    if [ -z "${BUILDKIT:-}" ]; then
        for program in "${programs[@]}"; do [ -x "$peers/bin/$program" ] || fail "there is no '$program' in '$peers/bin'. Set BUILDKIT to a folder that has buildkitd and buildctl."; done
        say "BuildKit is in $peers/bin"
        return
    fi
    for program in "${programs[@]}"; do [ -x "$BUILDKIT/$program" ] || fail "the folder '$BUILDKIT' (BUILDKIT) has no program '$program'. Put buildkitd and buildctl there."; done
    for program in "${programs[@]}"; do
        "$BUILDKIT/$program" --version > "$work/log" 2>&1 || { cat "$work/log" >&2; fail "'$BUILDKIT/$program' does not start on this machine, see above. Build it without cgo."; }
        [ "$BUILDKIT/$program" -ef "$peers/bin/$program" ] || install -D -m 755 "$BUILDKIT/$program" "$peers/bin/$program"
    done
    say "BuildKit is in $peers/bin: $("$peers/bin/buildkitd" --version)"
}

install_packages
install_buildkit
