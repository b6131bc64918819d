#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In a VM with mainline's modules: what the cases about vdpa.ko show, under the same titles, on mainline's simulators.
. /mnt/tests/lib/tap.sh
. /mnt/tests/lib/vdpa.sh
modprobe -a vdpa_sim_net vdpa_sim_blk vhost_vdpa || bail_out "the modules do not load"

check "C2: a name that does not end" refused 22 "" "$DEV_NEW" 2=s:vdpasim_net 4=r:web0
check "C10: a name with a slash" refused 22 "" "$DEV_NEW" 2=s:vdpasim_net 4=s:a/b
vdpa dev add name net0 mgmtdev vdpasim_net
vdpa dev add name blk0 mgmtdev vdpasim_blk
vdpa dev add name net1 mgmtdev vdpasim_net
like "$(vdpa -j dev config show)" 'net0.*net1' "C3, 18: the configuration of all of them is shown"
exec 8<"/dev/$(basename /sys/bus/vdpa/devices/net1/vhost-vdpa-*)"
check "C12: ... at once" timeout 5 sh -c '! vdpa dev del net1'
done_testing
