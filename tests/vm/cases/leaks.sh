#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Leaks are seen, once, and nothing else is taken for one.
# debug: only
# expect-dmesg: kmemleak: [0-9]+ new suspected
. /mnt/tests/lib/tap.sh

# found: what lib/leaks says goes to a file.
found() {
	/mnt/tests/lib/leaks >found 2>&1
}

modprobe vmtest_complain what=leak || bail_out "the module does not load"
check_status 1 "memory that is leaked is found" found
check "... a good many of its 20 pieces" test "$(grep -c '^unreferenced object .*size 128' found)" -ge 10
check "... and who leaked it" grep -q 'modprobe' found
check "it is told once" found
done_testing
