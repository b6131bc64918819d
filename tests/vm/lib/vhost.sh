# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What cases about vhost_vdpa share. Sourced after tap.sh.

VHOST=/usr/lib/vdpactl/tests/vmtest-vhost

# vhost_device NAME: a simulated NIC bound to vhost_vdpa; DEVICE is its character device.
vhost_device() {
	local node
	modprobe -a vhost_vdpa vdpa_sim_net || bail_out "the modules do not load"
	vdpa dev add name "$1" mgmtdev vdpasim_net mac 02:00:00:00:00:77 || bail_out "vdpa dev add"
	node=$(basename "/sys/bus/vdpa/devices/$1"/vhost-vdpa-*)
	# It is there before the answer to "add" is.
	[[ -c /dev/$node ]] || bail_out "there is no /dev/$node"
	DEVICE=/dev/$node
}

# vhost_nic NAME [WORD...]: one that offers all it has.
vhost_nic() {
	modprobe -a vhost_vdpa vdpa_sim_net || bail_out "the modules do not load"
	vdpactl --direct dev add "$1" mgmtdev vdpasim_net mac 02:00:00:00:00:77 driver vhost "${@:2}" || bail_out "vdpactl dev add"
	DEVICE=/dev/$(basename "/sys/bus/vdpa/devices/$1"/vhost-vdpa-*)
}

# vhost_disk NAME [WORD...]: a simulated disk bound to vhost_vdpa; DEVICE is its character device.
vhost_disk() {
	modprobe -a vhost_vdpa vdpa_sim_blk || bail_out "the modules do not load"
	vdpa dev add name "$1" mgmtdev vdpasim_blk "${@:2}" || bail_out "vdpa dev add"
	DEVICE=/dev/$(basename "/sys/bus/vdpa/devices/$1"/vhost-vdpa-*)
}

# vhost_group GROUP: a whole case that is one group of vmtest-vhost's tests.
vhost_group() {
	local status=0
	vhost_device vh0
	"$VHOST" "$1" "$DEVICE" || status=$?
	vdpa dev del vh0
	exit "$status"
}
