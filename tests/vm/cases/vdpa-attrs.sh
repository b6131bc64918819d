#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What family "vdpa" tells, attribute by attribute: management devices, devices, configuration of NICs and disks, statistics.
. /mnt/tests/lib/tap.sh
. /mnt/tests/lib/vdpa.sh
modprobe -a vmtest_parent vdpa_sim_net || bail_out "the parents do not load"

# tells TITLE "TYPE=HEX..." COMMAND...: the answer has each of these attributes.
tells() {
	local title=$1 wanted=$2 answer missing="" attr
	shift 2
	answer=$("$NL" "$@")
	for attr in $wanted; do
		grep -q "^ *$attr " <<<"$answer" || missing+=" $attr"
	done
	[[ -z $missing ]] || printf '# %s\n' "$answer"
	is "$missing" "" "$title"
}

tells "a management device: name, classes, queues, features" \
	"2=766d7465737400 3=0600000000000000 15=09000000 16=2800430003000000" "$MGMTDEV_GET" 2=s:vmtest
check "made with MAC, MTU and queue pairs" "$NL" "$DEV_NEW" 2=s:vmtest 4=s:net0 10=x:020000000001 13=u16:9000 12=u16:2
check "made with features" "$NL" "$DEV_NEW" 2=s:vmtest 4=s:net1 20=u64:0x300000020
check "a disk" "$NL" "$DEV_NEW" 2=s:vmtest 4=s:blk0

tells "a device: name, parent, id, vendor, queues, their sizes" \
	"4=6e65743000 2=766d7465737400 5=01000000 6=577e0000 7=02000000 8=0001 9=0100" "$DEV_GET" 4=s:net0
tells "a disk has another id" "5=02000000" "$DEV_GET" 4=s:blk0
tells "a NIC: MAC, status, queue pairs, MTU, features negotiated and offered" \
	"10=020000000001 11=0100 12=0200 13=2823 14=2800430003000000 21=2800430003000000" "$CONFIG_GET" 4=s:net0
tells "features given at create are those offered" "21=2000000003000000" "$CONFIG_GET" 4=s:net1
like "$("$NL" "$DEV_NEW" 2=s:vmtest 4=s:less 10=x:020000000001 20=u64:0x300000000)" 'error -22 .*Missing features' \
	"a MAC without its feature is refused"
like "$("$NL" "$DEV_NEW" 2=s:vdpasim_net 4=s:more 20=u64:0x8000000300000000)" 'error -22' \
	"features that the simulated NIC does not have are refused"
check "... and nothing is made" test ! -e /sys/bus/vdpa/devices/less -a ! -e /sys/bus/vdpa/devices/more
check "those it has are not" "$NL" "$DEV_NEW" 2=s:vdpasim_net 4=s:some 20=u64:0x300000000
vdpa dev del some
modprobe -r vdpa_sim_net
set_param status 0
answer=$("$NL" "$CONFIG_GET" 4=s:net0)
check_not "no features are negotiated before the driver says so" grep -q '^ *14=' <<<"$answer"
set_param status 8
tells "a disk: capacity and limits, each from its own field" \
	"21=9a78563412000000 22=16000000 23=17000000 24=18000000 25=1900 26=1a 27=1b 28=1c00 29=1d000000
	30=1e000000 31=1f000000 32=20000000 33=21000000 34=22000000 35=00 36=01" "$CONFIG_GET" 4=s:blk0
tells "statistics: queue, name, value" "17=01000000 18=74657374207061636b65747300 19=e903000000000000" \
	"$VSTATS_GET" 4=s:net0 17=u32:1
tells "C4: they name one queue pair where the feature for more is not offered" "12=0100" "$VSTATS_GET" 4=s:net1 17=u32:1
like "$("$NL" "$VSTATS_GET" 4=s:net0)" 'error -22 .*index is missing' "statistics of no queue"
like "$("$NL" "$VSTATS_GET" 4=s:net0 17=u32:70000)" 'error -34 .*max value' "... of a queue out of range"

# No room is left at the asker: an answer that cannot be sent is freed once, and nothing else of it is left.
check "22: configurations asked for, until there is no room for the answer" "$NL" -b 4096 -u 100 "$CONFIG_GET" 4=s:net0
check "22: devices, likewise" "$NL" -b 4096 -u 100 "$DEV_GET" 4=s:net0
check "22: statistics, likewise" "$NL" -b 4096 -u 100 "$VSTATS_GET" 4=s:net0 17=u32:1
tells "... and the next answer is whole" "4=6e65743000 10=020000000001" "$CONFIG_GET" 4=s:net0
for name in net0 net1 blk0; do
	vdpa dev del "$name"
done
done_testing
