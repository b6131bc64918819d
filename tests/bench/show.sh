#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# How long it takes to look at many devices: iproute2's vdpa ("mainline") and vdpactl ("ours"), on our modules. First the same
# fields of both; then all that vdpactl knows, with driver, endpoint and definition, while the daemon runs.
# vm: --modules ours
# unit: us
# columns: all
set -euo pipefail
MANY=${MANY:-4000} ROUNDS=5
KERNEL=name,type,mgmtdev,vendor_id,max_vqs,max_vq_size

# took SET CONFIGURATION COMMAND...: a line with what it took; it has to show all devices.
took() {
	local start=${EPOCHREALTIME/./} end
	"${@:3}" >out
	end=${EPOCHREALTIME/./}
	[[ $(jq '.dev | length' out) == "$MANY" ]] || { echo "not $MANY devices" >&2 && exit 1; }
	echo "$1|$2|$((end - start))"
}

modprobe -a vhost_vdpa vdpa_sim_net
jq -n --argjson n "$MANY" '{version: 1, devices: [range($n) | {name: "show\(.)", mgmtdev: "vdpasim_net", driver: "vhost"}]}' >set.json
vdpactl apply set.json >/dev/null
udevadm settle
vdpactl -j dev show | jq -e '[.dev[] | select(.saved and .driver == "vhost" and .chardev and .drift == [])] | length == '"$MANY" >&2
for ((round = 1; round <= ROUNDS; round++)); do
	took mainline "$MANY devices, the kernel's fields" vdpa -j dev show
	took ours "$MANY devices, the kernel's fields" vdpactl -j -o $KERNEL dev show
	took mainline "$MANY devices, all that is known" vdpa -j dev show
	took ours "$MANY devices, all that is known" vdpactl -j dev show
done
