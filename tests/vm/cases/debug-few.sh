#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A little of fault.sh and of fuzz-kernel.sh, for when there is no time for all of them.
# debug: only
# timeout: 60
. /mnt/tests/lib/tap.sh

# What they print goes out at once, as the machine may not live to the end; their own verdicts do not count twice.
bash /mnt/tests/cases/fault.sh "create (C11, M7)" "map" 2>&1 | sed -u 's/^/# /'
is "${PIPESTATUS[0]}" 0 "allocations fail while a device is made, and while memory is mapped"
FUZZ_SECONDS=5 bash /mnt/tests/cases/fuzz-kernel.sh 2>&1 | sed -u 's/^/# /'
is "${PIPESTATUS[0]}" 0 "random calls of both families, of the character device, and rings"
done_testing
