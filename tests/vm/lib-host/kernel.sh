# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Kernels. To the rest a kernel is a directory with
#   bzImage  version  package-version  root/usr/lib/modules/VERSION  modules.sqfs  kdir (what make -C ... takes)
# wherever it came from. Sourced after common.sh, cache.sh and apt.sh.

# kernel_get FLAVOUR: prints the directory of Debian's newest kernel of that flavour, or of the debug kernel.
kernel_get() {
	local suffix package version headers key
	case $1 in
	debug)
		debug_kernel_get
		return
		;;
	cloud) suffix=cloud-amd64 ;;
	generic) suffix=amd64 ;;
	rt) suffix=rt-amd64 ;;
	*) die 125 "--kernel $1: it is one of cloud, generic, rt and debug" ;;
	esac
	package=$(apt_dependency "linux-image-$suffix" '^linux-image-[0-9]') || exit
	[[ -n $package ]] || die 125 "apt knows no linux-image-$suffix"
	version=$(apt_version "$package") || exit
	headers=${package/image/headers}
	key=$(hash_of "$package" "$version" "$(hash_files "$VM_DIR/build/kernel")") || exit
	cache_get "kernel-$1" "$key" 1 "$VM_DIR/build/kernel" "$package" "$headers" "$version"
}

# debug_kernel_get: prints the directory of the debug kernel; building it takes a quarter of an hour.
debug_kernel_get() {
	local version key
	version=$(apt_version linux-source-6.1) || exit
	key=$(hash_of "$version" "$(hash_files "$VM_DIR"/build/debug-kernel{,.config})") || exit
	cache_get kernel-debug "$key" 1 "$VM_DIR/build/debug-kernel" "$version"
}

# initrd_get KERNEL-DIRECTORY: prints the path of the initramfs for it.
initrd_get() {
	local key busybox
	busybox=$(apt_version busybox-static) || exit
	key=$(hash_of "$1" "$busybox" "$(hash_files "$VM_DIR/build/initrd" "$VM_DIR/guest/init")") || exit
	echo "$(cache_get initrd "$key" 4 "$VM_DIR/build/initrd" "$1" "$busybox")/initrd"
}

# source_get KERNEL-DIRECTORY: prints the directory with the parts of the very kernel's source that tests are built of.
source_get() {
	local version key
	version=$(cat "$1/package-version") || exit
	key=$(hash_of "$version" "$(hash_files "$VM_DIR/build/source" "$VM_DIR/lib-host/source.sh")") || exit
	cache_get source "$key" 1 "$VM_DIR/build/source" "$version"
}
