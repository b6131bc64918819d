#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Mapping memory for the simulated NIC, which takes a whole address space at once.
# vm: --modules ours
# unit: us
# columns: map unmap
set -euo pipefail
mainline=$1
. /mnt/copy/lib-map.sh

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

load() {
	if [[ $1 == ours ]]; then
		modprobe -a vhost_vdpa vdpa_sim_net
	else
		load_mainline
	fi
	vdpa dev add name bench mgmtdev vdpasim_net
}

unload() {
	rmmod vhost_vdpa vdpa_sim_net vdpa_sim vdpa
	[[ $1 == ours ]] || rmmod vringh
}

modprobe -r vdpa_sim_net vhost_vdpa 2>/dev/null || :
map_rounds "1048576 huge batched" "1048576 small batched" "1048576 shuffled batched" \
	"2048 shuffled single" "4096 shuffled single" "6144 shuffled single" \
	"2048 shuffled pages" "4096 shuffled pages" "6144 shuffled pages"
