#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the VM: mapping memory through vhost-vdpa, mainline's modules (in the directory given) against ours, in turn.
set -euo pipefail
mainline=$1
MAP=/usr/lib/vdpactl/tests/vmbench-map
ROUNDS=3

# What is measured: KIB PAGES batched|single
configs=(
	"1048576 huge batched" "1048576 small batched" "1048576 shuffled batched"
	"2048 shuffled single" "4096 shuffled single" "6144 shuffled single"
)

load_ours() {
	modprobe -a vhost_vdpa vdpa_sim_net
}

# Mainline's table of entries is made as large as the memory needs.
load_mainline() {
	local m
	modprobe -a vhost vhost_iotlb irqbypass
	for m in vringh vdpa; do
		insmod "$mainline/$m.ko"
	done
	insmod "$mainline/vdpa_sim.ko" max_iotlb_entries=1000000
	insmod "$mainline/vdpa_sim_net.ko"
	insmod "$mainline/vhost_vdpa.ko" max_iotlb_entries=1000000
}

unload() {
	vdpa dev del bench
	rmmod vhost_vdpa vdpa_sim_net vdpa_sim vdpa
	! grep -q '^vringh ' /proc/modules || rmmod vringh
}

modprobe -r vdpa_sim_net vhost_vdpa 2>/dev/null || :
for ((round = 1; round <= ROUNDS; round++)); do
	for set in mainline ours; do
		"load_$set"
		vdpa dev add name bench mgmtdev vdpasim_net
		udevadm settle
		device=$(echo /dev/vhost-vdpa-*)
		for config in "${configs[@]}"; do
			# The words of a configuration are arguments.
			# shellcheck disable=SC2086
			echo "$set|$config|$("$MAP" "$device" $config)"
		done
		unload
	done
done
