# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What the static checks share: the tree's files. Sourced by tests/static/*.sh, which then run at the top of the tree.

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit
. tests/vm/lib/tap.sh

# tree_files [PATHSPEC]...: the files of the tree, committed or about to be.
tree_files() {
	local file
	git -c safe.directory='*' ls-files --cached --others --exclude-standard -- "$@" | sort -u | while read -r file; do
		[[ ! -f $file || -L $file ]] || echo "$file"
	done
}

# user_space_c: C files and headers outside of the kernel modules.
user_space_c() {
	tree_files '*.c' '*.h' | grep -vE '^(kmod|tests/vm/kmod[a-z-]*)/'
}

# none_found NAME COMMAND...: passes when the command prints nothing, an error of its own neither; else shows what it printed.
# That the tool looks at all is another test: of something planted for it to find.
none_found() {
	local name=$1 found status=0
	shift
	found=$("$@" 2>&1) || status=$?
	if [[ -n $found ]]; then
		fail "$name" "$found"
	elif ((status > 1 && status != 123)); then
		# grep and diff say by 1 whether there was something, and xargs makes it 123.
		fail "$name" "it ended with status $status"
	else
		pass "$name"
	fi
}
