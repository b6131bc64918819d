#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The simulated NIC: what it can be given at create, what it refuses and why, its statistics, control queue, link, MTU.
# modules: ours
# timeout: 240
# shellcheck source=tests/vm/lib/tap.sh
. /mnt/tests/lib/tap.sh
. /mnt/tests/lib/sim-net.sh
modprobe -a virtio_vdpa vdpa_sim_net
allow_overlaps

# Feature bits.
mtu=3 mac=5 status=16 ctrl_vq=17 mq=22 ctrl_mac=23 indirect=28 event_idx=29 version_1=32 platform=33 packed=34 ring_reset=40

# features BIT...: the number with these and the two that every device needs.
features() {
	local bit value=$((1 << version_1 | 1 << platform))
	for bit; do
		value=$((value | 1 << bit))
	done
	printf '%#x' "$value"
}

# The driver uses no more pairs than there are CPUs.
pairs=$(nproc)
((pairs <= 4)) || pairs=4

# negotiated NAME: what iproute2 shows, as words.
negotiated() {
	config "$1" '.negotiated_features | join(" ")'
}

set_link() {
	"$NL" -f vdpactl 3 1=\{ 4=s:"$1" \} 3=u8:"$2"
}

carrier_is() {
	[[ $(cat "/sys/class/net/$1/carrier") == "$2" ]]
}

mac_is() {
	[[ $(config "$1" .mac) == "$2" ]]
}

# ---- create ---------------------------------------------------------------------------------
check "a device without parameters" vdpa dev add name bare mgmtdev vdpasim_net
check "one with all that iproute2 can say" \
	vdpa dev add name full mgmtdev vdpasim_net mac 02:00:00:00:00:01 mtu 9000 max_vqp 4
bare=$(netdev_of bare) full=$(netdev_of full)
is "$(config bare '[.mac, .mtu, .link, .max_vq_pairs] | join(" ")')" "00:00:00:00:00:00 1500 up " \
	"without parameters: no MAC, MTU 1500, link up, one queue pair"
is "$(config full '[.mac, .mtu, .link, .max_vq_pairs] | join(" ")')" "02:00:00:00:00:01 9000 up 4" \
	"with them: what was asked for"
is "$(vdpa -j dev show full | jq .dev.full.max_vqs)" 9 "four pairs and the control queue are nine queues"
is "$(cat "/sys/class/net/$full/address")" 02:00:00:00:00:01 "the driver takes the MAC"
is "$(cat "/sys/class/net/$full/mtu")" 9000 "... and the MTU"
is "$(compgen -G "/sys/class/net/$full/queues/tx-*" | wc -l)" "$pairs" "... and as many queue pairs as there are CPUs"
like "$(negotiated full)" "^MTU MAC STATUS CTRL_VQ MQ CTRL_MAC_ADDR RING_INDIRECT_DESC RING_EVENT_IDX VERSION_1 ACCESS_PLATFORM$" \
	"all features are negotiated"
like "$(negotiated bare)" "^MTU MAC STATUS CTRL_VQ CTRL_MAC_ADDR RING" "without max_vqp there is no MQ"
is "$(cat "/sys/class/net/$bare/address")" 00:00:00:00:00:00 "as on mainline, no MAC is one of zeroes"
is "$(vdpa -j dev show bare | jq .dev.bare.max_vqs)" 3 "one pair and the control queue are three queues"
check "deleted" vdpa dev del bare

check "a device with a MAC" vdpa dev add name plain mgmtdev vdpasim_net mac 02:00:00:00:00:03
plain=$(netdev_of plain)
check "a device with few features" "$NL" 3 2=s:vdpasim_net 4=s:few 10=x:020000000002 20=u64:"$(features $mac)"
few=$(netdev_of few)
is "$(negotiated few)" "MAC VERSION_1 ACCESS_PLATFORM" "no more than these are offered"
is "$(config few '.mtu // "none"')" none "the MTU, which is not offered, is not shown"
check "its link works without the status feature" pair_up "$few"
check "and so does its ring without event indexes and indirect tables" ping_pair 20
pair_down
check "its link cannot be set" test "$(set_link few 0)" = "error -95"
check "deleted" vdpa dev del few

check "a device with packed rings, which are for those who ask" "$NL" 3 2=s:vdpasim_net 4=s:packed 10=x:020000000004 \
	12=u16:2 20=u64:"$(features $mtu $mac $ctrl_vq $mq $ctrl_mac $indirect $event_idx $packed)"
