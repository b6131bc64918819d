#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every file says its licence in its first lines, and it is the one that its place in the tree has.
. "$(dirname "$0")/../lib/tree.sh"

# licence_of PATH: what its place asks for; nothing where a file cannot hold a comment.
licence_of() {
	case $1 in
	LICENSES/* | *.json | *.golden | */golden/* | */corpus/*) ;;
	*/CMakeLists.txt) echo GPL-2.0-or-later ;;
	libvdpactl/uapi/*) echo '(GPL-2.0-only WITH Linux-syscall-note) OR LGPL-2.1-or-later' ;;
	libvdpactl/*) echo LGPL-2.1-or-later ;;
	kmod/* | tests/vm/kmod*/*) echo GPL-2.0-only ;;
	*) echo GPL-2.0-or-later ;;
	esac
}

wrong_licences() {
	local file want
	tree_files | while read -r file; do
		want=$(licence_of "$file")
		[[ -n $want ]] || continue
		head -n 4 "$file" | grep -qF "SPDX-License-Identifier: $want" || echo "$file: $want is wanted"
	done
}

none_found "every file names the licence of its place" wrong_licences

missing_texts() {
	local name
	tree_files | xargs -d '\n' head -qn 4 | grep -aoP '(?<=SPDX-License-Identifier: ).*' |
		grep -oE '[A-Z][A-Za-z]*-[A-Za-z0-9.-]+' | sort -u | while read -r name; do
		[[ -f LICENSES/$name.txt || -f LICENSES/$name ]] || echo "LICENSES/$name.txt is missing"
	done
}

none_found "every licence named has its text in LICENSES" missing_texts
done_testing
