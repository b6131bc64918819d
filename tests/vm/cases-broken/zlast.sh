#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Would pass if its turn came.
# modules: mainline
# programs: no
. /mnt/tests/lib/tap.sh
check "true" true
done_testing
