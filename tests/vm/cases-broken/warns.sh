#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# All its tests pass, but the kernel complains. It is the last but one: the machine dies with it.
# modules: mainline
# programs: no
. /mnt/tests/lib/tap.sh
check "true" true
modprobe vmtest_complain what=warn
done_testing
