#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# fio on the simulated disk under virtio_blk, one queue on both sides, no I/O scheduler; 4 KiB at random and 128 KiB in order.
# vm: --modules ours
# unit: requests/s
# columns: rate
set -euo pipefail
mainline=$1
ROUNDS=3 SECONDS_EACH=5
CONFIGS=("randread 4k 32" "randwrite 4k 32" "read 128k 4" "write 128k 4")

load() {
	local m
	if [[ $1 == ours ]]; then
		modprobe -a virtio_vdpa vdpa_sim_blk
		vdpactl --direct dev add bench mgmtdev vdpasim_blk num_queues 1 driver virtio >/dev/null
		return
	fi
	modprobe -a vhost_iotlb
	for m in vringh vdpa vdpa_sim vdpa_sim_blk virtio_vdpa; do
		insmod "$mainline/$m.ko"
	done
	vdpa dev add name bench mgmtdev vdpasim_blk
}

unload() {
	vdpa dev del bench
	rmmod virtio_vdpa vdpa_sim_blk vdpa_sim vdpa
	[[ $1 == ours ]] || rmmod vringh
}

# disk: the disk of the device, when it is there.
disk() {
	local path
	udevadm settle
	for path in /sys/bus/vdpa/devices/bench/virtio*/block/*; do
		echo none >"$path/queue/scheduler"
		basename "$path"
	done
}

# rate DISK RW BLOCK-SIZE DEPTH: requests each second.
rate() {
	fio --name=bench --filename="/dev/$1" --rw="$2" --bs="$3" --iodepth="$4" --direct=1 --ioengine=libaio --time_based \
		--runtime=$SECONDS_EACH --output-format=json | jq '.jobs[0] | .read.iops + .write.iops | floor'
}

for ((round = 1; round <= ROUNDS; round++)); do
	for set in mainline ours; do
		load $set
		dev=$(disk)
		# Memory that was never written is not read from where it will be.
		dd if=/dev/urandom of="/dev/$dev" bs=1M oflag=direct status=none 2>/dev/null || :
		for config in "${CONFIGS[@]}"; do
			# The words of a configuration are arguments.
			# shellcheck disable=SC2086
			echo "$set|$config|$(rate "$dev" $config)"
		done
		unload $set
	done
done
