# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# In the VM: mainline's modules, which are in the directory $1, and ours. Sourced by the benchmarks of simulators.
MAINLINE=$1

# load SET BUS-DRIVER SIMULATOR...: the modules of "mainline" or "ours" for them and for virtio_vdpa or vhost_vdpa.
load() {
	local m
	if [[ $1 == ours ]]; then
		modprobe -a "$2" "${@:3}"
		return
	fi
	modprobe -a vhost vhost_iotlb irqbypass
	for m in vringh vdpa vdpa_sim "${@:3}" "$2"; do
		insmod "$MAINLINE/$m.ko"
	done
}

# unload SET BUS-DRIVER SIMULATOR...: when their devices are gone.
unload() {
	rmmod "${@:2}" vdpa_sim vdpa
	[[ $1 == ours ]] || rmmod vringh
}

# netdev NAME: the interface of a device.
netdev() {
	udevadm settle
	basename /sys/bus/vdpa/devices/"$1"/virtio*/net/*
}

# chardev NAME
chardev() {
	udevadm settle
	echo "/dev/$(basename /sys/bus/vdpa/devices/"$1"/vhost-vdpa-*)"
}

# counter INTERFACE NAME
counter() {
	cat "/sys/class/net/$1/statistics/$2"
}
