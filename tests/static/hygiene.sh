#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What no file may hold: the paths and hosts of one machine, unfinished work; and no source file grows without limit.
. "$(dirname "$0")/../lib/tree.sh"

texts() {
	tree_files | grep -vE '^LICENSES/|^tests/static/hygiene.sh$|/corpus/'
}

# grep_texts ERE: lines of the tree that match.
grep_texts() {
	texts | xargs -d '\n' grep -nIE -e "$1"
}

none_found "no file names a path of one machine" grep_texts '(^|[^A-Za-z0-9_.])/(work|home/[a-z])/|/tmp/(brief|ref)'
none_found "no file names a package mirror" grep_texts '(deb|security|ftp\.[a-z]+)\.debian\.org'
none_found "no work is left unfinished" grep_texts '\<(TODO|FIXME|XXX|HACK)\>'
trailing_blanks() {
	texts | grep -vE '\.(golden|md)$|/golden/' | xargs -d '\n' grep -nIE '[ 	]+$'
}
none_found "no line ends in a blank" trailing_blanks

too_long() {
	local file lines
	tree_files '*.c' '*.h' '*.sh' | grep -vE 'tables?\.c$' | while read -r file; do
		lines=$(wc -l <"$file")
		((lines <= 700)) || echo "$file: $lines lines, 700 is the limit"
	done
}
none_found "no source file has more than 700 lines" too_long
done_testing
