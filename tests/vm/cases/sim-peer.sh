#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Two simulated NICs with a cable between them: their interfaces talk across network namespaces, the link follows both ends, and
# either may go at any time.
# timeout: 240
# shellcheck source=tests/vm/lib/tap.sh
. /mnt/tests/lib/tap.sh
. /mnt/tests/lib/sim-net.sh
modprobe -a virtio_vdpa vhost_vdpa vdpa_sim_net || bail_out "the modules do not load"

# add NAME [WORD...]: made by vdpactl, as iproute2 knows of no peers.
add() {
	vdpactl --direct dev add "$1" mgmtdev vdpasim_net "${@:2}"
}

# plug NAME ADDRESS: its interface, which is called after it from then on, into a namespace called after it.
plug() {
	local dev
	dev=$(netdev_of "$1") && ip netns add "$1" && ip link set dev "$dev" netns "$1" name "$1" || return
	ip -n "$1" link set dev lo up && ip -n "$1" address add "$2/24" dev "$1" && ip -n "$1" link set dev "$1" up
}

unplug() {
	ip netns delete "$1"
}

carrier_is() {
	[[ $(ip netns exec "$1" cat "/sys/class/net/$1/carrier") == "$2" ]]
}

# pings FROM ADDRESS [OPTION]...: none is lost.
pings() {
	ip netns exec "$1" ping -q -c 40 -i 0.02 -W 5 "${@:3}" "$2" | tee /dev/stderr | grep -q ' 40 received'
}

counts() {
	ip netns exec "$1" cat "/sys/class/net/$1/statistics/$2"
}

peer_of() {
	vdpactl -j dev show "$1" | jq -r ".dev.$1.peer"
}

set_link() {
	"$NL" -f vdpactl 3 1=\{ 4=s:"$1" \} 3=u8:"$2"
}

check "a NIC" add a mac 02:00:00:00:00:0a driver virtio
is "$(peer_of a)" null "it has no peer"
check "one with the first for a peer, and more queues" add b mac 02:00:00:00:00:0b max_vqp 4 peer a driver virtio
is "$(peer_of a) $(peer_of b)" "b a" "they are each other's"
is "$("$NL" -f vdpactl 1 1=\{ 2=s:vdpasim_net 4=s:c \} 9=s:a)" "error -22 vdpa_sim_net: peer a is connected already" \
	"no third one at that cable"
is "$("$NL" -f vdpactl 1 1=\{ 2=s:vdpasim_net 4=s:c \} 9=s:nobody)" \
	"error -22 vdpa_sim_net: peer nobody is no other device of vdpasim_net" "nor one to nobody"
is "$("$NL" -f vdpactl 1 1=\{ 2=s:vdpasim_net 4=s:c \} 9=s:c)" \
	"error -22 vdpa_sim_net: peer c is no other device of vdpasim_net" "nor to oneself"
check_not "none of these is there" test -e /sys/bus/vdpa/devices/c

check "one into a namespace" plug a 192.0.2.1
check "the other into another" plug b 192.0.2.2
check "the link is up" wait_for 10 carrier_is a 1
check "they ping" pings a 192.0.2.2
check "... with large packets" pings b 192.0.2.1 -s 1472
check "... with fragments" pings a 192.0.2.2 -s 9000
like "$(ip -n a neigh show 192.0.2.2)" 02:00:00:00:00:0b "each sees the other's address"
ip netns exec b iperf3 --server --one-off >/dev/null 2>&1 &
check "iperf3's server" wait_for 5 bash -c "ip netns exec b ss -Hltn sport = :5201 | grep -q ."
rate=$(ip netns exec a iperf3 --client 192.0.2.2 --time 3 --json | jq '.end.sum_received.bits_per_second / 1e6 | floor')
wait
check "iperf3: $rate Mbit/s of TCP" test "$rate" -gt 1
ip netns exec a iperf3 --server --one-off >/dev/null 2>&1 &
wait_for 5 bash -c "ip netns exec a ss -Hltn sport = :5201 | grep -q ."
rate=$(ip netns exec b iperf3 --client 192.0.2.1 --time 3 --parallel 4 --json | jq '.end.sum_received.bits_per_second / 1e6 | floor')
wait
check "... $rate the other way, by four queues to one" test "$rate" -gt 1

# Nobody hears what is not for him, nor himself.
before=$(counts b rx_packets)
ip -n a neigh replace 192.0.2.9 lladdr 02:00:00:00:00:99 dev a
ip netns exec a ping -q -c 5 -i 0.02 -W 1 192.0.2.9 >/dev/null
is "$(($(counts b rx_packets) - before))" 0 "a stranger's packets are not received"
check "... but counted as dropped" test "$(stat a 1 "tx drops")" -ge 5
before=$(counts a rx_packets)
ip netns exec a ping -q -b -c 5 -i 0.02 -W 1 192.0.2.255 >/dev/null 2>&1
check "what is sent to all does not come back" test "$(($(counts a rx_packets) - before))" -le 5

# ---- link -----------------------------------------------------------------------------------
check "one end is set down" set_link a 0
check "... its link is down" wait_for 10 carrier_is a 0
check "... and the other's" wait_for 10 carrier_is b 0
check "... and up again" set_link a 1
check "... on this end" wait_for 10 carrier_is a 1
check "... on the other too" wait_for 10 carrier_is b 1
check "they ping" pings b 192.0.2.1

# ---- going and coming -----------------------------------------------------------------------
flood() {
	ip netns exec a ping -f -q 192.0.2.2 >/dev/null 2>&1 &
	flood=$!
	ip netns exec b ping -f -q -s 1400 192.0.2.1 >/dev/null 2>&1 &
	flood2=$!
}
hush() {
	kill $flood $flood2 2>/dev/null
	wait $flood $flood2 2>/dev/null
}
failed=0
for ((i = 0; i < 10; i++)); do
	flood
	vdpa dev del b || failed=1
	wait_for 10 carrier_is a 0 || failed=2
	hush
	unplug b
	add b mac 02:00:00:00:00:0b peer a driver virtio >/dev/null || failed=3
	plug b 192.0.2.2 || failed=4
	wait_for 10 carrier_is a 1 || failed=5
	pings b 192.0.2.1 || failed=6
done 2>/dev/null
is $failed 0 "ten times one goes under load, the other loses its link, and a new one brings it back"
flood
check "the first one goes too" vdpa dev del a
check "... and the other loses its link" wait_for 10 carrier_is b 0
hush
is "$(peer_of b)" null "... and its peer"
unplug a
check "to vhost" vdpactl --direct dev bind b vhost
check "a peer of one that user space has" add a mac 02:00:00:00:00:0a peer b driver virtio
check "... may be sent to, though nobody receives" plug a 192.0.2.1
ip netns exec a ping -q -c 3 -i 0.02 -W 1 192.0.2.2 >/dev/null
check "... which is counted" test "$(stat a 1 "tx packets")" -gt 0
unplug a
unplug b 2>/dev/null
check "both are deleted" sh -c 'vdpa dev del a && vdpa dev del b'
check "the modules unload" modprobe -r vdpa_sim_net
modprobe -r vhost_vdpa virtio_vdpa
done_testing
