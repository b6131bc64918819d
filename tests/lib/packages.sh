# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The Debian packages that ./check and ./demo need, and how they get there. Sourced.

# To build the programs and the modules (the kernel's headers are fetched for the VM's kernel, not for this machine's).
PACKAGES_BUILD=(build-essential cmake pkg-config libnl-3-dev libnl-genl-3-dev libsystemd-dev libjson-c-dev)
# To make and start the VM.
PACKAGES_VM=(
	mmdebstrap squashfs-tools qemu-system-x86 kmod cpio zstd xz-utils e2fsprogs util-linux procps ca-certificates
	gpgv debian-archive-keyring gcc-12 libelf1
)
# To test and to check.
PACKAGES_TEST=(check clang-format dkms shellcheck sparse cppcheck git perl dbus jq zsh fish)
# To build the debug kernel.
PACKAGES_DEBUG=(flex bison bc libelf-dev)
# To look for more inputs with tests/fuzz/run; ./check replays those that are kept without.
PACKAGES_FUZZ=(clang libclang-rt-14-dev)

# packages_install PACKAGE...: installs those that are missing. Asks apt for nothing when none is.
packages_install() {
	local missing
	missing=$(packages_missing "$@")
	[[ -n $missing ]] || return 0
	if [[ $(id -u) != 0 ]]; then
		echo "These packages are missing; as root: apt-get install --no-install-recommends $missing" >&2
		return 1
	fi
	echo "installing: $missing"
	export DEBIAN_FRONTEND=noninteractive
	# Names without blanks, to be split.
	# shellcheck disable=SC2086
	if ! apt-get install -qq --no-install-recommends $missing >/dev/null 2>&1; then
		# The package lists may be absent or older than the archive.
		apt-get update -qq || return
		# The same.
		# shellcheck disable=SC2086
		apt-get install -qq --no-install-recommends $missing >/dev/null || return
	fi
	missing=$(packages_missing "$@")
	[[ -z $missing ]] || { echo "could not install: $missing" >&2 && return 1; }
}

packages_missing() {
	local package missing=()
	for package; do
		[[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
	done
	echo "${missing[*]}"
}
