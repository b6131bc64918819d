#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The daemon is killed before each system call by which it changes or asks for something while it adds a device with a
# driver, and while it binds one to another. After each death it comes back; automatic binding is on; what is there can be
# bound and deleted.
# modules: both
# timeout: 1500
# shellcheck source=tests/vm/lib/tap.sh
. /mnt/tests/lib/tap.sh
# shellcheck source=tests/vm/lib/daemon.sh
. /mnt/tests/lib/daemon.sh
need_simulator

# By these it speaks to kernel and bus, and changes files. What it opens and reads between two of them leaves nothing that a
# death before the second would not.
STEPS=sendmsg,sendto,write,writev,unlink,unlinkat,rename,renameat,renameat2,ftruncate,fsync,flock

main_pid() {
	systemctl show -P MainPID vdpactld.service
}

is_traced() {
	[[ $(awk '$1 == "TracerPid:" { print $2 }' "/proc/$1/status") != 0 ]]
}

# What strace has seen, which it writes at once.
was_killed() {
	grep -q '+++ killed by SIGKILL +++' strace.out
}

autoprobe_is_on() {
	[[ $(cat /sys/bus/vdpa/drivers_autoprobe) == 1 ]]
}

answers() {
	busctl --timeout=30 get-property org.vdpactl1 /org/vdpactl1 org.vdpactl1.Manager KernelReady >/dev/null
}

# killed_at STEP METHOD SIGNATURE ARGUMENT...: the daemon makes the call and is killed before its STEPth step. Fails when the
# call ended before: there are no more steps.
killed_at() {
	local step=$1 pid tracer status=0
	shift
	systemctl reset-failed vdpactld.service 2>/dev/null
	answers || return 2
	pid=$(main_pid)
	strace -f -qq -o strace.out -p "$pid" -e trace="$STEPS" -e inject="$STEPS:signal=KILL:when=$step" &
	tracer=$!
	wait_for 10 is_traced "$pid" || return 2
	busctl --timeout=30 call org.vdpactl1 "/org/vdpactl1${1:+/$1}" "org.vdpactl1.$2" "${@:3}" >/dev/null 2>&1 || status=$?
	# A call fails as the daemon died; one that went well may have a step left.
	((status == 0)) || wait_for 10 was_killed
	kill -INT $tracer 2>/dev/null
	wait $tracer
	if ! was_killed; then
		((status == 0)) && return 1
		return 2
	fi
	# Dead, it is there until it is reaped.
	wait_for 10 test ! -d "/proc/$pid" || return 2
}

# recovered NAME: after a death all is as it should be, and NAME, if it is there, can be bound and deleted.
recovered() {
	wait_for 20 answers || { echo "it does not come back" && return 1; }
	wait_for 10 autoprobe_is_on || { echo "automatic binding is off" && return 1; }
	[[ -e /sys/bus/vdpa/devices/$1 ]] || return 0
	wait_for 10 object_is_there "device/$1" || { echo "it does not know $1" && return 1; }
	device "$1" Bind 'sa{sv}' virtio 0 || { echo "$1 cannot be bound" && return 1; }
	bound_to "$1" virtio_vdpa || { echo "$1 is not bound" && return 1; }
	device "$1" Delete 'a{sv}' 0 || { echo "$1 cannot be deleted" && return 1; }
}

# every_step WHAT NAME PREPARE METHOD...: kills it at step 1, 2, ... of the call until the call outlives them.
every_step() {
	local what=$1 name=$2 prepare=$3 step status deaths=0 failed=""
	shift 3
	for ((step = 1; step < 300; step++)); do
		$prepare || { failed+="step $step: nothing to start from; " && break; }
		status=0
		killed_at $step "$@" || status=$?
		((status == 1)) && break
		((status == 0)) || { failed+="step $step: not killed ($status); " && break; }
		deaths=$((deaths + 1))
		recovered "$name" >why 2>&1 || failed+="step $step ($(tail -n 1 strace.out | cut -c 1-80)): $(<why); "
	done
	is "$failed" "" "$what: all is well after each of $deaths deaths"
	check "$what: it died at a good many steps" test $deaths -ge 5
	check "$what: with no step left it lives" test "$status" -eq 1
	[[ ! -e /sys/bus/vdpa/devices/$name ]] || vdpa dev del "$name"
}

make_bound() {
	[[ -e /sys/bus/vdpa/devices/bind0 ]] || manager AddDevice 'ssa{sv}' vdpasim_net bind0 1 driver s vhost
}

every_step "add" add0 true "" Manager AddDevice 'ssa{sv}' vdpasim_net add0 1 driver s vhost
every_step "bind" bind0 make_bound device/bind0 Device Bind 'sa{sv}' virtio 0
daemon_cleanup
done_testing
