#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# cppcheck finds nothing in user-space C.
. "$(dirname "$0")/../lib/tree.sh"

# cppcheck does not know the cleanup attribute and calls what it frees a leak; the address sanitizer finds real ones.
complaints() {
	user_space_c | grep '\.c$' | cppcheck --file-list=- --quiet --std=c11 --language=c --enable=warning,portability \
		--inline-suppr --suppress=missingInclude --suppress=memleak --suppress=resourceLeak -D__GNUC__ \
		--template='{file}:{line}: {severity}: {message} [{id}]' 2>&1
}

if user_space_c | grep -q '\.c$'; then
	none_found "cppcheck has no complaint" complaints
else
	skip "cppcheck has no complaint" "there is no user-space C"
fi
done_testing
