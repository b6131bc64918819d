#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The kernel modules build without a warning under W=1 and sparse, for Debian's cloud kernel, and pass checkpatch.
. "$(dirname "$0")/../lib/tree.sh"

[[ -f kmod/Makefile ]] || skip_all "kmod/Makefile is not there"
kernel=$(tests/vm/parts kernel cloud) || bail_out "the kernel's headers are not to be had"
source=$(tests/vm/parts source cloud) || bail_out "the kernel's source is not to be had"
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT

build() {
	make -C kmod -j2 KDIR="$kernel/kdir" BUILD="$temp/build" W=1 C=2 CF=-D__CHECK_ENDIAN__ >"$temp/log" 2>&1 || {
		tail -n 40 "$temp/log"
		return 1
	}
}
# The modules that tests use, against ours.
build_tests() {
	local sparse=(W=1 C=2 CF=-D__CHECK_ENDIAN__)
	cp -r tests/vm/kmod tests/vm/kmod-vdpa "$temp"
	if ! make -C "$kernel/kdir" M="$temp/kmod" "${sparse[@]}" modules >>"$temp/log" 2>&1 ||
		! make -C "$kernel/kdir" M="$temp/kmod-vdpa" "${sparse[@]}" KBUILD_EXTRA_SYMBOLS="$temp/build/Module.symvers" OURS=m \
			VDPACTL_INCLUDE="$PWD/kmod/vdpa" VDPACTL_UAPI="$PWD/libvdpactl/uapi" modules >>"$temp/log" 2>&1; then
		tail -n 40 "$temp/log"
		return 1
	fi
}

check "the modules build" build
check "those for tests do" build_tests
check "... and a module came of it" test -n "$(find "$temp/build" -name '*.ko')"
none_found "... without a warning of gcc (W=1) or sparse" grep -E '(warning|error): ' "$temp/log"

# Errors only: checkpatch's warnings are a matter of judgement.
checkpatch() {
	xargs -rd '\n' perl "$source/linux/scripts/checkpatch.pl" --no-tree --terse --file --no-summary --max-line-length=100 \
		2>&1 | grep -vE '(WARNING|CHECK):'
}

checkpatch_all() {
	tree_files 'kmod/*.[ch]' 'tests/vm/kmod*/*.[ch]' | checkpatch
}

printf '// SPDX-License-Identifier: GPL-2.0-only\nint a [2];\n' >"$temp/planted.c"
like "$(checkpatch <<<"$temp/planted.c")" 'ERROR:' "checkpatch sees a planted fault"
none_found "checkpatch finds no error" checkpatch_all
done_testing
