#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The kernel's packet generator through virtio_net, one queue pair, to the NIC's own address, so that every packet comes back;
# and through veth, where the other end gets it.
# vm: --modules ours
# unit: packets/s
# columns: sent received
set -euo pipefail
. /mnt/copy/lib-sets.sh
ROUNDS=3 SECONDS_EACH=5 MAC=02:00:00:00:00:01

pg() {
	echo "$2" >"/proc/net/pktgen/$1"
}

# rates FROM TO BYTES: how many packets a second FROM sent, with a generator on CPU 0, and TO received.
rates() {
	local sent received start spent pid
	pg kpktgend_0 rem_device_all
	pg kpktgend_0 "add_device $1"
	pg "$1" "count 0"
	pg "$1" "pkt_size $3"
	pg "$1" "dst_mac $MAC"
	pg pgctrl start &
	pid=$!
	sleep 1
	sent=$(counter "$1" tx_packets) received=$(counter "$2" rx_packets) start=${EPOCHREALTIME/./}
	sleep $SECONDS_EACH
	sent=$(($(counter "$1" tx_packets) - sent)) received=$(($(counter "$2" rx_packets) - received))
	spent=$((${EPOCHREALTIME/./} - start))
	kill -INT $pid
	wait $pid || :
	pg kpktgend_0 rem_device_all
	echo "$((sent * 1000000 / spent)) $((received * 1000000 / spent))"
}

# both SET FROM TO
both() {
	local bytes
	for bytes in 60 1500; do
		echo "$1|$bytes bytes|$(rates "$2" "$3" $bytes)"
	done
}

sysctl -qw net.ipv6.conf.default.disable_ipv6=1
modprobe -a pktgen veth
for ((round = 1; round <= ROUNDS; round++)); do
	for set in mainline ours; do
		load $set virtio_vdpa vdpa_sim_net
		vdpa dev add name bench mgmtdev vdpasim_net mac $MAC
		dev=$(netdev bench)
		ip link set "$dev" up
		both $set "$dev" "$dev"
		vdpa dev del bench
		unload $set virtio_vdpa vdpa_sim_net
	done
	ip link add ve0 type veth peer name ve1 address $MAC
	ip link set ve0 up
	ip link set ve1 up
	both veth ve0 ve1
	ip link del ve0
done
