#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Does not end.
# modules: mainline
# programs: no
# timeout: 3
. /mnt/tests/lib/tap.sh
check "true" true
sleep 600
done_testing
