#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# User-space C looks as .clang-format says. The header that the kernel shares is kernel style, which checkpatch judges.
. "$(dirname "$0")/../lib/tree.sh"

unformatted() {
	user_space_c | grep -v '^libvdpactl/uapi/' | xargs -rd '\n' clang-format --dry-run -Werror 2>&1 | grep -E 'error:|No such'
}

none_found "user-space C is formatted (clang-format -i mends it)" unformatted
done_testing
