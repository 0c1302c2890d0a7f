#!/usr/bin/env bash
# Installs the programs that judge our output, and makes the unprivileged user that rootless tests run as (Debian 12, root).
# Those that this release lacks, or has too old, come from Debian's unstable suite on the machine's own mirror. They are unpacked
# into MSBUILDKIT_TOOLS (/opt/msbuildkit-tools when not set), so neither the machine's packages nor its sources change.
set -euo pipefail
umask 022

# runc, passt and slirp4netns run and connect the steps of builds: each in its turn, so that all have to be here.
packages=(apache2-utils bc bsdutils bubblewrap busybox-static crun debian-archive-keyring dpkg e2fsprogs faketime fuse-overlayfs gcc git gnupg libc6-dev mmdebstrap openssh-client openssl passt pigz qemu-user-static runc runsc skopeo slirp4netns strace uidmap util-linux xz-utils zstd)
# docker-registry is unpacked too, because its package would start a service.
unpacked=(cosign crane docker-buildx docker-registry oras umoci)
suite=sid
user=msbuildkit-test
tools=${MSBUILDKIT_TOOLS:-/opt/msbuildkit-tools}

name=prerequisites
. "$(dirname "$0")/debian.sh"

# The mirrors that serve this release, in the words of apt itself, which reads both kinds of source files.
mirrors() {
    . /etc/os-release
    apt-get indextargets --no-release-info --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' \
        | awk -v release="$VERSION_CODENAME" '$1 == release && $2 == "main" { print $3 }' | sort -u
}

# apt-get with lists, cache and sources of its own.
other_apt() {
    apt-get -o Dir::Etc::SourceList="$work/sources.list" -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists="$work/lists" \
        -o Dir::Cache="$work/cache" -o Acquire::Check-Valid-Until=false -o Acquire::Languages=none -o APT::Sandbox::User=root "$@"
}

# Packages of Go programs: each needs nothing but a C library that this release has.
unpack_tools() {
    local missing=() tool
    for tool in "${unpacked[@]}"; do [ -x "$tools/bin/$tool" ] || missing+=("$tool"); done
    [ ${#missing[@]} -gt 0 ] || { say "tools are in $tools/bin: ${unpacked[*]}"; return; }

    mirrors | sed "s|.*|deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] & $suite main|" > "$work/sources.list"
    [ -s "$work/sources.list" ] || fail "no package source of this machine serves this release of Debian. Add its mirror to the machine's package sources."
    mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/debs" "$tools/bin"
    quietly "Reading the package lists of '$suite'" other_apt update
    for tool in "${missing[@]}"; do
        (cd "$work/debs" && quietly "Downloading '$tool' from '$suite'" other_apt download "$tool")
        rm -rf "${tools:?}/$tool"
        quietly "Unpacking '$tool'" dpkg-deb -x "$work/debs/$tool"_*.deb "$tools/$tool"
        link_program "$tool"
    done
    say "unpacked ${missing[*]} into $tools"
}

# A program of another processor, for steps that are emulated.
unpack_foreign() {
    [ -x "$tools/bin/busybox-arm64" ] && return
    mkdir -p "$work/foreign/lists/partial" "$work/foreign/archives/partial" "$tools/bin"
    : > "$work/foreign/status"
    local options=(-o APT::Architecture=arm64 -o APT::Architectures::=arm64 -o Dir::State::status="$work/foreign/status" -o Dir::State::Lists="$work/foreign/lists"
        -o Dir::Cache="$work/foreign" -o Acquire::Languages=none -o APT::Sandbox::User=root)
    quietly "Reading the package lists of arm64" apt-get "${options[@]}" update
    (cd "$work/foreign" && quietly "Downloading 'busybox-static' of arm64" apt-get "${options[@]}" download busybox-static)
    quietly "Unpacking 'busybox-static' of arm64" dpkg-deb -x "$work/foreign"/busybox-static_*_arm64.deb "$work/foreign/tree"
    # The name stands for a program that is whole.
    cp "$work/foreign/tree/bin/busybox" "$tools/busybox-arm64.new"
    mv "$tools/busybox-arm64.new" "$tools/bin/busybox-arm64"
    say "unpacked busybox of arm64 into $tools"
}

# The link is made last and stands for a tool that is whole and starts here.
link_program() {
    local program
    program=$(find "$tools/$1/usr" -type f -name "$1" -perm -100 | head -n 1)
    [ -n "$program" ] || fail "the package '$1' of '$suite' holds no program of that name. Look for where it went, and change this script."
    "$program" --version > "$work/log" 2>&1 || "$program" version > "$work/log" 2>&1 \
        || { cat "$work/log" >&2; fail "'$1' of '$suite' does not start on this machine, see above. Take it from another suite."; }
    ln -sfn "$program" "$tools/bin/$1"
}

# Rootless tests need a user who may use more ids than its own (subuid(5)); not every useradd gives them.
add_user() {
    if ! id "$user" > /dev/null 2>&1; then
        useradd --create-home --shell /bin/bash "$user" || fail "the user '$user' cannot be made, see above."
        say "made the user $user"
    fi
    grep -q "^$user:" /etc/subuid 2> /dev/null || usermod --add-subuids 100000-165535 "$user" || fail "'$user' cannot be given sub-uids, see above."
    grep -q "^$user:" /etc/subgid 2> /dev/null || usermod --add-subgids 100000-165535 "$user" || fail "'$user' cannot be given sub-gids, see above."
    say "user $user has sub-ids $(grep "^$user:" /etc/subuid | head -n 1 | cut -d: -f2,3)"
}

# What connects a step without root opens this device; some images of machines make it root's only, which udev would not.
open_tun() {
    [ -c /dev/net/tun ] || { say "there is no /dev/net/tun: steps will have no network but none and the host's"; return; }
    chmod 666 /dev/net/tun
    say "/dev/net/tun is open to every user"
}

# The same of the device that fuse-overlayfs needs.
open_fuse() {
    [ -c /dev/fuse ] || { say "there is no /dev/fuse: the trees of steps cannot be had with fuse-overlayfs"; return; }
    chmod 666 /dev/fuse
    say "/dev/fuse is open to every user"
}

install_packages
open_tun
open_fuse
unpack_tools
unpack_foreign
add_user