dev=$(netdev_of packed)
like "$(negotiated packed)" "RING_PACKED$" "they are negotiated"
check "... and carry" pair_up "$dev"
check "... many times round" ping_pair 400 -s 1400
check "... also what the control queue is asked" ip link set "$dev" address 02:00:00:00:00:05
check "... which is done" test "$(config packed .mac)" = 02:00:00:00:00:05
pair_down
check "the driver lets it go" unbind packed
check "... and takes it again" bind packed virtio_vdpa
dev=$(netdev_of packed)
check "it carries" pair_up "$dev"
check "... as before" ping_pair 20
pair_down
check "deleted" vdpa dev del packed
check "a device with packed rings without event indexes and indirect tables" \
	"$NL" 3 2=s:vdpasim_net 4=s:packed 10=x:020000000004 20=u64:"$(features $mac $packed)"
dev=$(netdev_of packed)
check "it carries" pair_up "$dev"
check "... many times round" ping_pair 400 -s 1400
pair_down
check "deleted" vdpa dev del packed

check "a device whose rings can be reset one by one" "$NL" 3 2=s:vdpasim_net 4=s:resets 10=x:020000000006 \
	20=u64:"$(features $mac $ring_reset)"
dev=$(netdev_of resets)
like "$(negotiated resets)" " (40|RING_RESET)$" "they can, by whatever name it is shown"
# rings NAME WORD: how many entries, as ethtool's second part says, which is in use.
rings() {
	ethtool -g "$1" | awk -v word="$2:" '$1 == "Current" { on = 1 } on && $1 == word { print $2 }'
}
is "$(rings "$dev" RX) $(rings "$dev" TX)" "256 256" "they have 256 entries"
check "it carries" pair_up "$dev"
check "smaller rings" ethtool -G "$dev" rx 16 tx 32
is "$(rings "$dev" RX) $(rings "$dev" TX)" "16 32" "they are smaller now"
check "... and carry, many times round" ping_pair 400 -s 1400
check "the largest again" ethtool -G "$dev" rx 256 tx 256
check "... carry" ping_pair 40
check_not "none larger" ethtool -G "$dev" rx 512
pair_down
check "deleted" vdpa dev del resets
check "a device without that feature" vdpa dev add name whole mgmtdev vdpasim_net
check_not "its rings stay as they are" ethtool -G "$(netdev_of whole)" rx 16
check "deleted" vdpa dev del whole

check "16 queue pairs, the most" vdpa dev add name most mgmtdev vdpasim_net max_vqp 16
check "deleted" vdpa dev del most
check "the smallest MTU" vdpa dev add name least mgmtdev vdpasim_net mtu 68
check "deleted" vdpa dev del least
check "the largest MTU" vdpa dev add name most mgmtdev vdpasim_net mtu 65535
check "deleted" vdpa dev del most

