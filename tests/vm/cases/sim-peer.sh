#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Two simulated NICs with a cable between them: their interfaces talk across network namespaces, the link follows both ends, and
# either may go at any time.
# timeout: 420
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

vlan() {
	ip -n "$1" link add link "$1" name v5 type vlan id 5 && ip -n "$1" address add "$2/24" dev v5 && ip -n "$1" link set dev v5 up
}

# announces NAME true|false: whether the device asks its driver to make itself known.
announces() {
	[[ $(vdpa -j dev config show "$1" | jq --arg name "$1" '.config[$name]["link_announce "]') == "$2" ]]
}

# offloads NAME: which of these its interface uses.
offloads() {
	ip netns exec "$1" ethtool -k "$1" | awk '/^(rx-checksumming|tx-checksumming|tcp-segmentation-offload|rx-vlan-filter): on/ { printf "%s ", $1 }'
}

# carries WHAT FROM TO ADDRESS [OPTION]...: iperf3 does, and no checksum is wrong.
carries() {
	local rate
	ip netns exec "$3" iperf3 --server --one-off >/dev/null 2>&1 &
	wait_for 5 bash -c "ip netns exec $3 ss -Hltn sport = :5201 | grep -q ." || return
	rate=$(ip netns exec "$2" iperf3 --client "$4" --time 2 "${@:5}" --json | jq '.end.sum_received.bits_per_second / 1e6 | floor')
	wait
	check "$1: $rate Mbit/s of TCP" test "$rate" -gt 1
	is "$(ip netns exec "$3" nstat -asz TcpInCsumErrors | awk '/Csum/ { print $2 }')" 0 "... with right checksums"
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
all="rx-checksumming: tx-checksumming: tcp-segmentation-offload: rx-vlan-filter: "
is "$(offloads a)$(offloads b)" "$all$all" "each end leaves checksums and large frames to the other, and has it filter"
carries "iperf3" a b 192.0.2.2
check "... in frames that took several buffers" test "$(stat b 0 "rx merged")" -gt 0
carries "... the other way, by four queues to one" b a 192.0.2.1 --parallel 4
is "$(stat a 1 "tx segmented") $(stat a 1 "tx checksummed")" "0 0" "nothing of that was left to the device"

# ---- what only some are to hear --------------------------------------------------------------
check "a VLAN" vlan a 198.51.100.1
before=$(stat a 1 "tx drops not wanted")
ip netns exec a ping -q -c 3 -i 0.02 -W 1 198.51.100.2 >/dev/null
check "... that the other end is not in: what is sent in it is not received" test "$(stat a 1 "tx drops not wanted")" -gt "$before"
check "... and that it is in" vlan b 198.51.100.2
# That nobody answered is remembered for a while.
check "they find each other" wait_for 20 ip netns exec a ping -q -c 1 -W 1 198.51.100.2
check "they ping" pings a 198.51.100.2
check "a second address on the same interface" ip -n b link add link b name second address 02:00:00:00:00:2b type macvlan mode bridge
ip netns add second && ip -n b link set second netns second
ip -n second address add 203.0.113.2/24 dev second && ip -n second link set dev second up
ip -n a address add 203.0.113.1/24 dev a
check "... which gets its packets" pings a 203.0.113.2
like "$(ip -n a neigh show 203.0.113.2)" 02:00:00:00:00:2b "... at that address"
ip netns delete second
ip -n a neigh replace 203.0.113.2 lladdr 02:00:00:00:00:2b dev a
check "gone" wait_for 10 sh -c '! ip -n b link show second 2>/dev/null'
before=$(stat a 1 "tx drops not wanted")
ip netns exec a ping -q -c 3 -i 0.02 -W 1 203.0.113.2 >/dev/null
check "... it does not" test "$(stat a 1 "tx drops not wanted")" -ge $((before + 3))

# Nobody hears what is not for him, nor himself.
before=$(counts b rx_packets)
ip -n a neigh replace 192.0.2.9 lladdr 02:00:00:00:00:99 dev a
ip netns exec a ping -q -c 5 -i 0.02 -W 1 192.0.2.9 >/dev/null
# The two ends may look for each other meanwhile.
check "a stranger's packets are not received" test $(($(counts b rx_packets) - before)) -lt 5
check "... but counted as dropped" test "$(stat a 1 "tx drops")" -ge 5
before=$(counts a rx_packets)
ip netns exec a ping -q -b -c 5 -i 0.02 -W 1 192.0.2.255 >/dev/null 2>&1
check "what is sent to all does not come back" test "$(($(counts a rx_packets) - before))" -le 5

# ---- link -----------------------------------------------------------------------------------
check "one end is set down" set_link a 0
check "... its link is down" wait_for 10 carrier_is a 0
check "... and the other's" wait_for 10 carrier_is b 0
ip -n b neigh replace 192.0.2.1 lladdr 02:00:00:00:00:99 nud reachable dev b
check "... and up again" set_link a 1
check "... on this end" wait_for 10 carrier_is a 1
check "... on the other too" wait_for 10 carrier_is b 1
check "... which is told where the first one is" wait_for 10 bash -c 'ip -n b neigh show 192.0.2.1 | grep -q 02:00:00:00:00:0a'
check "... as the device asked for, and no longer does" wait_for 10 announces a false
check "they ping" pings b 192.0.2.1

# ---- ends that agreed to different things ----------------------------------------------------
# features BIT...: the number.
features() {
	local bit value=0
	for bit; do
		value=$((value | 1 << bit))
	done
	printf '%#x' "$value"
}

cat_mtu() {
	ip netns exec "$1" cat "/sys/class/net/$1/mtu"
}

# cable OF-C OF-D: two more NICs, c and d, with these options, words split at blanks, and plugged in.
cable() {
	# shellcheck disable=SC2086
	add c mac 02:00:00:00:00:0c $1 driver virtio && add d mac 02:00:00:00:00:0d peer c $2 driver virtio || return
	plug c 192.0.2.3 && plug d 192.0.2.4 && ip -n c address add fd00::3/64 dev c nodad && ip -n d address add fd00::4/64 dev d nodad
}

uncable() {
	unplug c && unplug d && vdpa dev del c && vdpa dev del d
}

# MAC, STATUS, RING_INDIRECT_DESC, RING_EVENT_IDX, VERSION_1, ACCESS_PLATFORM, as mainline's or little more; then without MRG_RXBUF
# all that concerns large frames; then all, with packed rings.
plain=$(features 5 16 28 29 32 33)
large=$(features 0 1 2 3 5 7 8 9 11 12 13 16 17 28 29 32 33)
packed=$(features 0 1 2 5 7 8 9 11 12 13 15 16 17 28 29 32 33 34)
check "one that leaves everything, one that agreed to nothing" cable "" "features $plain"
carries "iperf3 by the first" c d 192.0.2.4
carries "... with IPv6" c d fd00::4
check "large frames were cut for the other" test "$(stat c 1 "tx segmented")" -gt 10
check "... and checksums done" test "$(stat c 1 "tx checksummed")" -gt 1
carries "iperf3 by the other" d c 192.0.2.3
is "$(stat d 1 "tx segmented") $(stat d 1 "tx checksummed")" "0 0" "nothing was left to the device"
is "$(stat c 1 "tx errors") $(stat d 1 "tx errors")" "0 0" "no errors"
check "gone" uncable
check "both leave everything, buffers are not merged, rings packed" cable "features $large" "features $packed"
carries "iperf3" c d 192.0.2.4
carries "... the other way" d c fd00::3
is "$(stat c 1 "tx segmented") $(stat d 1 "tx segmented") $(stat c 0 "rx merged")" "0 0 0" "no frame was cut"
check "large frames are switched off while it runs" ip netns exec d ethtool -K d rx-gro-hw off
carries "iperf3" c d 192.0.2.4
check "they are cut" test "$(stat c 1 "tx segmented")" -gt 10
check "gone" uncable
check "the largest MTU, with and without merged buffers" cable "mtu 65535 features $large" "mtu 65535 features $(features 3 5 15 16 28 29 32 33)"
is "$(cat_mtu c) $(cat_mtu d)" "65535 65535" "the interfaces have it"
check "the largest packets" pings c 192.0.2.4 -s 65507
check "... the other way" pings d 192.0.2.3 -s 65507
carries "iperf3" c d 192.0.2.4
check "gone" uncable

# ---- back-pressure ---------------------------------------------------------------------------
# flood_udp: UDP as fast as it goes, from c to d, which has hardly any buffers.
flood_udp() {
	ip netns exec d ethtool -G d rx 16 || return
	ip netns exec d iperf3 --server --one-off >/dev/null 2>&1 &
	wait_for 5 bash -c "ip netns exec d ss -Hltn sport = :5201 | grep -q ." || return
	ip netns exec c iperf3 --client 192.0.2.4 --udp --bitrate 0 --length 1400 --time 2 >/dev/null
	wait
}

# What d's queue missed while its size was changed is no matter of buffers.
all_arrived() {
	[[ $(stat c 1 "tx packets") == "$(($(stat d 0 "rx packets") + $(stat d 0 "rx overruns no queue") + $(stat c 1 "tx drops")))" ]]
}

sent_more() {
	(($(stat c 1 "tx packets") > $1))
}

resets=$(features 5 16 28 29 32 33 40)
is "$("$NL" -f vdpactl 1 1=\{ 2=s:vdpasim_net 4=s:c \} 10=u8:1)" "error -22 vdpa_sim_net: backpressure without a peer" \
	"nobody waits for himself"
check "two that do not wait for each other" cable "features $resets" "features $resets"
check "as much as one can send" flood_udp
check "... is more than the other has buffers for" test "$(stat d 0 "rx overruns no buffer")" -gt 0
is "$(stat c 1 "tx waits")" 0 "... so that some is lost, and nothing waits"
check "gone" uncable
check "two that do" cable "features $resets" "features $resets backpressure yes"
check "as much as one can send" flood_udp
check "... has to wait" test "$(stat c 1 "tx waits")" -gt 0
check "... and all of it arrives" wait_for 10 all_arrived
is "$(stat d 0 "rx overruns no buffer") $(stat d 0 "rx drops")" "0 0" "... so none is lost"
ip -n c neigh replace 192.0.2.4 lladdr 02:00:00:00:00:0d dev c
ip -n d link set dev d down
waits=$(stat c 1 "tx waits")
ip netns exec c ping -f -q -c 40 -w 2 192.0.2.4 >/dev/null
check "who receives no longer holds up the other" test "$(stat c 1 "tx waits")" -gt "$waits"
sent=$(stat c 1 "tx packets")
unplug d
check "... as long as his queue is there" unbind d
check "then what waited is let go" wait_for 10 sent_more "$sent"
unplug c
check "gone" sh -c 'vdpa dev del c && vdpa dev del d'

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
