#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Who holds a device open, a slow parent and a driver that waits do not stall others.
# timeout: 120
. /mnt/tests/lib/tap.sh
. /mnt/tests/lib/vdpa.sh
modprobe -a vmtest_parent vmtest_hold || bail_out "the modules do not load"

# What loading wireguard takes is mostly the modules that it needs. Without them it is a fraction of the half second.
modprobe wireguard && rmmod wireguard

# soon COMMAND...: in half a second. One of three attempts is enough, as the host may be busy; who is stalled misses all.
soon() {
	in_seconds 0.5 "$@" || in_seconds 0.5 "$@" || in_seconds 0.5 "$@"
}

# load_wireguard: loads it anew, in half a second.
load_wireguard() {
	[[ ! -e /sys/module/wireguard ]] || rmmod wireguard
	in_seconds 0.5 modprobe wireguard
}

# netlink_goes_on TITLE: other users of netlink wait for nobody here.
netlink_goes_on() {
	check "P1: $1: a module with a family of its own loads" eval 'load_wireguard || load_wireguard || load_wireguard'
	check "P1: 17: $1: a family is looked up" soon genl ctrl get name nlctrl
}

# vdpa_goes_on TITLE: nor do other users of vDPA.
vdpa_goes_on() {
	check "P1: $1: devices are listed" soon vdpa dev show
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
check "C12: ... at once" soon sh -c '! vdpa dev del held'
netlink_goes_on "a device is held"
vdpa_goes_on "a device is held"
check_not "a second open is refused" sh -c 'exec 9</dev/vmtest-held'
exec 8<&-
check "closed, it can be deleted" vdpa dev del held

# Open against delete: one of them wins. Opening starts ever later, from before deleting to after it, so that either gets its turn.
won=0 lost=0 wrong=""
mkfifo let-go
exec 5<>let-go
for round in {1..60}; do
	"$NL" "$DEV_NEW" 2=s:vmtest 4=s:race >/dev/null
	(
		for ((turn = round % 12 * 1000; turn; turn--)); do :; done
		{ exec 9</dev/vmtest-race; } 2>/dev/null
		read -r -u 5
	) &
	pid=$!
	answer=$("$NL" "$DEV_DEL" 4=s:race)
	there=$(test ! -e /sys/bus/vdpa/devices/race || echo " there")
	case "${answer##*$'\n'}$there" in
	"ack 0") won=$((won + 1)) ;;
	"error -16 "*there) lost=$((lost + 1)) ;;
	*) wrong+="round $round: $answer$there; " ;;
	esac
	echo >&5
	wait "$pid"
	[[ -z $there ]] || "$NL" "$DEV_DEL" 4=s:race >/dev/null || wrong+="round $round: not free after closing; "
done
exec 5>&-
is "$wrong" "" "C12: open against delete: it is deleted and gone, or refused and there"
check "... and each of them won ($won deleted, $lost refused)" test "$won" -gt 0 -a "$lost" -gt 0

# A parent that takes its time, in the background.
set_param add_delay 60000
vdpa dev add name slow mgmtdev vmtest &
pid=$!
check "a slow parent is at work" wait_for 5 grep -qx 1 "$PARAMS/adding"
netlink_goes_on "a parent is slow"
vdpa_goes_on "a parent is slow"
check "... all the while" grep -qx 1 "$PARAMS/adding"
set_param add_delay 0
wait $pid
is $? 0 "it is done in the end"
set_param del_delay 60000
vdpa dev del slow &
pid=$!
check "... and at work again, deleting" wait_for 5 grep -qx 1 "$PARAMS/deleting"
netlink_goes_on "a parent deletes slowly"
vdpa_goes_on "a parent deletes slowly"
check "... all the while" grep -qx 1 "$PARAMS/deleting"
set_param del_delay 0
wait $pid
is $? 0 "deleted in the end"

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
