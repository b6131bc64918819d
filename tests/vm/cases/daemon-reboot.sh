#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A real reboot brings saved devices back, with their drivers, links and rights; a module that is loaded later brings its
# own.
# modules: both
# debug: no
# persist: yes
# timeout: 240
# shellcheck source=tests/vm/lib/tap.sh
. /mnt/tests/lib/tap.sh
# shellcheck source=tests/vm/lib/daemon.sh
. /mnt/tests/lib/daemon.sh
need_simulator

# A set of modules without vhost_vdpa has virtio alone.
driver=virtio
if modprobe -n -q vhost_vdpa; then
	driver=vhost
fi

define() {
	manager Define 'ssa{sv}' "$@" >/dev/null || bail_out "a device cannot be defined"
}

if [[ $VM_BOOT == 1 ]]; then
	useradd vmtest || bail_out "there is no user for the test"
	define vdpasim_net boot0 5 driver s $driver autostart b true owner s vmtest mode s 0600 mac s 02:00:00:00:00:01
	define vdpasim_net boot1 2 driver s virtio autostart b true
	define vdpasim_net off0 1 driver s none
	define vdpasim_blk late0 2 driver s none autostart b true
	echo vdpa_sim_net >/etc/modules-load.d/vmtest.conf
	systemctl enable --quiet vdpactld.service
	reboot
	sleep 1000
fi

check "the service runs, and nobody has called it" systemctl is-active vdpactld.service
check "a saved device is there" test -e /sys/bus/vdpa/devices/boot0
check "... with its driver" bound_to boot0 ${driver}_vdpa
check "so is another" bound_to boot1 virtio_vdpa
check_not "one that does not start by itself is not" test -e /sys/bus/vdpa/devices/off0
check_not "nor one whose management device is not there" test -e /sys/bus/vdpa/devices/late0

# moment UNIT: when it became active, in microseconds since the kernel started.
moment() {
	systemctl show -P ActiveEnterTimestampMonotonic "$1"
}
# When it said so itself: the journal may take its time.
started=$(journalctl -b -u vdpactld.service VDPA_DEVICE=boot1 -o json |
	python3 -c 'import json, sys
for line in sys.stdin:
    entry = json.loads(line)
    if entry["MESSAGE"] == "starting device boot1: done":
        print(entry["_SOURCE_REALTIME_TIMESTAMP"])
        break')
ready=$(busctl get-property org.freedesktop.systemd1 /org/freedesktop/systemd1/unit/vdpactld_2eservice \
	org.freedesktop.systemd1.Unit ActiveEnterTimestamp | cut -d' ' -f2)
check "the service was ready after it had started them" test "${started:-x}" -le "$ready"
check "... and network-pre.target was reached after that" \
	test "$(moment vdpactld.service)" -le "$(moment network-pre.target)"
like "$(systemctl show -P StatusText vdpactld.service)" '^2 devices on 1 management devices, 4 saved$' "the status line counts"

# may USER: open the device's node for writing.
may() {
	setpriv --reuid="$1" --regid="$(id -g "$1")" --clear-groups sh -c ': <>/dev/vdpa/by-name/boot0'
}
link=/dev/vdpa/by-name/boot0
if [[ $driver == vhost ]]; then
	check "its link leads to the character device" test -c $link
	check "the user in the definition may open it" may vmtest
	check_not "others may not" may nobody
	is "$(stat -L -c %U $link)" root "the node stays root's"
	check "it is unbound" device boot0 Bind 'sa{sv}' none 0
	check_not "... and has no link" test -L $link
	check "it is bound again" device boot0 Bind 'sa{sv}' vhost 0
	check "... and has" test -c $link
	check "... with its rights" may vmtest
	check "the rights change with the definition" manager Define 'ssa{sv}' vdpasim_net boot0 4 \
		driver s vhost autostart b true group s nogroup mode s 0060
	check_not "... the user has none any more" may vmtest
	check "... the group has" setpriv --reuid=nobody --regid=nogroup --clear-groups sh -c ": <>$link"
	check "no rights stay without a definition" manager Undefine s boot0
	check_not "... not for the group" may nobody
	is "$(stat -L -c %a $link)" 600 "... nor for anybody else"
else
	skip "links and rights" "these modules have no vhost_vdpa"
fi

check "a module that is loaded later" modprobe vdpa_sim_blk
check "... brings its device" wait_for 20 object_is_there device/late0
check "a device is stopped" manager Stop 'sa{sv}' boot1 0
check "the daemon is restarted" systemctl restart vdpactld.service
check_not "... and does not bring back what was stopped" test -e /sys/bus/vdpa/devices/boot1
check "... nor touch what was not" test -e /sys/bus/vdpa/devices/late0
check "the module goes" modprobe -r vdpa_sim_blk
check "... and with it the device" wait_for 20 object_is_gone device/late0
check "the module comes again" modprobe vdpa_sim_blk
check "... and so does the device" wait_for 20 object_is_there device/late0
exposure=$(systemd-analyze security --no-pager vdpactld.service | sed -n 's/.*exposure level for [^:]*: \([0-9.]*\).*/\1/p')
echo "# systemd-analyze security: $exposure"
check "the service's exposure is at most 1.5" awk -v e="$exposure" 'BEGIN { exit !(e != "" && e <= 1.5) }'

for path in /sys/bus/vdpa/devices/*; do
	vdpa dev del "${path##*/}"
done
daemon_cleanup
done_testing
