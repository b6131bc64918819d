#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The daemon comes late, goes, is killed, and finds the kernel as it is each time.
# modules: both
# debug: no
# timeout: 180
# shellcheck source=tests/vm/lib/tap.sh
. /mnt/tests/lib/tap.sh
# shellcheck source=tests/vm/lib/daemon.sh
. /mnt/tests/lib/daemon.sh

manager_property() {
	busctl get-property org.vdpactl1 /org/vdpactl1 org.vdpactl1.Manager "$1"
}

main_pid() {
	systemctl show -P MainPID vdpactld.service
}

runs_as_another() {
	[[ $(main_pid) != 0 && $(main_pid) != "$1" ]]
}

# A device left unbound on purpose, before any bus driver is there.
need_simulator
check "a device is made without a daemon" vdpa dev add name early0 mgmtdev vdpasim_net
check_not "no bus driver has it" test -e /sys/bus/vdpa/devices/early0/driver
is "$(property early0 Driver)" '"none"' "the daemon starts and finds it"
check_not "... and the bus drivers, loaded by the start, left it alone" test -e /sys/bus/vdpa/devices/early0/driver

touch /run/vdpactl/vmtest
check "it is stopped" systemctl stop vdpactld.service
check "its run directory, which has its lock and notes, outlives it" rm /run/vdpactl/vmtest
vdpa dev del early0
vdpa dev add name late0 mgmtdev vdpasim_net
check "started again, it knows the new device" object_is_there device/late0
check "... and not the old one" object_is_gone device/early0

pid=$(main_pid)
kill -KILL "$pid"
check "killed, it comes back by itself" wait_for 20 runs_as_another "$pid"
check "... and knows the device" wait_for 10 object_is_there device/late0
check "... and can delete it" manager DeleteDevice 'sa{sv}' late0 0

# Stuck, it is killed and comes back.
mkdir -p /run/systemd/system/vdpactld.service.d
printf '[Service]\nWatchdogSec=5\n' >/run/systemd/system/vdpactld.service.d/watchdog.conf
systemctl daemon-reload
systemctl restart vdpactld.service
pinged() {
	systemctl show -P WatchdogTimestampMonotonic vdpactld.service
}
pings_again() {
	[[ $(pinged) != "$ping" ]]
}
ping=$(pinged)
check "it tells systemd's watchdog that it is alive" wait_for 20 pings_again
pid=$(main_pid)
kill -STOP "$pid"
check "when it does not, it is replaced" wait_for 60 runs_as_another "$pid"
watchdog_is_blamed() {
	journalctl -u vdpactld.service -o cat | grep 'Watchdog timeout' >/dev/null
}
check "... for that reason" wait_for 10 watchdog_is_blamed
rm -r /run/systemd/system/vdpactld.service.d
systemctl daemon-reload
systemctl restart vdpactld.service

# Killed while a device is being made: automatic binding must be on afterwards.
for i in 1 2 3 4 5; do
	pid=$(main_pid)
	manager AddDevice 'ssa{sv}' vdpasim_net "kill$i" 1 driver s virtio >/dev/null 2>&1 &
	read -rt "0.0$i" <> <(:) || :
	kill -KILL "$pid"
	wait $!
	wait_for 20 runs_as_another "$pid" || break
done
autoprobe_is_on() {
	manager_property KernelReady && [[ $(cat /sys/bus/vdpa/drivers_autoprobe) == 1 ]]
}
check "automatic binding is on after kill -9 in the middle" wait_for 20 autoprobe_is_on
check "the daemon still makes devices" manager AddDevice 'ssa{sv}' vdpasim_net after0 1 driver s virtio
for path in /sys/bus/vdpa/devices/*; do
	vdpa dev del "${path##*/}"
done

# The modules go while it runs, and come back.
systemctl stop vdpactld.service
modprobe -r vdpa_sim_net virtio_vdpa vhost_vdpa
modprobe -r vdpa_sim 2>/dev/null
modprobe -r vdpa 2>/dev/null
check "all modules are out" test ! -d /sys/bus/vdpa
modprobe vdpa_sim_net
check "a management device that appears later is seen" wait_for 20 object_is_there mgmtdev/vdpasim_5fnet
check "the module of the management device goes" modprobe -r vdpa_sim_net
check "... and so does its object" wait_for 20 object_is_gone mgmtdev/vdpasim_5fnet
check "it comes back" modprobe vdpa_sim_net
check "... and so does its object" wait_for 20 object_is_there mgmtdev/vdpasim_5fnet
daemon_cleanup
done_testing
