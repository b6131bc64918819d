# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The VM's root file system. Sourced after common.sh, cache.sh and apt.sh.

# What a case may use. None pulls a desktop in, as recommendations stay out.
ROOTFS_PACKAGES=(
	systemd systemd-sysv dbus polkitd udev kmod libnl-3-200 libnl-genl-3-200 libsystemd0 libjson-c5
	iproute2 iputils-ping procps util-linux e2fsprogs ethtool pciutils less jq strace
	fio iperf3 tcpdump bash-completion dpdk-dev qemu-system-x86 qemu-utils busybox-static
)

# rootfs_get: prints the path of the squashfs.
rootfs_get() {
	local key versions
	# Versions are part of the key: a security update makes a new image, and no update the same one.
	versions=$(apt-cache policy "${ROOTFS_PACKAGES[@]}" | grep -E '^[^ ]|Candidate:')
	key=$(hash_of "$versions" "$(hash_files "$VM_DIR/build/rootfs")") || exit
	echo "$(cache_get rootfs "$key" 1 "$VM_DIR/build/rootfs" "${ROOTFS_PACKAGES[@]}")/root.sqfs"
}
