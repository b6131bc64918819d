#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Dumps: whole whatever the devices are, told to be interrupted when they are, and without side effects.
# timeout: 120
. /mnt/tests/lib/tap.sh
. /mnt/tests/lib/vdpa.sh
modprobe vmtest_parent || bail_out "the parent does not load"

names() {
	vdpa -j dev config show | jq -r '.config | keys_unsorted[]' | tr '\n' ' '
}

# add NAME...
add() {
	local name
	for name; do
		"$NL" "$DEV_NEW" 2=s:vmtest "4=s:$name" >/dev/null || return
	done
}

# queries: both before and after a driver says that it has negotiated.
queries() {
	local status
	for status in 0 8; do
		set_param status $status
		vdpa dev config show net0
		vdpa dev vstats show net0 qidx 0
		vdpa -j dev config show
	done
}

check "a network device, a disk, one of no known class, and a network device" add net0 blk0 odd0 net1
# Setting features resets what a driver has negotiated.
before=$(param features_set)
queries >/dev/null 2>&1
is "$(param features_set)" "$before" "C5, 23: queries leave the device's state alone"
like "$(names)" 'net0 blk0 .*net1' "C3, 18: the configuration of all of them is shown"
is "$(vdpa -j dev show | jq '.dev | length')" 4 "all of them are listed"
is "$("$NL" -d "$DEV_GET" | grep -c '^message')" 4 "... by family vdpa"
is "$("$NL" -d -f vdpactl 2 | grep -c '^message')" 4 "... and by family vdpactl"
is "$("$NL" -d "$MGMTDEV_GET" | grep -c '^message')" 2 "both management devices are"
is "$("$NL" "$CONFIG_GET" 4=s:odd0 | grep -c '=')" 4 "what has no known class has its name, id and features as configuration"

# A device with less configuration space than its class has.
set_param config_size 8
check "a short configuration space of a NIC" vdpa dev config show net0
check "... of a disk" "$NL" "$CONFIG_GET" 4=s:blk0
is "$(param overreads)" 0 "C6: ... is not read past its end"
set_param config_size 0

for name in net0 blk0 odd0 net1; do
	vdpa dev del "$name"
done

# Many buffers' worth.
check "1000 devices are made" sh -c "$NL -r 1000 -f vdpactl 1 1=\\{ 2=s:vmtest 4=s:d%d \\} >/dev/null"
is "$("$NL" -d "$DEV_GET" | grep -c '^message')" 1000 "... and listed"
is "$(vdpa -j dev show | jq '.dev | length')" 1000 "... by iproute2"
is "$(names | wc -w)" 1000 "... with their configuration"

# dump_with COMMAND...: what a dump prints while COMMAND runs once its first part was read.
dump_with() {
	"$NL" -w "$*" -d "$DEV_GET"
}
like "$(dump_with "vdpa dev del d998" | grep -m1 interrupted)" 'interrupted' "a device deleted between two parts: the dump says so"
like "$(dump_with "vdpa dev add name d998 mgmtdev vmtest" | grep -m1 interrupted)" 'interrupted' "... and one added"
is "$(dump_with true | grep -c interrupted)" 0 "a dump that nothing disturbs does not"
is "$(dump_with "vdpa dev del d1" | grep -c '^message')" 1000 "a deleted one that was told of already takes nothing along"

modprobe -r vmtest_parent
is "$(ls /sys/bus/vdpa/devices)" "" "the parent goes, and its devices with it"

modprobe vmtest_parent unmanaged=1
check "C7: a device that no management device has made is there" test -d /sys/bus/vdpa/devices/free
check "a managed one beside it" add net0
check "C7: ... is not told of" refused 22 "" "$DEV_GET" 4=s:free
check "C7: ... nor its configuration" refused 22 "unmanaged" "$CONFIG_GET" 4=s:free
check "C7: ... nor statistics" refused 22 "unmanaged" "$VSTATS_GET" 4=s:free 17=u32:0
check "C7: ... nor is it deleted" refused 22 "" "$DEV_DEL" 4=s:free
is "$(vdpa -j dev show | jq -r '.dev | keys[]')" net0 "C7: ... and dumps leave it out"
check "C7: it can be bound all the same" sh -c 'modprobe vhost_vdpa && test -e /sys/bus/vdpa/devices/free/driver'
check "its parent goes" modprobe -r vmtest_parent
done_testing
