#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# DPDK's testpmd, unmodified, on the character device: it sends, receives what it sent, and restarts its port; with packed rings
# and with rings in order too.
# timeout: 240
# debug: no
. /mnt/tests/lib/tap.sh
. /mnt/tests/lib/vhost.sh

# say COMMAND...: types them into testpmd.
say() {
	printf '%s\n' "$@" >&6
}

# has_packets RX-packets|TX-packets MORE-THAN: as testpmd showed it last; it is asked again for the next time.
has_packets() {
	say "show port stats 0"
	(($(sed -n "s/.*$1: \([0-9]*\).*/\1/p" log | tail -n 1) > $2))
}

# start OPTIONS: testpmd on the device, of which it reads the packets it sent.
start() {
	(ulimit -l $((locked * 1024)) && exec dpdk-testpmd --no-huge -m 256 --no-pci --iova-mode=va --no-telemetry \
		--file-prefix=vmtest --vdev="net_virtio_user0,path=$DEVICE$1" -- -i --total-num-mbufs=2048 \
		--eth-peer=0,02:00:00:00:00:77 --forward-mode=txonly <commands >log 2>&1) &
	pid=$!
	exec 6>commands
}

# finish: testpmd ends.
finish() {
	say stop quit
	exec 6>&-
	check "it ends by itself" wait_for 20 sh -c "! kill -0 $pid 2>/dev/null"
	wait "$pid"
	is $? 0 "... and well"
	sed 's/^/# /' log | tail -n 30
	check "the device can be deleted" vdpa dev del vh0
}

vhost_device vh0
# Half as much again as it has: what it unmaps as its port restarts must be given back before it maps it again.
locked=384
mkfifo commands
start ""
check "testpmd takes the device" wait_for 60 grep -q 'testpmd>' log
like "$(cat log)" '02:00:00:00:00:77' "it sees the MAC address"
say start
check "it sends" wait_for 30 has_packets TX-packets 1000
# What it sent has come back, as far as there was room, and waits in the receive queue.
say stop "set fwd rxonly" start
check "it receives" wait_for 30 has_packets RX-packets 100
is "$(vdpactl -j dev show vh0 | jq -r .dev.vh0.holder_pid)" "$pid" "it is named as the holder"
check_not "the device cannot be deleted meanwhile" vdpa dev del vh0

say stop "set fwd txonly" "port stop 0"
check "the port stops" wait_for 20 grep -q 'Done' log
say "port start 0" "clear port stats 0" start
check "restarted, it sends again" wait_for 30 has_packets TX-packets 1000
finish

# kind BIT NAME OPTIONS: the same on a device with that feature besides MAC, VERSION_1 and ACCESS_PLATFORM.
kind() {
	local bit=$1 name=$2 options=$3
	check "a device with $name" /usr/lib/vdpactl/tests/vmtest-nl 3 2=s:vdpasim_net 4=s:vh0 10=x:020000000077 \
		20=u64:$((1 << 5 | 1 << 32 | 1 << 33 | 1 << bit))
	start "$options"
	check "testpmd takes it" wait_for 60 grep -q 'testpmd>' log
	say start
	check "it sends" wait_for 30 has_packets TX-packets 1000
	say stop "set fwd rxonly" start
	check "it receives" wait_for 30 has_packets RX-packets 100
	like "$(vdpactl -j dev config show vh0)" "negotiated_features[^]]*$name" "$name is in use"
	finish
}
kind 34 RING_PACKED ",packed_vq=1"
kind 35 IN_ORDER ",in_order=1"

# refused WHAT TEXT [OPTIONS]: testpmd says why it cannot have the device, and ends when it is told to, if not before.
refused() {
	start "${3:-}"
	check "$1: testpmd says so" wait_for 60 grep -q "$2" log
	(say quit) 2>/dev/null
	exec 6>&-
	check "... and ends" wait_for 30 sh -c "! kill -0 $pid 2>/dev/null"
	wait "$pid"
	check "... by itself" test $? -lt 128
	sed 's/^/# /' log | tail -n 30
}
vhost_device vh0
exec 8<>"$DEVICE"
refused "EBUSY: another has the device open" 'Device or resource busy'
exec 8>&-
refused "EINVAL: a queue of more entries than the device has" 'Invalid argument' ",queue_size=512"
locked=64
refused "ENOMEM: too little memory that may be pinned" 'Cannot allocate memory'
check "the device can be deleted" vdpa dev del vh0
done_testing
