#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# cppcheck finds nothing in user-space C.
. "$(dirname "$0")/../lib/tree.sh"

temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT

# cppcheck does not know the cleanup attribute and calls what it frees a leak; the address sanitizer finds real ones.
complaints_of() {
	cppcheck --file-list=- --quiet --std=c11 --language=c --enable=warning,portability \
		--suppress=memleak --template='{file}:{line}: {severity}: {message} [{id}]'
}

complaints() {
	user_space_c | grep '\.c$' | complaints_of
}

echo 'int f(void) { int a[2]; a[2] = 1; return a[0]; }' >"$temp/planted.c"
like "$(complaints_of <<<"$temp/planted.c" 2>&1)" 'arrayIndexOutOfBounds' "cppcheck sees a planted fault"
printf '#include <stdio.h>\nint f(void) { FILE *f = fopen("a", "r"); if (!f) return 1; fgetc(f); return 0; }\n' >"$temp/leak.c"
like "$(complaints_of <<<"$temp/leak.c" 2>&1)" 'resourceLeak' "... and a file that is not closed"

if user_space_c | grep -q '\.c$'; then
	none_found "cppcheck has no complaint" complaints
else
	skip "cppcheck has no complaint" "there is no user-space C"
fi
done_testing
