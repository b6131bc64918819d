#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# User-space C looks as .clang-format says. The header that the kernel shares is kernel style, which checkpatch judges.
. "$(dirname "$0")/../lib/tree.sh"

unformatted() {
	user_space_c | grep -v '^libvdpactl/uapi/' | xargs -rd '\n' clang-format --dry-run -Werror
}

like "$(echo 'int  a ;' | clang-format --dry-run -Werror 2>&1)" 'clang-format-violations' "clang-format sees a planted fault"

none_found "user-space C is formatted (clang-format -i mends it)" unformatted
done_testing
