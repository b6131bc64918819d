# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Workers that storms about devices share, and what has to be true afterwards. Sourced after sim-net.sh and storm.sh.

# add_again NAME MGMTDEV [ATTRIBUTE]...: makes a device; one that is left, as somebody held it, goes first.
add_again() {
	vdpa dev add name "$1" mgmtdev "$2" "${@:3}" && return
	vdpa dev del "$1"
	return 1
}

# own_device: a device of this worker's own goes through everything; nobody else knows its name.
own_device() {
	local name=own$1 driver
	add_again "$name" vdpasim_net || return
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
	cat /sys/bus/vdpa/devices/*/driver_override
	ls -l /sys/bus/vdpa/drivers/*/
	vdpa -j dev config show
	vdpa mgmtdev show && vdpa dev show
}

# holds: whatever character device that carries packets there is, opened, asked, and held while others take it away.
holds() {
	local node nodes=(/sys/bus/vdpa/devices/{own,shared}*/vhost-vdpa-*)
	node=/dev/${nodes[RANDOM % ${#nodes[@]}]##*/}
	# Some are killed in the middle.
	timeout -s KILL $((RANDOM % 2 ? 20 : 1)) /usr/lib/vdpactl/tests/vmtest-vhost hold "$node" >>"holds.$1"
}

# monitors: people who watch until they have seen something, and go again.
monitors() {
	timeout 3 vdpactl monitor | grep -qm1 .
}

# storm_clears: what a storm of these leaves can be taken away, and things work as before.
storm_clears() {
	local path
	for path in /sys/bus/vdpa/devices/*; do
		[[ ! -e $path ]] || vdpa dev del "${path##*/}" || fail "device ${path##*/} is left and cannot be deleted"
	done
	is "$(grep -h '^not ok' holds.*)" "" "no client was told anything but that its device has gone"
	is "$(ls /sys/bus/vdpa/devices)" "" "no device is left"
	is "$(compgen -G '/dev/vhost-vdpa-*')" "" "... and no node"
	check "a device can be made" vdpa dev add name after mgmtdev vdpasim_net
	check "... and used" move after vhost_vdpa
	check "... and deleted" vdpa dev del after
	modprobe -r vdpa_sim_net
	check "the modules unload" rmmod vhost_vdpa virtio_vdpa
}
