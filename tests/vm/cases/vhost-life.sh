#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# An open vhost device: who holds it, that it cannot be deleted, and that it can be taken away at once all the same.
# timeout: 180
. /mnt/tests/lib/tap.sh
. /mnt/tests/lib/vhost.sh

sysfs=/sys/bus/vdpa
holder() {
	vdpactl -j dev show vh0 | jq -r ".dev.vh0.$1"
}

# revoked NAME COMMAND...: a busy client sees the device go when COMMAND runs, which takes no longer than it has to.
revoked() {
	local name=$1 pid
	shift
	mkfifo ready
	"$VHOST" revoke "$DEVICE" >client.log 2>ready &
	pid=$!
	# Kept open: what the client says later would end it otherwise.
	exec 7<ready
	read -r -t 30 <&7 || :
	check "$name: done at once, the client still there" timeout 5 "$@"
	wait "$pid"
	is $? 0 "$name: the client was told"
	sed 's/^/# /' client.log
	exec 7<&-
	rm ready
}

vhost_device vh0
is "$(stat -c '%a %U' "$DEVICE")" "600 root" "the node is root's alone"
check "it is a child of the vDPA device" test -d "$sysfs/devices/vh0/$(basename "$DEVICE")"
is "$(holder in_use)" false "nobody holds it"

exec 8<>"$DEVICE"
is "$(holder in_use)" true "opened: it is in use"
is "$(holder holder_pid)" $$ "by us"
# The others begin while it is asked for, as it might never be answered.
vdpa dev del vh0 2>del.log &
asked=$!
check "P1: asked to delete it, the kernel still answers other netlink users" timeout 5 sh -c \
	'for i in 1 2 3 4 5 6 7 8 9 10; do ip netns list-id || exit; done'
check "P1, 17: ... and loads a module with a family" timeout 10 modprobe wireguard
check "P1: it answers" wait_for 10 sh -c "! kill -0 $asked 2>/dev/null"
check_not "P1: ... that it cannot be deleted" wait "$asked"
like "$(cat del.log)" '[Bb]usy|in use|held' "... and is said to be busy"
exec 8>&-
is "$(holder in_use)" false "closed: nobody holds it"

revoked "unbind" sh -c "echo vh0 >$sysfs/drivers/vhost_vdpa/unbind"
check "it can be bound again" sh -c "echo vh0 >$sysfs/drivers/vhost_vdpa/bind"
DEVICE=/dev/$(basename $sysfs/devices/vh0/vhost-vdpa-*)
check "... and opened" sh -c "exec 9<>$DEVICE"
# churn: the device is taken away from under busy threads and bound again, a few times; its node's name may change.
churn() {
	for _ in 1 2 3 4 5; do
		NAME=vh0 "$VHOST" churn /dev/"$(basename $sysfs/devices/vh0/vhost-vdpa-*)" || return
		echo vh0 >$sysfs/drivers/vhost_vdpa/bind
	done
}
check "unbind under threads that map, swap eventfds and restart it" churn
DEVICE=/dev/$(basename $sysfs/devices/vh0/vhost-vdpa-*)
revoked "unbind and delete, as a forced delete does" sh -c "echo vh0 >$sysfs/drivers/vhost_vdpa/unbind && vdpa dev del vh0"

vhost_device vh0
modprobe vmtest_lock
check "a holder's page that is locked keeps nobody waiting" env NAME=vh0 "$VHOST" locked "$DEVICE"
check "the lock's module goes" modprobe -r vmtest_lock
vdpa dev del vh0

vhost_device vh0
revoked "the parent's module goes" modprobe -r vdpa_sim_net
check "... all of it" test ! -e /sys/module/vdpa_sim_net

vhost_device vh0
mkfifo ready
"$VHOST" revoke "$DEVICE" >client.log 2>ready &
exec 7<ready
read -r -t 30 <&7 || :
kill -9 %%
wait %% 2>/dev/null
check "a client killed in the middle: it can be opened at once" "$VHOST" data "$DEVICE"
exec 7<&-

"$VHOST" handover "$DEVICE" >handover.log
is $? 0 "it is handed to another process, and to another program"
sed 's/^/# /' handover.log
check "deleted" vdpa dev del vh0
check "the driver can be unloaded" modprobe -r vhost_vdpa
done_testing
