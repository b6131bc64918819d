#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every allocation on the paths of create, bind, open, map and enable fails once: a clean error, no leak, and it works the
# next time.
# debug: only
# timeout: 300
. /mnt/tests/lib/tap.sh

mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
# Also allocations that may wait, which is nearly all of them; silently, as there are thousands.
for knobs in failslab fail_page_alloc; do
	echo N >/sys/kernel/debug/$knobs/ignore-gfp-wait
	echo 0 >/sys/kernel/debug/$knobs/verbose
done
echo 0 >/sys/kernel/debug/fail_page_alloc/min-order
modprobe -a vhost_vdpa virtio_vdpa vdpa_sim_net || bail_out "the modules do not load"
exec /usr/lib/vdpactl/tests/vmtest-fault
