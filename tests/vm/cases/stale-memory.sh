#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Nothing that the kernel had in its memory before comes out of it. Free memory is filled with 6b, and not cleared for its next
# user, so what is not written before it is handed out can be seen.
# append: init_on_alloc=0
# debug: no
# timeout: 120
. /mnt/tests/lib/tap.sh
. /mnt/tests/lib/vdpa.sh
. /mnt/tests/lib/vhost.sh
VDPACTL_DEV_GET=2

# is_stale COMMAND...: it answers, and some of the answer is stale, be it in the padding of attributes.
is_stale() {
	local answer
	answer=$("$NL" -x "$@")
	grep -q '^message ' <<<"$answer" || { echo "$answer" && return 124; }
	grep '^raw ' <<<"$answer" | grep -E '(6b){3}|(5a){3}'
}

# clean NAME COMMAND...: it answers, and nothing of the answer is stale.
clean() {
	check_not "$1" is_stale "${@:2}"
}

like "$(dmesg)" 'mem auto-init: .*heap alloc:off' "memory is not cleared when it is handed out"
is "$(cat /sys/kernel/slab/kmalloc-{256,1k,4k,8k}/poison | uniq)" 1 "... but filled when it is given back"

modprobe vmtest_stale || bail_out "vmtest_stale does not load"
check "a family that hands out stale memory is noticed" is_stale -f vmtest_stale 1
check "... so is a dump" is_stale -f vmtest_stale -d 1

modprobe -a vmtest_parent || bail_out "the parent does not load"
vhost_device vh0
for name in net0 blk0 odd0; do
	vdpa dev add name $name mgmtdev vmtest || bail_out "vdpa dev add"
done
clean "management devices" -d "$MGMTDEV_GET"
clean "one of them" "$MGMTDEV_GET" 2=s:vdpasim_net
clean "devices" -d "$DEV_GET"
clean "configurations" -d "$CONFIG_GET"
clean "one of them" "$CONFIG_GET" 4=s:vh0
clean "statistics" "$VSTATS_GET" 4=s:net0 17=u32:0
clean "our own family's devices" -f vdpactl -d $VDPACTL_DEV_GET
set_param config_size 6
clean "the configuration of a NIC that has only a MAC" "$CONFIG_GET" 4=s:net0
set_param config_size 0
for name in net0 blk0 odd0; do
	vdpa dev del $name
done
check "what the character device answers, and a packet that it receives" "$VHOST" stale "$DEVICE"
vdpa dev del vh0
done_testing
