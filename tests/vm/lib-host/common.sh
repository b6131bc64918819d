# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What every host-side script of the VM lane shares: messages and where things are. Sourced, never run.

VM_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
TREE=$(cd "$VM_DIR/../.." && pwd)
CACHE=${VDPACTL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/vdpactl}
export VM_DIR TREE CACHE

note() {
	printf 'vm: %s\n' "$*" >&2
}

# die STATUS MESSAGE...
die() {
	local status=$1
	shift
	note "$*"
	exit "$status"
}

# hash_of STRING...: 16 hex digits that name a set of inputs.
hash_of() {
	printf '%s\0' "$@" | sha256sum | cut -c1-16
}

# hash_files PATH...: the same for the content, names and modes of files; a directory counts with all below it. Where
# the path lies does not count, so that a second clone finds what the first one made.
hash_files() {
	local path
	for path; do
		cd "$(dirname "$path")" || exit
		find "$(basename "$path")" \( -type f -o -type l \) -printf '%p %m %l\n' -type f -exec sha256sum {} + |
			LC_ALL=C sort
		cd "$OLDPWD" || exit
	done | sha256sum | cut -c1-16
}

# need PROGRAM PACKAGE: says which Debian package is missing.
need() {
	command -v "$1" >/dev/null || die 125 "$1 is missing: apt-get install $2 (./check installs all it needs)"
}