# ---- refusals -------------------------------------------------------------------------------
check "max_vqp 0" refused 22 'At least one pair of VQs is required' 12=u16:0
check "max_vqp 17" refused 22 'max_vqp 17 is not between 1 and 16' 12=u16:17
check "max_vqp 65535" refused 22 'max_vqp 65535 is not between 1 and 16' 12=u16:65535
check "mtu 67" refused 34 'integer out of range' 13=u16:67
check "mtu 0" refused 34 'integer out of range' 13=u16:0
check "a group's MAC" refused 22 'mac 01:00:5e:00:00:01 is a group' 10=x:01005e000001
check "everybody's MAC" refused 22 'mac ff:ff:ff:ff:ff:ff is a group' 10=x:ffffffffffff
check "a feature it does not have" refused 22 'the bits 0x1000000000000000 are not supported' 20=u64:"$(features 60)"
check "a feature nobody has" refused 22 'the bits 0x8000000000000000 are not supported' 20=u64:"$(features 63)"
check "no feature at all" refused 22 'VERSION_1 or ACCESS_PLATFORM is missing' 20=u64:0
check "no VERSION_1" refused 22 'VERSION_1 or ACCESS_PLATFORM is missing' 20=u64:0x200000000
check "MQ without control queue" refused 22 'without CTRL_VQ' 20=u64:"$(features $mq)"
check "CTRL_MAC_ADDR without control queue" refused 22 'without CTRL_VQ' 20=u64:"$(features $ctrl_mac)"
check "a filter without control queue" refused 22 'the bits 0x40000 without CTRL_VQ' 20=u64:"$(features 18)"
check "large frames to send without checksums to leave out" refused 22 'the bits 0x800 without CSUM' 20=u64:"$(features 11)"
check "... to receive" refused 22 'the bits 0x100 without GUEST_CSUM' 20=u64:"$(features 0 8)"
check "congestion marks without large frames" refused 22 'the bits 0x2000 without HOST_TSO4 or HOST_TSO6' 20=u64:"$(features 0 13)"
check "... to receive" refused 22 'the bits 0x200 without GUEST_TSO4 or GUEST_TSO6' 20=u64:"$(features 1 9)"
check "announcements without a status" refused 22 'the bits 0x200000 without STATUS' 20=u64:"$(features 17 21)"
check "a MAC without its feature" refused 22 'Missing features' 10=x:020000000001 20=u64:"$(features $mtu)"
check "an MTU without its feature" refused 22 'Missing features' 13=u16:1500 20=u64:"$(features $mac)"
check "queue pairs without their feature" refused 22 'Missing features' 12=u16:2 20=u64:"$(features $ctrl_vq)"
check "a name that is taken" test "$("$NL" 3 2=s:vdpasim_net 4=s:plain)" = "error -17"
is "$(ls /sys/bus/vdpa/devices)" $'full\nplain' "none of that left anything"
check "all of them together are allowed" "$NL" 3 2=s:vdpasim_net 4=s:all 12=u16:2 \
	20=u64:"$(features $mtu $mac $status $ctrl_vq $mq $ctrl_mac $indirect $event_idx)"
check "deleted" vdpa dev del all

# ---- statistics -----------------------------------------------------------------------------
# names QUEUE: what it counts, in the order in which it says so.
names() {
	vdpa -j dev vstats show full qidx "$1" | jq -r '.vstats.full | keys_unsorted | map(select(test("^[rt]x "))) | join(", ")'
}
like "$(names 0)" "^rx packets, rx bytes, rx errors, rx overruns, rx drops, rx overruns no buffer, rx overruns no queue, rx drops too long, rx merged$" \
	"receive queues count what mainline's count, and the causes"
like "$(names 1)" "^tx packets, tx bytes, tx errors, tx drops, tx errors bad buffer, tx errors bad header, tx drops no link, tx drops not wanted, tx drops not agreed, tx checksummed, tx segmented, tx waits$" \
	"so do transmit queues"
is "$("$NL" 7 4=s:full 17=u32:8 | grep -ao ' cvq [a-z]*' | tr '\n' ',')" \
	" cvq requests, cvq successes, cvq errors," "and the control queue, which is the last with MQ"
like "$("$NL" 7 4=s:full 17=u32:9)" "^error -22 .*no queue of this index" "a queue it does not have"
like "$("$NL" 7 4=s:plain 17=u32:3)" "^error -22 .*no queue of this index" "nor the other"
check "traffic on one pair" pair_up "$plain"
ping_pair 50 -s 400 2>/dev/null
ip link set "$plain" down
is "$(stat plain 1 'tx packets')" "$(counter "$plain" tx_packets)" "it counts the frames that the interface sent"
is "$(stat plain 1 'tx bytes')" "$(counter "$plain" tx_bytes)" "... their bytes"
is "$(stat plain 0 'rx packets')" "$(counter "$plain" rx_packets)" "the frames that the interface got"
is "$(stat plain 0 'rx bytes')" "$(counter "$plain" rx_bytes)" "... their bytes"
like "$("$NL" 7 4=s:plain 17=u32:0)" ' 12=0100 ' "they name one queue pair where the feature for more is not offered"
check "that were at least those of the pings" test "$(stat plain 0 'rx packets')" -ge 100
is "$(stat plain 0 'rx errors') $(stat plain 0 'rx overruns') $(stat plain 1 'tx errors')" "0 0 0" "and no errors"
pair_down

# ---- several queue pairs --------------------------------------------------------------------
check "traffic on several pairs" pair_up "$full"
before=$(stat full 8 'cvq requests')
check "one of them is asked for through the control queue" ethtool -L "$full" combined 1
check "then all" ethtool -L "$full" combined "$pairs"
is "$(stat full 8 'cvq requests')" $((before + 2)) "... by two requests"
is "$(stat full 8 'cvq errors')" 0 "... all granted"
# Which queue sends is the CPU's or, with this, the packet's hash's choice: here it shall be each in turn.
for ((n = 0; n < pairs; n++)); do
	echo 0 >"/sys/class/net/$full/queues/tx-$n/xps_cpus"
