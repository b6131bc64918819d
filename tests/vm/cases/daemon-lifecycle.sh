#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The daemon: started by D-Bus, makes, binds and deletes devices as an unprivileged user, and sees what others do.
# modules: both
# timeout: 120
# shellcheck source=tests/vm/lib/tap.sh
. /mnt/tests/lib/tap.sh
# shellcheck source=tests/vm/lib/daemon.sh
. /mnt/tests/lib/daemon.sh
need_simulator

check_not "the service does not run yet" systemctl is-active vdpactld.service
is "$(busctl get-property org.vdpactl1 /org/vdpactl1 org.vdpactl1.Manager KernelReady)" "b true" \
	"a question starts it, and it finds the kernel"
check "it says that it is ready" systemctl is-active vdpactld.service
is "$(ps -o user= -p "$(systemctl show -P MainPID vdpactld.service)")" vdpactl "it is not root"
check "its first step loaded the bus drivers" test -d /sys/bus/vdpa/drivers/virtio_vdpa
is "$(cat /sys/bus/vdpa/drivers_autoprobe)" 1 "... and left automatic binding on"
check "the management device is an object" object_is_there mgmtdev/vdpasim_5fnet

# A set of modules without vhost_vdpa has virtio alone.
driver=virtio
if modprobe -n -q vhost_vdpa; then
	driver=vhost
fi
is "$(manager AddDevice 'ssa{sv}' vdpasim_net web0 2 driver s $driver mac s 02:00:00:00:00:01)" \
	'so "web0" "/org/vdpactl1/device/web0"' "a device is made"
check "the kernel gave it to the driver asked for" bound_to web0 ${driver}_vdpa
is "$(property web0 Driver)" "\"$driver\"" "... and so says the object"
if [[ $driver == vhost ]]; then
	check "the character device that it names is there" test -c "$(property web0 CharDevice | tr -d '"')"
else
	skip "the character device that it names is there" "these modules have no vhost_vdpa"
	refusal=$(device web0 Bind 'sa{sv}' vhost 0 2>&1)
	like "$refusal" 'binding device web0 to vhost: .*vhost_vdpa is not loaded' "binding to vhost is refused with the reason"
	check "... and the driver is kept" bound_to web0 virtio_vdpa
fi

net() {
	busctl get-property org.vdpactl1 /org/vdpactl1/device/web0 org.vdpactl1.Net "$1"
}
is "$(net Mac)" 's "02:00:00:00:00:01"' "its configuration is an interface of its own"

link=$(device web0 SetLink b false 2>&1)
if [[ $VM_MODULES == mainline ]]; then
	like "$link" 'setting the link of device web0 down: link: this kernel.s vDPA modules do not let it be chosen' \
		"its link cannot be taken on this kernel, and that is the answer"
else
	is "$(net Link)" 'b false' "its link is taken"
	device web0 SetLink b true
	is "$(net Link)" 'b true' "... and given again"
fi

check "it is bound to virtio" device web0 Bind 'sa{sv}' virtio 0
has_netdev() {
	[[ $(property web0 NetDevice) == \"?*\" ]]
}
check "the network interface shows up" wait_for 10 has_netdev
netdev=$(property web0 NetDevice | tr -d '"')
is "$(cat "/sys/class/net/$netdev/address")" 02:00:00:00:00:01 "... with the MAC asked for"
is "$(property web0 CharDevice)" '""' "the character device has gone from the object"
negotiated() {
	[[ $(net NegotiatedFeatures) != "t 0" ]]
}
check "the features that its driver agreed on are told" wait_for 10 negotiated
# Whether there are counters is the module's matter; mainline's NIC of 6.1 has none.
statistics=$(device web0 GetStatistics 2>&1)
like "$statistics" '^a\(usa\{st\}\) [1-9].* 0 "rx" |not supported' "its queues' counters come in one answer, or it says why not"
ip link set "$netdev" down
ip link set "$netdev" name lan7
check "a new name of the interface is followed" wait_for 10 property_is web0 NetDevice '"lan7"'
is "$(property web0 IfIndex)" "$(cat /sys/class/net/lan7/ifindex)" "... and its index is told"
check "it is unbound" device web0 Bind 'sa{sv}' none 0
check_not "no driver has it" test -e /sys/bus/vdpa/devices/web0/driver

is "$(manager AddDevice 'ssa{sv}' vdpasim_net '' 1 driver s none)" 'so "vdpa0" "/org/vdpactl1/device/vdpa0"' \
	"a device gets a name"
check "somebody else makes a device" vdpa dev add name out0 mgmtdev vdpasim_net
check "the daemon sees it" wait_for 10 object_is_there device/out0
check "somebody else deletes it" vdpa dev del out0
check "the daemon sees that" wait_for 10 object_is_gone device/out0

check "a disk's module is loaded" modprobe vdpa_sim_blk
check "a disk is made" wait_for 20 manager AddDevice 'ssa{sv}' vdpasim_blk disk0 1 driver s virtio
has_disk() {
	[[ -b $(property disk0 Disk | tr -d '"') ]]
}
check "... and named" wait_for 20 has_disk
disk=$(property disk0 Disk | tr -d '"')
if [[ $VM_MODULES == ours ]]; then
	is "$(busctl get-property org.vdpactl1 /org/vdpactl1/device/disk0 org.vdpactl1.Block Capacity)" \
		"t $(cat "/sys/class/block/${disk##*/}/size")" "... with its size as an interface of disks"
fi
check "it is deleted" manager DeleteDevice 'sa{sv}' disk0 0
check "... and its module goes" modprobe -r vdpa_sim_blk
check "... with the object of its management device" wait_for 10 object_is_gone mgmtdev/vdpasim_5fblk

check "deleting works by name" manager DeleteDevice 'sa{sv}' vdpa0 0
check "... and at the object" device web0 Delete 'a{sv}' 0
is "$(ls /sys/bus/vdpa/devices)" "" "nothing is left in the kernel"
check "... nor on the bus" object_is_gone device/web0

journal=$(journalctl -u vdpactld.service VDPA_DEVICE=web0 VDPA_MGMTDEV=vdpasim_net -o cat)
like "$journal" 'adding device web0 on vdpasim_net: done' "the journal finds it by device"
like "$(systemctl show -P StatusText vdpactld.service)" '^0 devices on 1 management device' "the status line counts"
rss=$(awk '$1 == "VmRSS:" { print $2 }' "/proc/$(systemctl show -P MainPID vdpactld.service)/status")
echo "# resident memory: $rss KiB"
check "it takes less than 8 MiB of memory" test "$rss" -lt 8192
exposure=$(systemd-analyze security --no-pager vdpactld.service | sed -n 's/.*exposure level for [^:]*: \([0-9.]*\).*/\1/p')
echo "# systemd-analyze security: $exposure"
check "the service's exposure is at most 1.5" awk -v e="$exposure" 'BEGIN { exit !(e != "" && e <= 1.5) }'
daemon_cleanup
done_testing
