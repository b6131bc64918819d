#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Packed rings through vhost_vdpa, by a driver of our own in user space.
# timeout: 60
. /mnt/tests/lib/tap.sh
. /mnt/tests/lib/vhost.sh

modprobe -a vhost_vdpa vdpa_sim_net || bail_out "the modules do not load"
# MAC, VERSION_1, ACCESS_PLATFORM, RING_PACKED
/usr/lib/vdpactl/tests/vmtest-nl 3 2=s:vdpasim_net 4=s:vh0 10=x:020000000077 20=u64:$((1 << 5 | 1 << 32 | 1 << 33 | 1 << 34)) ||
	bail_out "a device with packed rings"
"$VHOST" packed "/dev/$(basename /sys/bus/vdpa/devices/vh0/vhost-vdpa-*)"
status=$?
vdpa dev del vh0
exit $status
