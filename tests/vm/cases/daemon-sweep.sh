#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every method of the daemon, called wrongly by root and by a stranger, does no harm and leaks no descriptor.
# modules: both
# debug: no
# timeout: 180
# shellcheck source=tests/vm/lib/tap.sh
. /mnt/tests/lib/tap.sh
# shellcheck source=tests/vm/lib/daemon.sh
. /mnt/tests/lib/daemon.sh
need_simulator

client=/usr/lib/vdpactl/tests/vmtest-dbus

unit() {
	systemctl show -P "$1" vdpactld.service
}

as_nobody() {
	setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"
}

# What must be as before: devices with their drivers, and the files of the product.
world() {
	for path in /sys/bus/vdpa/devices/*; do
		echo "${path##*/} $(readlink "$path/driver")"
	done
	find /etc/vdpactl /var/lib/vdpactl -printf '%p %y %s %T@\n' 2>/dev/null
}

descriptors() {
	find "/proc/$pid/fd" -mindepth 1 | wc -l
}

# With polkit's answers on their way there are more for a moment.
settled() {
	(($(descriptors) <= fds))
}

sweep_as() {
	local who=$1
	shift
	if "$@" $client sweep >"$who" 2>&1; then
		pass "$who is refused everything ($(tail -n 2 "$who" | head -n 1))"
	else
		fail "$who is refused everything" "$(grep -B 40 '^not ok' "$who" | grep -v '^ok' | cut -c 1-300)"
	fi
}

check "a device to call" manager AddDevice 'ssa{sv}' vdpasim_net swept1 1 driver s none
# What is opened once and kept does not count.
check "the first clients that vanish" as_nobody $client vanish 40
pid=$(unit MainPID) restarts=$(unit NRestarts) before=$(world)
fds=0
is_steady() {
	local was=$fds
	fds=$(descriptors)
	((fds == was))
}
check "the number of descriptors is steady" wait_for 20 is_steady

sweep_as stranger as_nobody
sweep_as root env
check "clients vanish in the middle of calls" as_nobody $client vanish 300
check "no descriptor is left over (there were $fds)" wait_for 20 settled
is "$(unit MainPID)" "$pid" "the daemon is the same process"
is "$(unit NRestarts)" "$restarts" "... and was not restarted"
is "$(world)" "$before" "no device, driver or file has changed"
like "$(busctl get-property org.vdpactl1 /org/vdpactl1 org.vdpactl1.Manager KernelReady)" 'b true' "it answers"
check "... and deletes a device" manager DeleteDevice 'sa{sv}' swept1 0
daemon_cleanup
done_testing
