#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Nobody stalls anybody: not a device that is held open, not a parent that is slow, not a driver that waits.
# timeout: 120
. /mnt/tests/lib/tap.sh
. /mnt/tests/lib/vdpa.sh
modprobe -a vmtest_parent vmtest_hold || bail_out "the modules do not load"

# netlink_goes_on TITLE: other users of netlink wait for nobody here.
netlink_goes_on() {
	check "P1: $1: a module with a family of its own loads" in_seconds 5 sh -c 'modprobe wireguard; modprobe -r wireguard'
	check "P1: 17: $1: a family is looked up" in_seconds 0.5 genl ctrl get name nlctrl
}

# vdpa_goes_on TITLE: nor do other users of vDPA.
vdpa_goes_on() {
	check "P1: $1: devices are listed" in_seconds 0.5 vdpa dev show
	check "P1: $1: a device is made and deleted on another parent" \
		in_seconds 1 sh -c 'vdpa dev add name other mgmtdev vmtest2 && vdpa dev del other'
}

# going DEVICE: deleting answers that it is under way; the device stays until its holder lets go.
going() {
	[[ $("$NL" "$DEV_DEL" "4=s:$1") =~ error\ -115\  ]]
}

check "made, and bound to a driver that claims" vdpa dev add name held mgmtdev vmtest
exec 8</dev/vmtest-held
check "C12: deleting it while it is open is refused" refused 16 "in use" "$DEV_DEL" 4=s:held
check "C12: ... at once" in_seconds 0.5 sh -c '! vdpa dev del held'
netlink_goes_on "a device is held"
vdpa_goes_on "a device is held"
check_not "a second open is refused" sh -c 'exec 9</dev/vmtest-held'
exec 8<&-
check "closed, it can be deleted" vdpa dev del held

# Open against delete: one of them wins, and a device that is being deleted is not opened.
won=0 lost=0
for _ in {1..100}; do
	vdpa dev add name race mgmtdev vmtest
	(exec 9</dev/vmtest-race) 2>/dev/null &
	if vdpa dev del race 2>/dev/null; then won=$((won + 1)); else lost=$((lost + 1)); fi
	wait
	[[ ! -e /sys/bus/vdpa/devices/race ]] || vdpa dev del race
done
is $((won + lost)) 100 "C12: open raced delete a hundred times ($won deleted, $lost busy)"

# A parent that takes its time, in the background.
set_param add_delay 60000
vdpa dev add name slow mgmtdev vmtest &
pid=$!
check "a slow parent is at work" wait_for 5 grep -qx 1 "$PARAMS/adding"
# A module with a family cannot load meanwhile: generic netlink's own lock is held round each handler, and this one works.
vdpa_goes_on "a parent is slow"
check "... all the while" grep -qx 1 "$PARAMS/adding"
set_param add_delay 0
wait $pid
is $? 0 "it is done in the end"
check "deleted" vdpa dev del slow

# A driver like mainline's, which waits for the holder.
modprobe -r vmtest_hold
modprobe vmtest_hold wait=1
check "bound to a driver that waits" vdpa dev add name waits mgmtdev vmtest
exec 8</dev/vmtest-waits
check "deleting it is under way" going waits
netlink_goes_on "a driver waits for its user"
vdpa_goes_on "a driver waits for its user"
check "... and a second request says so too" going waits
exec 8<&-
check "closed, it goes by itself" wait_for 10 test ! -e /sys/bus/vdpa/devices/waits
check "the name is free again" vdpa dev add name waits mgmtdev vmtest
check "... and deleted without a holder at once" vdpa dev del waits
check "modules unload" modprobe -ar vmtest_hold vmtest_parent
done_testing
