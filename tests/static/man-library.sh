#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# libvdpactl(3) names functions that the library has. That its examples work, tests/unit/lib/examples shows.
. "$(dirname "$0")/../lib/tree.sh"

page=man/libvdpactl.3
script=libvdpactl/libvdpactl.sym
[[ -f $page && -f $script ]] || skip_all "the page or the library is not there"
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT

grep -oE '\<vdpactl_[a-z0-9_]+[a-z0-9]\>' "$page" | sort -u >"$temp/named"
grep -oE '\<vdpactl_[a-z0-9_]+ *;' "$script" | tr -d ' ;' | sort -u >"$temp/exported"
# Types are no functions.
sed -n 's/^struct \(vdpactl_[a-z_]*\);$/\1/p' libvdpactl/include/vdpactl.h >>"$temp/exported"
sort -u "$temp/exported" >"$temp/all"
check "the page names functions" test -s "$temp/named"
none_found "the library has all that the page names" comm -23 "$temp/named" "$temp/all"
done_testing
