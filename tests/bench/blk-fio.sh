#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# fio on the simulated disk under virtio_blk, no I/O scheduler, 4 KiB at random and 128 KiB in order: mainline's with the one
# queue that it has, ours with one and with two, and null_blk, which moves no data, with one.
# vm: --modules ours
# unit: requests/s
# columns: rate
set -euo pipefail
. /mnt/copy/lib-sets.sh
ROUNDS=3 SECONDS_EACH=4
CONFIGS=("randread 4k 32" "randwrite 4k 32" "read 128k 4" "write 128k 4")

# disk: the disk of the device, when it is there.
disk() {
	local path
	udevadm settle
	for path in /sys/bus/vdpa/devices/bench/virtio*/block/*; do
		basename "$path"
	done
}

# rate DISK RW BLOCK-SIZE DEPTH: requests each second.
rate() {
	fio --name=bench --filename="/dev/$1" --rw="$2" --bs="$3" --iodepth="$4" --direct=1 --ioengine=libaio --time_based \
		--runtime=$SECONDS_EACH --output-format=json | jq '.jobs[0] | .read.iops + .write.iops | floor'
}

# rates SET DISK
rates() {
	local config
	echo none >"/sys/block/$2/queue/scheduler"
	# Memory that was never written is not read from where it will be.
	dd if=/dev/urandom of="/dev/$2" bs=1M count=128 oflag=direct status=none 2>/dev/null || :
	for config in "${CONFIGS[@]}"; do
		# The words of a configuration are arguments.
		# shellcheck disable=SC2086
		echo "$1|$config|$(rate "$2" $config)"
	done
}

for ((round = 1; round <= ROUNDS; round++)); do
	load mainline virtio_vdpa vdpa_sim_blk
	vdpa dev add name bench mgmtdev vdpasim_blk
	rates mainline "$(disk)"
	vdpa dev del bench
	unload mainline virtio_vdpa vdpa_sim_blk
	load ours virtio_vdpa vdpa_sim_blk
	for queues in 1 2; do
		vdpactl --direct dev add bench mgmtdev vdpasim_blk num_queues $queues driver virtio >/dev/null
		set=ours
		((queues == 1)) || set=ours-2q
		rates "$set" "$(disk)"
		vdpa dev del bench
	done
	unload ours virtio_vdpa vdpa_sim_blk
	modprobe null_blk gb=1 submit_queues=1
	rates null_blk nullb0
	rmmod null_blk
done
