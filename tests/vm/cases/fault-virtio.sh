#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The same as fault, where a device is given to virtio_net or virtio_blk. When virtio_net's probe, which takes most of the
# allocations, fails late, it does not give back what it told the stack of queues and CPUs; that leak is the kernel's own,
# and the only one there may be. Which step meets it is luck; the case leaks, which shares the boot, leaks in any case.
# debug: only
# timeout: 300
# expect-dmesg: kmemleak: [0-9]+ new suspected
. /mnt/tests/lib/tap.sh

# It goes out at once too, as the machine may not live to the end.
FAULT_STEP=${FAULT_STEP:-23} bash /mnt/tests/cases/fault.sh -v 2>&1 | tee sweep | sed -u 's/^/# /'
is "${PIPESTATUS[0]}" 0 "each failed allocation is a clean refusal, or does not matter"
modprobe -r vdpa_sim_net vdpa_sim_blk virtio_vdpa vmtest_parent
/mnt/tests/lib/leaks >found
scanned=$?
# 1: something is leaked, and said; the same when it could not look, which says nothing.
check "leaks were looked for" test $scanned -eq 0 -o \( $scanned -eq 1 -a -s found \)
is "$(grep -c '^unreferenced object' found)" "$(grep -c 'virtnet_set_affinity' found)" "what is leaked is virtio_net's"
done_testing
