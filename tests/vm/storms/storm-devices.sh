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

modprobe -a vhost_vdpa virtio_vdpa vdpa_sim_net || skip_all "these modules have no simulated NIC"

# own_device: a device of this worker's own goes through everything; nobody else knows its name.
own_device() {
	local name=own$1 driver
	vdpa dev add name "$name" mgmtdev vdpasim_net || return
	for driver in vhost_vdpa virtio_vdpa vhost_vdpa; do
		move "$name" "$driver"
	done
	vdpa dev del "$name"
}

# shared_device: any of three names, which every worker adds, binds, unbinds and deletes.
shared_device() {
	local name=shared$((RANDOM % 3))
	case $((RANDOM % 5)) in
	0 | 1) vdpa dev add name "$name" mgmtdev vdpasim_net ;;
	2) move "$name" vhost_vdpa ;;
	3) unbind "$name" ;;
	4) vdpa dev del "$name" ;;
	esac
}

dumps() {
	vdpa mgmtdev show
	vdpa dev show
	vdpa -j dev config show
	cat /sys/bus/vdpa/devices/*/driver_override
	ls -l /sys/bus/vdpa/drivers/*/
}

# holds: whatever character device there is, opened, asked, and held while others take it away.
holds() {
	local node nodes=(/dev/vhost-vdpa-*)
	node=${nodes[RANDOM % ${#nodes[@]}]}
	# Some are killed in the middle.
	timeout -s KILL $((RANDOM % 2 ? 20 : 1)) /usr/lib/vdpactl/tests/vmtest-vhost hold "$node" >>"holds.$1"
}

traffic() {
	ip netns exec ns1 ping -q -f -c 200 -W 2 192.0.2.2
}

drivers() {
	case $((RANDOM % 2)) in
	0) rmmod vhost_vdpa ;;
	1) modprobe vhost_vdpa ;;
	esac
}

# monitors: people who watch, and go again.
monitors() {
	timeout 3 vdpactl monitor
	return 0
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

is "$(grep -h '^not ok' holds.*)" "" "no client was told anything but that its device has gone"
check "the two ends still reach each other, with every packet" ping_pair 50 -q
pair_down ns
modprobe vhost_vdpa
for path in /sys/bus/vdpa/devices/*; do
	vdpa dev del "${path##*/}" || fail "device ${path##*/} is left and cannot be deleted"
done
is "$(ls /sys/bus/vdpa/devices)" "" "no device is left"
is "$(compgen -G '/dev/vhost-vdpa-*')" "" "... and no node"
check "a device can be made" vdpa dev add name after mgmtdev vdpasim_net
check "... and used" move after vhost_vdpa
check "... and deleted" vdpa dev del after
modprobe -r vdpa_sim_net
check "the modules unload" rmmod vhost_vdpa virtio_vdpa
done_testing
