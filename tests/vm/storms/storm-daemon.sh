#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The daemon is killed before each step by which it changes or asks for something while it adds a device with a driver, and
# while it binds one to another, whichever of its threads makes it. After each death it comes back; automatic binding is on;
# what is there can be bound and deleted. On mainline's modules, where there are more steps, it is killed before those alone
# that change files, sysfs among them, or ask the kernel.
# modules: both
# timeout: 900
# shellcheck source=tests/vm/lib/tap.sh
. /mnt/tests/lib/tap.sh
# shellcheck source=tests/vm/lib/daemon.sh
. /mnt/tests/lib/daemon.sh
need_simulator

KILL=(/usr/lib/vdpactl/tests/vmtest-kill)
[[ $VM_MODULES != mainline ]] || KILL+=(-f)

main_pid() {
	systemctl show -P MainPID vdpactld.service
}

# What vmtest-kill has seen, which it writes at once.
was_killed() {
	grep -qx killed seen
}

autoprobe_is_on() {
	[[ $(cat /sys/bus/vdpa/drivers_autoprobe) == 1 ]]
}

answers() {
	busctl --timeout=30 get-property org.vdpactl1 /org/vdpactl1 org.vdpactl1.Manager KernelReady >/dev/null
}

# killed_at STEP OBJECT METHOD SIGNATURE ARGUMENT...: the daemon makes the call and is killed before its STEPth step, which
# is the last in the file "seen". 1: the call ended before, there are no more steps; 2: something else is wrong.
killed_at() {
	local step=$1 pid tracer status=0
	shift
	systemctl reset-failed vdpactld.service 2>/dev/null
	answers || return 2
	pid=$(main_pid)
	: >seen
	"${KILL[@]}" "$pid" "$step" >>seen &
	tracer=$!
	wait_for 10 grep -qx ready seen || return 2
	busctl --timeout=30 call org.vdpactl1 "/org/vdpactl1${1:+/$1}" "org.vdpactl1.$2" "${@:3}" >/dev/null 2>&1 || status=$?
	# A call fails as the daemon died; one that went well may have a step left.
	wait_for $((status ? 10 : 1)) was_killed
	kill $tracer 2>/dev/null
	wait $tracer 2>/dev/null
	if ! was_killed; then
		((status == 0)) && return 1
		return 2
	fi
	# Dead, it is there until it is reaped.
	wait_for 10 test ! -d "/proc/$pid" || return 2
}

# last_step: what it was about to do.
last_step() {
	grep '^[0-9]' seen | tail -n 1 | cut -d' ' -f2-
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

# every_step WHAT NAME PREPARE OBJECT METHOD...: kills it at step 1, 2, ... of the call until the call outlives them.
every_step() {
	local what=$1 name=$2 prepare=$3 step status=0 deaths=0 failed=""
	shift 3
	$prepare
	killed_at 0 "$@" || status=$?
	is $status 1 "$what: with no step to die at it lives"
	grep '^[0-9]' seen | cut -d' ' -f2- >steps
	[[ ! -e /sys/bus/vdpa/devices/$name ]] || vdpa dev del "$name"
	: >deaths
	for ((step = 1; step < 300; step++)); do
		$prepare || { failed+="step $step: nothing to start from; " && break; }
		status=0
		killed_at $step "$@" || status=$?
		((status == 1)) && break
		((status == 0)) || { failed+="step $step: not killed ($status); " && break; }
		deaths=$((deaths + 1))
		last_step >>deaths
		recovered "$name" >why 2>&1 || failed+="step $step ($(last_step)): $(<why); "
	done
	is "$failed" "" "$what: all is well after each of $deaths deaths"
	check "$what: with no step left it lives" test "$status" -eq 1
	is "$(comm -23 <(grep -v ' socket$' steps | sort -u) <(sort -u deaths))" "" "$what: there is no kind of step that it did not die at"
	sort deaths | uniq -c | sed 's/^/# /'
	[[ ! -e /sys/bus/vdpa/devices/$name ]] || vdpa dev del "$name"
}

# died_at WHAT RE: a step that matches was among the last sweep's.
died_at() {
	check "$1" grep -qE "$2" deaths
}

make_bound() {
	[[ -e /sys/bus/vdpa/devices/bind0 ]] || manager AddDevice 'ssa{sv}' vdpasim_net bind0 1 driver s vhost
}

every_step "add" add0 true "" Manager AddDevice 'ssa{sv}' vdpasim_net add0 1 driver s vhost
died_at "... which are the request to the kernel" '^sendmsg netlink'
every_step "bind" bind0 make_bound device/bind0 Device Bind 'sa{sv}' virtio 0
died_at "... which are the driver that is wanted" '^write /sys/.*driver_override'
died_at "... the driver that lets go" '^write /sys/.*unbind'
died_at "... the switch for automatic binding" '^write /sys/.*drivers_autoprobe'
died_at "... the lock and the note about it" '^flock /'
died_at "... and taking that away" '^unlink(at)? '
daemon_cleanup
done_testing