done
for ((port = 5000; port < 5040; port++)); do
	ip netns exec ns1 bash -c "echo hello >/dev/udp/192.0.2.2/$port" 2>/dev/null
done
check "jumbo frames pass" ping_pair 5 -s 8900 -M "do"
ip link set "$full" down
total=0 used=0
for n in 1 3 5 7; do
	count=$(stat full $n 'tx packets')
	total=$((total + count)) used=$((used + (count > 0)))
done
check "more than one queue sent" test "$used" -gt 1
is "$total" "$(counter "$full" tx_packets)" "together what the interface sent"
total=0
for n in 0 2 4 6; do
	total=$((total + $(stat full $n 'rx packets')))
done
is "$total" "$(counter "$full" rx_packets)" "and received"
pair_down

# ---- control queue --------------------------------------------------------------------------
before=$(stat plain 2 'cvq successes')
check "the driver sets its MAC" ip link set "$plain" address 02:00:00:00:00:aa
check "the configuration shows it" mac_is plain 02:00:00:00:00:aa
is "$(stat plain 2 'cvq successes')" $((before + 1)) "one request did that"
# The driver spins for the answer: a device that needs a CPU of its own to give it would hang here.
check "with one CPU" sh -c 'echo 0 >/sys/devices/system/cpu/cpu1/online'
check "it sets its MAC as well" ip link set "$plain" address 02:00:00:00:00:ab
check "back to two" sh -c 'echo 1 >/sys/devices/system/cpu/cpu1/online'
check "and to the other" ip link set "$plain" address 02:00:00:00:00:aa
check_not "a group's address is refused" ip link set "$plain" address 01:00:5e:00:00:01
check "frames for the new address come back" pair_up "$plain"
check "... all of them" ping_pair 5
check "promiscuous mode does no harm" ip link set "$plain" promisc on
check "nor does listening to all groups" ip link set "$plain" allmulticast on
check "nor joining one" ip maddress add 01:00:5e:01:02:03 dev "$plain"
check "frames still pass" ping_pair 5
ip maddress del 01:00:5e:01:02:03 dev "$plain"
ip link set "$plain" promisc off allmulticast off
drops=$(stat plain 1 'tx drops')
ip -n ns1 neighbour replace 192.0.2.77 lladdr 02:00:00:00:00:77 dev ipvl1
check_not "a frame for a stranger whose address is the same up to a zero" ip netns exec ns1 ping -c 1 -W 1 192.0.2.77
is "$(stat plain 1 'tx drops')" $((drops + 1)) "is dropped, which shows"
pair_down

check "without its driver" unbind plain
check "the device has its first MAC again" mac_is plain 02:00:00:00:00:03
check "with it" bind plain virtio_vdpa
plain=$(netdev_of plain)
check "it goes on" pair_up "$plain"
check "... and frames pass" ping_pair 5

# ---- link -----------------------------------------------------------------------------------
check "carrier" wait_for 5 carrier_is "$plain" 1
check "the link goes down" set_link plain 0
check "the driver hears of it" wait_for 5 carrier_is "$plain" 0
is "$(config plain .link)" down "the configuration says so"
check "the link comes up" set_link plain 1
check "the driver hears of it" wait_for 5 carrier_is "$plain" 1
is "$(config plain .link)" up "the configuration says so"
check "frames pass again" ping_pair 5
pair_down
like "$(set_link plain 2)" "^error -34 " "a link is up or down, nothing else"

# ---- MTU ------------------------------------------------------------------------------------
check_not "no MTU above the device's" ip link set "$plain" mtu 1501
check "one below it" ip link set "$plain" mtu 1400
check "is kept from the device" test "$(config plain .mtu)" = 1500

check "live change of the MAC" "$NL" 8 4=s:plain 10=x:0200000000bb
check "shows" mac_is plain 02:00:00:00:00:bb
check "deleted" vdpa dev del plain
check "deleted" vdpa dev del full
check "nothing is left" test -z "$(ls /sys/bus/vdpa/devices)"
check "the modules unload" modprobe -r vdpa_sim_net
forbid_overlaps
done_testing
