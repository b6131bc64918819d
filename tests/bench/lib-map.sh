# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# In the VM: times mapping with mainline's modules (in the directory $1) and with ours in turn. Sourced by scripts that define
#   load SET   loads the modules of "mainline" or "ours" and makes the device "bench"
#   unload SET takes both away

MAP=/usr/lib/vdpactl/tests/vmbench-map
ROUNDS=3

# map_rounds CONFIGURATION...: each is KIB huge|small|shuffled batched|single|pages
map_rounds() {
	local round set device config
	for ((round = 1; round <= ROUNDS; round++)); do
		for set in mainline ours; do
			load $set
			udevadm settle
			device=$(echo /dev/vhost-vdpa-*)
			for config; do
				# The words of a configuration are arguments.
				# shellcheck disable=SC2086
				echo "$set|$config|$("$MAP" "$device" $config)"
			done
			vdpa dev del bench
			unload $set
		done
	done
}
