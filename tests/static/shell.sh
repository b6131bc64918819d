#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Shell scripts pass shellcheck.
. "$(dirname "$0")/../lib/tree.sh"

scripts() {
	tree_files | while read -r file; do
		head -n 3 "$file" | grep -qE '^#!.*[/ ](ba|busybox )?sh$|^# shellcheck shell=' && echo "$file"
	done
}

# 1090, 1091: a file that is sourced under a computed name is checked by itself. 2034: and may use what others set.
# 2054: a comma in an argument of QEMU is part of it. 2317: code that only a trap or an argument calls is not unreachable. 2016: quotes for another shell.
complaints() {
	scripts | xargs -rd '\n' shellcheck -f gcc -e SC1090,SC1091,SC2034,SC2054,SC2317,SC2016
}

like "$(printf '#!/bin/sh\nrm $1\n' | shellcheck -f gcc - 2>&1)" 'SC2086' "shellcheck sees a planted fault"
check "there are scripts to look at" test -n "$(scripts | head -n 1)"
none_found "shellcheck has no complaint" complaints
done_testing
