#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A little of fault.sh and of fuzz-kernel.sh, for when there is no time for all of them.
# debug: only
# timeout: 60
. /mnt/tests/lib/tap.sh

check "allocations fail while a device is made, and while memory is mapped" \
	bash /mnt/tests/cases/fault.sh "create (C11, M7)" "map"
FUZZ_SECONDS=5 bash /mnt/tests/cases/fuzz-kernel.sh | grep -v '^1\.\.\|^ok '
is "${PIPESTATUS[0]}" 0 "random calls of both families, of the character device, and rings"
done_testing
