#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Several processes make, move and delete devices, some under the same names, while one device carries traffic, others dump,
# watch and hold character devices, and vhost_vdpa comes and goes. The kernel's silence is half of the test.
# timeout: 300
# shellcheck source=tests/vm/lib/tap.sh
. /mnt/tests/lib/tap.sh
# shellcheck source=tests/vm/lib/sim-net.sh
. /mnt/tests/lib/sim-net.sh
# shellcheck source=tests/vm/lib/storm.sh
. /mnt/tests/lib/storm.sh
# shellcheck source=tests/vm/lib/storm-devices.sh
. /mnt/tests/lib/storm-devices.sh

modprobe -a vhost_vdpa virtio_vdpa vdpa_sim_net || skip_all "these modules have no simulated NIC"

traffic() {
	ip netns exec ns1 ping -q -f -c 200 -W 2 192.0.2.2
}

drivers() {
	case $((RANDOM % 2)) in
	0) rmmod vhost_vdpa ;;
	1) modprobe vhost_vdpa ;;
	esac
}

check "a device for traffic" vdpa dev add name wire mgmtdev vdpasim_net mac 02:00:00:00:00:01
check "... under virtio" move wire virtio_vdpa
check "... with two ends" pair_up "$(netdev_of wire)"

for _ in 1 2 3; do
	storm own_device
	storm shared_device
done
for worker in dumps holds holds traffic drivers monitors; do
	storm $worker
done
check "it rages" storm_lasts
check "all workers end" storm_ends
storm_counts
for worker in own_device shared_device dumps holds traffic drivers monitors; do
	check "$worker succeeded now and then" storm_worked $worker
done

check "the two ends still reach each other, with every packet" ping_pair 50 -q
pair_down ns
modprobe vhost_vdpa
storm_clears
done_testing
