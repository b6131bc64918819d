#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Passes, before and after the bad ones.
# modules: mainline
# programs: no
. /mnt/tests/lib/tap.sh
check "true" true
check_not "false" false
check_status 3 "three" sh -c 'exit 3'
skip "that" "this is how"
done_testing
