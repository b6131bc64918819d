#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Random but structured calls of both netlink families and of the character device, from a fixed seed: half a minute each on
# the debug kernel. Longer, and from another seed: tests/vm/run --kernel debug with vmtest-fuzz and its options.
# debug: only
# timeout: 60
. /mnt/tests/lib/tap.sh
. /mnt/tests/lib/vhost.sh

# fuzz TARGET [DEVICE]: the last inputs are what a failure came of.
fuzz() {
	/usr/lib/vdpactl/tests/vmtest-fuzz -s 1 -t 30 "$@" >inputs || {
		tail -n 3 inputs
		return 1
	}
	grep '^#' inputs | tail -n 1
}

vhost_device vh0
check "family vdpa and family vdpactl" fuzz netlink
check "the character device" fuzz chardev "$DEVICE"
sed -n 's/^# \([a-z]*: .*\)/# \1/p' inputs
check "the device can be deleted" vdpa dev del vh0
done_testing
