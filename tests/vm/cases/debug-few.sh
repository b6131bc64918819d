#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A little of fault.sh and of fuzz-kernel.sh, for when there is no time for all of them.
# debug: only
# timeout: 60
. /mnt/tests/lib/tap.sh
. /mnt/tests/lib/vhost.sh

check "allocations fail while a device is made, and while memory is mapped" \
	bash /mnt/tests/cases/fault.sh "create (C11, M7)" "map"
vhost_device vh0
check "random calls of both families" /usr/lib/vdpactl/tests/vmtest-fuzz -s $RANDOM -t 5 netlink
check "... and of the character device" /usr/lib/vdpactl/tests/vmtest-fuzz -s $RANDOM -t 5 chardev "$DEVICE"
check "the device can be deleted" vdpa dev del vh0
done_testing
