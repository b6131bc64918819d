#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# As storm-devices, but bus drivers and parents come and go under it: whatever devices are made of can be gone at any moment.
# timeout: 300
# shellcheck source=tests/vm/lib/tap.sh
. /mnt/tests/lib/tap.sh
# shellcheck source=tests/vm/lib/sim-net.sh
. /mnt/tests/lib/sim-net.sh
# shellcheck source=tests/vm/lib/storm.sh
. /mnt/tests/lib/storm.sh
# shellcheck source=tests/vm/lib/storm-devices.sh
. /mnt/tests/lib/storm-devices.sh

# They come more often than they go, and one a second, so that there is something to take away.
modules() {
	local all=(vhost_vdpa virtio_vdpa vdpa_sim_net vmtest_parent) module status=0
	module=${all[RANDOM % ${#all[@]}]}
	case $((RANDOM % 3)) in
	0) rmmod "$module" ;;
	*) modprobe "$module" ;;
	esac || status=$?
	wait_for 1 test -e storm.over
	return "$status"
}

# other_parent: devices that no virtio driver knows, gone with their parent.
other_parent() {
	local name=odd$1
	add_again "$name" vmtest || return
	move "$name" vhost_vdpa
	vdpa dev del "$name"
}

# flow: a device that carries traffic until something of it goes. What it sends to everybody comes back.
flow() {
	local name=flow$1 dev good=1
	add_again "$name" vdpasim_net mac 02:00:00:00:00:01 || return
	if move "$name" virtio_vdpa && dev=$(netdev_of "$name") && ip link set "$dev" up; then
		ip address add 198.51.100.1/24 broadcast + dev "$dev"
		ping -q -b -I "$dev" -c 3 -i 0.05 -W 1 198.51.100.255
		(($(counter "$dev" rx_packets) > 0)) && good=0
	fi
	vdpa dev del "$name"
	return "$good"
}

modprobe -a vhost_vdpa virtio_vdpa vdpa_sim_net vmtest_parent || bail_out "the modules do not load"
for worker in own_device own_device shared_device shared_device other_parent flow flow flow dumps holds monitors modules; do
	storm $worker
done
check "it rages" storm_lasts
check "all workers end" storm_ends
storm_counts
for worker in own_device shared_device other_parent flow dumps holds monitors modules; do
	check "$worker succeeded now and then" storm_worked $worker
done
for module in vhost_vdpa virtio_vdpa vdpa_sim_net; do
	check "$module can be loaded" modprobe $module
done
storm_clears
modprobe -r vmtest_parent
done_testing
