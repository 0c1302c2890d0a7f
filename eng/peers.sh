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

say() { echo "peers: $*"; }
fail() { say "$*" >&2; exit 1; }

[ "$(id -u)" -eq 0 ] || fail "packages can be installed by root only. Run this as root."
command -v apt-get > /dev/null || fail "this machine has no apt-get. Install by hand: ${packages[*]}."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2> /dev/null)" = installed ]; }

# Shows what apt-get says only when it fails.
install_packages() {
    local missing=() name
    for name in "${packages[@]}"; do is_installed "$name" || missing+=("$name"); done
    [ ${#missing[@]} -gt 0 ] || { say "packages are there: ${packages[*]}"; return; }
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends --no-upgrade "${missing[@]}"; } > "$work/log" 2>&1 \
        || { cat "$work/log" >&2; fail "installing ${missing[*]} failed, see above. Check this machine's package sources and network."; }
    say "installed ${missing[*]}"
}

install_buildkit() {
    local name
    if [ -z "${BUILDKIT:-}" ]; then
        for name in "${programs[@]}"; do [ -x "$peers/bin/$name" ] || fail "there is no '$name' in '$peers/bin'. Set BUILDKIT to a folder that has buildkitd and buildctl."; done
        say "BuildKit is in $peers/bin"
        return
    fi
    for name in "${programs[@]}"; do [ -x "$BUILDKIT/$name" ] || fail "the folder '$BUILDKIT' (BUILDKIT) has no program '$name'. Put buildkitd and buildctl there."; done
    for name in "${programs[@]}"; do
        "$BUILDKIT/$name" --version > "$work/log" 2>&1 || { cat "$work/log" >&2; fail "'$BUILDKIT/$name' does not start on this machine, see above. Build it without cgo."; }
        [ "$BUILDKIT/$name" -ef "$peers/bin/$name" ] || install -D -m 755 "$BUILDKIT/$name" "$peers/bin/$name"
    done
    say "BuildKit is in $peers/bin: $("$peers/bin/buildkitd" --version)"
}

install_packages
install_buildkit
