#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Allocations on the paths of create, bind, open, map and enable fail, one at a time: a clean error, no leak, and it works
# the next time. Here it is every FAULT_STEP-th, beginning with any of the first, which FAULT_OFFSET says; all of them, on
# demand, is
#   tests/vm/run --kernel debug --timeout 9999 -- env FAULT_STEP=1 bash /mnt/tests/cases/fault.sh
# The paths into virtio_net are fault-virtio.sh's.
# debug: only
# timeout: 300
. /mnt/tests/lib/tap.sh

mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
# Also allocations that may wait, which is nearly all of them; silently, as there are thousands.
set_up() {
	local knobs
	for knobs in failslab fail_page_alloc; do
		echo N >/sys/kernel/debug/$knobs/ignore-gfp-wait && echo 0 >/sys/kernel/debug/$knobs/verbose || return
	done
	echo 0 >/sys/kernel/debug/fail_page_alloc/min-order
}
set_up || bail_out "faults cannot be set up"
modprobe -a vhost_vdpa virtio_vdpa vdpa_sim_net vdpa_sim_blk vmtest_parent || bail_out "the modules do not load"
FAULT_STEP=${FAULT_STEP:-23}
FAULT_OFFSET=${FAULT_OFFSET:-$((1 + RANDOM % FAULT_STEP))}
echo "# FAULT_STEP=$FAULT_STEP FAULT_OFFSET=$FAULT_OFFSET"
exec /usr/lib/vdpactl/tests/vmtest-fault -s "$FAULT_STEP" -o "$FAULT_OFFSET" "$@"
