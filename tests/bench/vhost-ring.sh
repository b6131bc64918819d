#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A user-space driver of rings on vhost-vdpa: it sends 64 packets at a time and takes every one of them back. It spins until they
# are there, or sleeps on the queues' eventfds.
# vm: --modules ours
# unit: packets/s
# columns: back
set -euo pipefail
. /mnt/copy/lib-sets.sh
ROUNDS=3 SECONDS_EACH=4
CONFIGS=("60 sleep" "1500 sleep" "60 spin" "1500 spin")

ulimit -l unlimited
for ((round = 1; round <= ROUNDS; round++)); do
	for set in mainline ours; do
		load $set vhost_vdpa vdpa_sim_net
		vdpa dev add name bench mgmtdev vdpasim_net mac 02:00:00:00:00:77
		device=$(chardev bench)
		for config in "${CONFIGS[@]}"; do
			# The words of a configuration are arguments.
			# shellcheck disable=SC2086
			echo "$set|$config|$(/usr/lib/vdpactl/tests/vmbench-ring "$device" $config $SECONDS_EACH)"
		done
		vdpa dev del bench
		unload $set vhost_vdpa vdpa_sim_net
	done
done
