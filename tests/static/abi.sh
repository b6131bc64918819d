#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The library's header, its version script and what it really exports say the same; the header compiles alone.
. "$(dirname "$0")/../lib/tree.sh"

header=libvdpactl/include/vdpactl.h
script=libvdpactl/libvdpactl.sym
[[ -f $header && -f $script ]] || skip_all "the library is not there"
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT

# Functions are what a name before a parenthesis is, once comments are gone.
gcc -fpreprocessed -dD -E -P "$header" 2>/dev/null | grep -oE '\<vdpactl_[a-z0-9_]+ *\(' | tr -d ' (' |
	sort -u >"$temp/header"
grep -oE '\<vdpactl_[a-z0-9_]+ *;' "$script" | tr -d ' ;' | sort -u >"$temp/script"
check "the header declares functions" test -s "$temp/header"
none_found "header and version script name the same functions" diff "$temp/header" "$temp/script"

library=$(find "${BUILD_DIR:-build/dev}" -name 'libvdpactl.so' 2>/dev/null | head -n 1)
if [[ -n $library ]]; then
	nm -D --defined-only "$library" | awk '$2 == "T" { sub(/@.*/, "", $3); print $3 }' | sort -u >"$temp/exported"
	none_found "the library exports just these" diff "$temp/script" "$temp/exported"
else
	skip "the library exports just these" "the library is not built"
fi
printf '#include <vdpactl.h>\n' >"$temp/alone.c"
cp "$temp/alone.c" "$temp/alone.cc"
check "the header compiles alone in C" gcc -std=c11 -pedantic -Wall -Werror -fsyntax-only -Ilibvdpactl/include \
	"$temp/alone.c"
check "the header compiles alone in C++" g++ -std=c++11 -pedantic -Wall -Werror -fsyntax-only -Ilibvdpactl/include \
	"$temp/alone.cc"
done_testing
