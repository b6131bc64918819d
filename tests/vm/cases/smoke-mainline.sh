#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Mainline's modules, built from Debian's source, work in the VM: the yardstick that the others are held against.
# modules: mainline
. /mnt/tests/lib/tap.sh

netdev() {
	netdev=$(ls "/sys/bus/vdpa/devices/web0/"virtio*/net)
}

vdpa_driver() {
	[[ $(readlink "/sys/bus/vdpa/devices/web0/driver") == */"$1" ]]
}

check "the simulated NIC's module loads" modprobe vdpa_sim_net
like "$(vdpa mgmtdev show)" '^vdpasim_net:' "iproute2 shows its management device"
check "virtio_vdpa loads" modprobe virtio_vdpa
check "a device is made" vdpa dev add name web0 mgmtdev vdpasim_net mac 02:00:00:00:00:01
check "virtio_vdpa takes it" wait_for 10 vdpa_driver virtio_vdpa
check "it becomes a network interface" wait_for 10 netdev
is "$(cat "/sys/class/net/$netdev/address")" 02:00:00:00:00:01 "... with the MAC asked for"
check "the interface comes up" ip link set "$netdev" up
check "it is taken away again" vdpa dev del web0
check_not "... and is gone" test -e "/sys/class/net/$netdev"

check "the other modules load" modprobe -a vhost_vdpa vdpa_sim_blk vp_vdpa vduse ifcvf
check "virtio_vdpa unloads" modprobe -r virtio_vdpa
check "a device is made with vhost_vdpa there" vdpa dev add name web0 mgmtdev vdpasim_net
check "vhost_vdpa takes it" wait_for 10 vdpa_driver vhost_vdpa
check "the character device shows up" wait_for 10 test -c /dev/vhost-vdpa-0
check "it is taken away again" vdpa dev del web0
done_testing
