#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What "cmake --install --component kmod" installs is all that DKMS needs to build the modules.
. "$(dirname "$0")/../lib/tree.sh"

kernel=$(tests/vm/parts kernel cloud) || bail_out "the kernel's headers are not to be had"
release=$(cat "$kernel/kdir/include/config/kernel.release")
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
mkdir "$temp/dkms" "$temp/modules"

quietly() {
	"$@" >"$temp/log" 2>&1 || {
		cat "$temp/log" "$temp"/dkms/vdpactl/*/build/make.log
		return 1
	}
} 2>/dev/null

# dkms VERB: with all that it keeps in the temporary directory.
run_dkms() {
	quietly dkms "$1" vdpactl/"$version" -k "$release" --kernelsourcedir "$kernel/kdir" --dkmstree "$temp/dkms" \
		--sourcetree "$temp/usr/src" --installtree "$temp/modules"
}

check "the sources are installed" quietly env DESTDIR="$temp" cmake --install "${BUILD_DIR:-build/dev}" --component kmod
version=$(basename "$temp"/usr/src/vdpactl-*)
version=${version#vdpactl-}
check "dkms takes them" run_dkms add
check "dkms builds them" run_dkms build
built=$(cd "$temp/dkms/vdpactl/$version/$release"/*/module && printf '%s\n' *.ko* | sed 's/\.ko.*//' | sort)
is "$built" "$(sed -n 's/^obj-m += \(.*\)\.o$/\1/p' kmod/Kbuild | sort)" "... every module that Kbuild names"
done_testing
