# Sourced by scripts that install Debian packages. They set 'name', for what is said, 'packages', and 'unpacked' if they unpack some.

say() { echo "$name: $*"; }
fail() { say "$*" >&2; exit 1; }

[ "$(id -u)" -eq 0 ] || fail "packages can be installed by root only. Run this as root."
command -v apt-get > /dev/null || fail "this machine has no apt-get. Install by hand: ${packages[*]} ${unpacked[*]:-}."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Runs a command that says much, and shows what it said only when it fails.
quietly() {
    local what=$1
    shift
    "$@" > "$work/log" 2>&1 || { cat "$work/log" >&2; fail "$what failed, see above. Check this machine's package sources and network."; }
}

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2> /dev/null)" = installed ]; }

install_packages() {
    local missing=() package
    for package in "${packages[@]}"; do is_installed "$package" || missing+=("$package"); done
    [ ${#missing[@]} -gt 0 ] || { say "packages are there: ${packages[*]}"; return; }
    quietly "Reading the package lists" apt-get update
    quietly "Installing ${missing[*]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends --no-upgrade "${missing[@]}"
    say "installed ${missing[*]}"
}
