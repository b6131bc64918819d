#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What has to be the same on mainline's modules and on ours, for programs that know mainline's: attributes, names, numbers.
# modules: both
# timeout: 60
# shellcheck source=tests/vm/lib/tap.sh
. /mnt/tests/lib/tap.sh
. /mnt/tests/lib/sim-net.sh
modprobe -a virtio_vdpa vdpa_sim_net

# attributes FILE: the numbers of the attributes in it, each once.
attributes() {
	sed -n 's/^ *\([0-9]*\)=.*/\1/p' "$1" | sort -nu | tr '\n' ' '
}

# value FILE ATTRIBUTE: in hexadecimal, as in the message.
value() {
	sed -n "s/^ *$2=\([0-9a-f]*\) .*/\1/p" "$1"
}

bit() {
	echo $(($1 >> $2 & 1))
}

# error COMMAND ATTRIBUTE...: the errno that the kernel answers.
error() {
	"$NL" "$@" | awk '{ print $1, $2 }'
}

# ---- the management device ------------------------------------------------------------------
"$NL" 2 2=s:vdpasim_net >mgmtdev
is "$(attributes mgmtdev)" "2 3 15 16 " "attributes of a management device"
is "$(value mgmtdev 3)" 0200000000000000 "its class"
features=$(vdpa -j mgmtdev show | jq -r '.mgmtdev.vdpasim_net.dev_features | join(" ")')
for word in MTU MAC CTRL_VQ CTRL_MAC_ADDR ANY_LAYOUT VERSION_1 ACCESS_PLATFORM; do
	like " $features " " $word " "the feature $word"
done

# ---- a device -------------------------------------------------------------------------------
check "a device" vdpa dev add name web0 mgmtdev vdpasim_net mac 02:00:00:00:00:01 mtu 1400
dev=$(netdev_of web0)
"$NL" 5 4=s:web0 >device
is "$(attributes device)" "2 4 5 6 7 8 9 " "attributes of a device"
is "$(for n in 5 6 7 8 9; do value device $n; done | tr '\n' ' ')" "01000000 00000000 03000000 0001 0100 " \
	"network device, vendor 0, 3 queues of at most 256 and at least 1 entries"
"$NL" 6 4=s:web0 >config
# Ours also has 20, the features offered, as later kernels do.
is "$(attributes config | sed 's/ 20 / /')" "4 5 10 11 13 14 21 " "attributes of its configuration"
is "$(value config 10) $(value config 13)" "020000000001 7805" "MAC and MTU"
is "$(value config 11)" 0100 "link up"
like "$(config web0 '.negotiated_features | join(" ")')" "^MTU MAC .*CTRL_VQ CTRL_MAC_ADDR .*VERSION_1 ACCESS_PLATFORM$" "negotiated features"
is "$(vdpa -j dev show web0 | jq -c .dev.web0)" \
	'{"type":"network","mgmtdev":"vdpasim_net","vendor_id":0,"max_vqs":3,"max_vq_size":256}' "iproute2's words for it"

# ---- as the kernel's drivers see it ---------------------------------------------------------
sys=/sys/bus/vdpa/devices/web0
is "$(cat $sys/driver_override)" "(null)" "C9: driver_override of a device that is reserved for none"
# override_is_whole: what is read while somebody writes is one or the other.
override_is_whole() {
	local n value
	for ((n = 0; n < 1000; n++)); do
		read -r value <"$sys/driver_override" && [[ $value == "(null)" || $value == virtio_vdpa ]] || return
	done
}
(until [[ -e read ]]; do
	echo virtio_vdpa >$sys/driver_override && echo >$sys/driver_override || exit
done) &
check "C9: read a thousand times while it is written" override_is_whole
touch read
check "... all of which went well" wait $!
is "$(cat $sys/driver_override)" "(null)" "... and is as before"
check "the device's driver" driver_is web0 virtio_vdpa
like "$(basename "$(echo $sys/virtio*)")" "^virtio[0-9]+$" "the virtio device is below it"
is "$(cat $sys/virtio*/device) $(cat $sys/virtio*/vendor)" "0x0001 0x0000" "... with its ids"
is "$(cat "/sys/class/net/$dev/address") $(cat "/sys/class/net/$dev/mtu") $(cat "/sys/class/net/$dev/type")" \
	"02:00:00:00:00:01 1400 1" "the interface's address, MTU and type"
is "$(ethtool -k "$dev" | awk '$2 == "on" && !/fixed/ { print $1 }' | sort | tr '\n' ' ')" \
	"generic-receive-offload: " "offloads that the interface has and that can be changed"
is "$(ethtool -g "$dev" | awk '/^(RX|TX):/ { print $2 }' | tail -n 2 | tr '\n' ' ')" "256 256 " "its rings"
check "packets" pair_up "$dev"
check "pass" ping_pair 20 -q
pair_down
if [[ $VM_MODULES == ours ]]; then
	check "the MAC can be set by the driver" ip link set "$dev" address 02:00:00:00:00:aa
	is "$(config web0 .mac)" 02:00:00:00:00:aa "which shows"
else
	skip "the MAC can be set by the driver" "mainline queues the answer on the CPU on which the driver spins for it"
fi

# ---- errors ---------------------------------------------------------------------------------
is "$(error 3 2=s:vdpasim_net 4=s:web0)" "error -17" "a name that is taken"
is "$(error 3 2=s:nope 4=s:web1)" "error -19" "no such management device"
is "$(error 3 4=s:web1)" "error -22" "none named"
is "$(error 3 2=s:vdpasim_net 4=s:web1 12=u16:0)" "error -22" "no queue pair"
is "$(error 3 2=s:vdpasim_net 4=s:web1 13=u16:67)" "error -34" "an MTU that is too small"
is "$(error 3 2=s:vdpasim_net 4=s:web1 20=u64:1)" "error -22" "a feature that it lacks"
is "$(error 4 4=s:nope)" "error -19" "deleting what is not there"
is "$(error 5 4=s:nope)" "error -19" "showing it"
is "$(error 6 4=s:nope)" "error -19" "its configuration"
is "$(error 7 4=s:nope 17=u32:0)" "error -19" "its statistics"
is "$(error 7 4=s:web0)" "error -22" "statistics of no queue in particular"
check "deleted" vdpa dev del web0
check "nothing is left" test -z "$(ls /sys/bus/vdpa/devices)"
done_testing
