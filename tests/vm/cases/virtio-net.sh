#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The kernel's virtio_net on our virtio_vdpa and simulated NIC: traffic, and everything that can be taken away under it.
# modules: ours
# timeout: 240
# shellcheck source=tests/vm/lib/tap.sh
. /mnt/tests/lib/tap.sh
. /mnt/tests/lib/sim-net.sh
modprobe -a virtio_vdpa vdpa_sim_net

add() {
	vdpa dev add name "$1" mgmtdev vdpasim_net mac "02:00:00:00:00:$2"
}

loaded() {
	[[ -d /sys/module/$1 ]]
}

# traffic: starts a flood between the namespaces that goes on whatever happens to the interface below.
traffic() {
	ip netns exec ns1 ping -f -q 192.0.2.2 >/dev/null 2>&1 &
	flood=$!
	ip netns exec ns2 ping -f -q -s 1400 192.0.2.1 >/dev/null 2>&1 &
	flood2=$!
	moves
}

# moves: frames are being received right now.
moves() {
	local before
	before=$(counter "$dev" rx_packets)
	wait_for 10 more_than "$before"
}

more_than() {
	(($(counter "$dev" rx_packets) > $1 + 50))
}

quiet() {
	kill "$flood" "$flood2" 2>/dev/null
	wait "$flood" "$flood2" 2>/dev/null
	pair_down
}

# ---- traffic --------------------------------------------------------------------------------
check "a device" add a 01
dev=$(netdev_of a)
check "virtio_vdpa drives it" driver_is a virtio_vdpa
is "$(basename "$(readlink "/sys/class/net/$dev/device/driver")")" virtio_net "and virtio_net the interface"
is "$(ethtool -i "$dev" | sed -n 's/^bus-info: //p')" a "whose bus address is the device's name"
check "two namespaces on it" pair_up "$dev"
check "200 pings, none lost" ping_pair 200 -q
for size in 18 1472 1473 9000; do
	check "pings of $size bytes" ping_pair 20 -q -s $size
done
ip netns exec ns2 iperf3 --server --one-off >/dev/null 2>&1 &
check "iperf3's server" wait_for 5 bash -c "ip netns exec ns2 ss -Hltn sport = :5201 | grep -q ."
rate=$(ip netns exec ns1 iperf3 --client 192.0.2.2 --time 2 --json | jq '.end.sum_received.bits_per_second / 1e6 | floor')
check "iperf3: $rate Mbit/s of TCP" test "$rate" -gt 1
wait
is "$(stat a 0 'rx errors') $(stat a 1 'tx errors')" "0 0" "no errors on the way"
is "$(counter "$dev" rx_errors) $(counter "$dev" tx_errors)" "0 0" "... nor in the interface"

# ---- taken away under traffic ---------------------------------------------------------------
check "frames fly" traffic
check "renamed" ip link property add dev "$dev" altname uplink0
check "found under its new name" test "$(ip -j link show uplink0 | jq -r '.[0].ifname')" = "$dev"
check "down and up" sh -c 'ip link set "$1" down && ip link set "$1" up' sh "$dev"
check "frames go on" moves
check "unbound under traffic (C8)" timeout 10 bash -c "echo a >/sys/bus/vdpa/drivers/virtio_vdpa/unbind"
check_not "the interface is gone" test -e "/sys/class/net/$dev"
quiet
check "bound again" bind a virtio_vdpa
dev=$(netdev_of a)
check "two namespaces on it" pair_up "$dev"
check "it works" ping_pair 20 -q

check "frames fly" traffic
check "deleted under traffic (C8)" timeout 10 vdpa dev del a
check_not "the interface is gone" test -e "/sys/class/net/$dev"
check "so is the device" test -z "$(ls /sys/bus/vdpa/devices)"
quiet

check "a device" add a 01
dev=$(netdev_of a)
pair_up "$dev"
check "frames fly" traffic
check "virtio_vdpa unloads under traffic (C8)" timeout 20 rmmod virtio_vdpa
check "the device stays, without a driver" driver_is a none
check_not "the interface is gone" test -e "/sys/class/net/$dev"
quiet
check "virtio_vdpa loads" modprobe virtio_vdpa
check "and takes the device" wait_for 5 driver_is a virtio_vdpa
dev=$(netdev_of a)
pair_up "$dev"
check "frames fly" traffic
check "vdpa_sim_net unloads under traffic (C8)" timeout 20 rmmod vdpa_sim_net
check "with its device" test -z "$(ls /sys/bus/vdpa/devices)"
check "and its management device" test -z "$(vdpa mgmtdev show)"
quiet
check "vdpa_sim unloads too" rmmod vdpa_sim
check "vdpa_sim_net loads" modprobe vdpa_sim_net

# ---- several --------------------------------------------------------------------------------
for n in 1 2 3 4; do
	check "device $n" add "d$n" "0$n"
done
macs=$(for n in 1 2 3 4; do
	cat "/sys/class/net/$(netdev_of "d$n")/address"
done)
is "$macs" $'02:00:00:00:00:01\n02:00:00:00:00:02\n02:00:00:00:00:03\n02:00:00:00:00:04' \
	"each has an interface with its own MAC"
dev=$(netdev_of d2)
check "traffic on the second" pair_up "$dev"
check "stays there" ping_pair 20 -q
others=0
for n in 1 3 4; do
	others=$((others + $(stat "d$n" 1 'tx packets')))
done
is "$others" 0 "the others carried nothing"
check "frames fly" traffic
check "the neighbours are deleted under it" sh -c 'vdpa dev del d1 && vdpa dev del d3 && vdpa dev del d4'
check "which it does not mind" moves
check "renamed" sh -c 'ip link set "$1" down && ip link set "$1" name lan0 && ip link set lan0 up' sh "$dev"
check "is the device's still" test "$(netdev_of d2)" = lan0
dev=lan0
quiet
check "deleted" vdpa dev del d2

# ---- again and again ------------------------------------------------------------------------
again() {
	local n
	for ((n = 0; n < 100; n++)); do
		add a 01 && vdpa dev del a || return
	done
}
rebind() {
	local n
	for ((n = 0; n < 25; n++)); do
		unbind a && bind a virtio_vdpa || return
	done
}
interfaces=$(find /sys/class/net -type l | wc -l)
check "100 devices come and go with their driver" again
check "a device" add a 01
check "is bound 25 times (B4)" rebind
dev=$(netdev_of a)
check "and works" pair_up "$dev"
check "... as ever" ping_pair 20 -q
pair_down
check "deleted" vdpa dev del a
is "$(find /sys/class/net -type l | wc -l)" "$interfaces" "no interface is left"
is "$(cat /sys/module/vdpa_sim/refcnt) $(cat /sys/module/vdpa_sim_net/refcnt)" "1 0" "nothing holds the modules"
check "all unload" rmmod vdpa_sim_net vdpa_sim virtio_vdpa vdpa
check_not "... and are gone" loaded vdpa
done_testing
