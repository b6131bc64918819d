#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Choosing the driver at create where the kernel has no request for it: automatic binding is off for a moment. All that
# can go wrong in that moment is made to, with its owner stopped or killed inside of it.
# modules: mainline
# timeout: 180
# shellcheck source=tests/vm/lib/tap.sh
. /mnt/tests/lib/tap.sh
# shellcheck source=tests/vm/lib/daemon.sh
. /mnt/tests/lib/daemon.sh
need_simulator
modprobe virtio_vdpa
switch=/sys/bus/vdpa/drivers_autoprobe

is_off() {
	local value
	read -r value <"$switch" && [[ $value == 0 ]]
}

# at_rest PID: every thread of it is stopped, or it is no more.
at_rest() {
	local stat
	is_alive "$1" || return 0
	for stat in "/proc/$1/task"/*/stat; do
		[[ $(cut -d' ' -f3 "$stat") == T ]] || return 1
	done
}

# A process that has ended and is not waited for yet has no program any more.
is_alive() {
	[[ -e /proc/$1/exe ]]
}

# stop_in_window PID: stops the process while it has automatic binding off; fails when it was too quick.
stop_in_window() {
	local end=$((SECONDS + 10))
	until is_off; do
		((SECONDS < end)) && is_alive "$1" && [[ ! -e stop-waiting ]] || return 1
	done
	kill -STOP "$1" && wait_for 10 at_rest "$1" && is_alive "$1" && is_off && return
	kill -CONT "$1" 2>/dev/null
	return 1
}

# again NAME: the moment passed unseen, so the device goes and all is done once more.
again() {
	[[ ! -e /sys/bus/vdpa/devices/$1 ]] || vdpa dev del "$1"
}

# direct_in_window NAME DRIVER: leaves "vdpactl --direct dev add NAME" stopped, its id in $holder.
direct_in_window() {
	local i
	for ((i = 0; i < 40; i++)); do
		vdpactl --direct dev add "$1" mgmtdev vdpasim_net driver "$2" >/dev/null 2>&1 &
		holder=$!
		stop_in_window "$holder" && return
		wait "$holder"
		again "$1"
	done
	return 1
}

# daemon_in_window NAME DRIVER: the same with the daemon; the call waits as $caller.
daemon_in_window() {
	local i
	holder=$(systemctl show -P MainPID vdpactld.service)
	for ((i = 0; i < 40; i++)); do
		rm -f stop-waiting
		{
			manager AddDevice 'ssa{sv}' vdpasim_net "$1" 1 driver s "$2" >/dev/null 2>&1
			touch stop-waiting
		} &
		caller=$!
		stop_in_window "$holder" && return
		wait "$caller"
		again "$1"
	done
	return 1
}

# waits_for_lock PID: it has the directory open, which is the lock.
waits_for_lock() {
	find "/proc/$1/fd" -lname /run/vdpactl | grep -q .
}

is_unbound() {
	[[ -d /sys/bus/vdpa/devices/$1 && ! -e /sys/bus/vdpa/devices/$1/driver ]]
}

is_absent_or_unbound() {
	[[ ! -e /sys/bus/vdpa/devices/$1/driver ]]
}

# One that was unbound before and has no override: nobody's business.
vdpa dev add name before0 mgmtdev vdpasim_net
echo before0 >/sys/bus/vdpa/drivers/virtio_vdpa/unbind
check "a device is unbound by hand" is_unbound before0
check "the daemon runs" manager AddDevice 'ssa{sv}' vdpasim_net first0 1 driver s none

# ---- stopped, and going on ----
check "--direct is stopped while automatic binding is off" direct_in_window mine0 none
check "somebody else makes a device meanwhile" vdpa dev add name stranger0 mgmtdev vdpasim_net
check "... which stays unbound" is_unbound stranger0
vdpactl --direct dev add second0 mgmtdev vdpasim_net driver virtio >second.out 2>&1 &
second=$!
check "a second --direct waits for the lock" wait_for 10 waits_for_lock $second
manager AddDevice 'ssa{sv}' vdpasim_net third0 1 driver s virtio >third.out 2>&1 &
third=$!
check "so does the daemon: it is the same lock" wait_for 10 \
	waits_for_lock "$(systemctl show -P MainPID vdpactld.service)"
check_not "neither has made its device" test -e /sys/bus/vdpa/devices/second0 -o -e /sys/bus/vdpa/devices/third0
kill -CONT "$holder"
check "the first goes on" wait "$holder"
check "... and its device is as wanted" is_unbound mine0
check "the second goes on" wait $second
check "... with its driver" bound_to second0 virtio_vdpa
check "the daemon goes on" wait $third
check "... with its driver" bound_to third0 virtio_vdpa
check "the stranger's device has been given its driver" bound_to stranger0 virtio_vdpa
check "the device unbound before has been left alone" is_unbound before0
is "$(cat $switch)" 1 "automatic binding is on"
check_not "no note is left" test -e /run/vdpactl/autoprobe.open

# ---- --direct killed ----
check "--direct is stopped in the moment again" direct_in_window mine1 virtio
vdpa dev add name stranger1 mgmtdev vdpasim_net
kill -KILL "$holder"
wait "$holder" 2>/dev/null
check "killed, it leaves automatic binding off" is_off
setpriv --reuid=nobody --regid=nogroup --clear-groups vdpactl dev show >/dev/null
check "somebody without the right to mend that can still look" is_off
check "the next vdpactl of root" vdpactl dev show
is "$(cat $switch)" 1 "... turns it on"
check "... and makes up for the stranger's device" bound_to stranger1 virtio_vdpa
check "... and leaves the one unbound before" is_unbound before0
check_not "... and the note is gone" test -e /run/vdpactl/autoprobe.open
check "what was half made has no driver" is_absent_or_unbound mine1

# ---- the daemon killed ----
check "the daemon is stopped in the moment" daemon_in_window mine2 virtio
vdpa dev add name stranger2 mgmtdev vdpasim_net
kill -KILL "$holder"
wait "$caller" 2>/dev/null
comes_back() {
	[[ $(systemctl show -P MainPID vdpactld.service) != "$holder" ]] && systemctl -q is-active vdpactld.service
}
check "killed, it comes back by itself" wait_for 20 comes_back
check "... with automatic binding on" wait_for 10 grep -qx 1 $switch
check "... and the stranger's device bound" wait_for 10 bound_to stranger2 virtio_vdpa
check "... and the one unbound before left alone" is_unbound before0
check "what was half made has no driver" is_absent_or_unbound mine2

# ---- killed, and --direct comes first ----
check "the daemon is stopped in the moment once more" daemon_in_window mine3 virtio
systemctl mask --runtime --quiet vdpactld.service
vdpa dev add name stranger3 mgmtdev vdpasim_net
kill -KILL "$holder"
wait "$caller" 2>/dev/null
check "--direct makes a device in place of it" vdpactl --direct dev add fourth0 mgmtdev vdpasim_net driver virtio
check "... with its driver" bound_to fourth0 virtio_vdpa
check "... and makes up for the stranger's" bound_to stranger3 virtio_vdpa
is "$(cat $switch)" 1 "... with automatic binding on"
systemctl unmask --runtime --quiet vdpactld.service

# ---- turned off by the administrator ----
echo 0 >$switch
check "with automatic binding off for good, a device gets its driver" \
	vdpactl --direct dev add off0 mgmtdev vdpasim_net driver virtio
check "... really" bound_to off0 virtio_vdpa
check "... and the switch stays off" is_off
echo 1 >$switch

for path in /sys/bus/vdpa/devices/*; do
	vdpa dev del "${path##*/}"
done
daemon_cleanup
done_testing
