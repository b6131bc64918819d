#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Everything at once on a simulated NIC: traffic, queries, link and MAC changes, the driver's requests, while its driver comes
# and goes and devices beside it do. The kernel's silence is half of the test.
# modules: ours
# timeout: 240
# shellcheck source=tests/vm/lib/tap.sh
. /mnt/tests/lib/tap.sh
. /mnt/tests/lib/sim-net.sh
modprobe -a virtio_vdpa vdpa_sim_net

# forever COMMAND...: in the background, until the file "stop" is there. It may fail, as what it needs comes and goes; turns that
# did not are counted.
workers=()
forever() {
	(
		until [[ -e stop ]]; do
			"$@" && echo >>"count.$1"
			sleep 0.01
		done
	) >/dev/null 2>&1 &
	workers+=($!)
}

queries() {
	vdpa dev vstats show race qidx 0
	vdpa dev vstats show race qidx 2
	vdpa dev config show && vdpa dev show race
}

links() {
	"$NL" -f vdpactl 3 1=\{ 4=s:race \} 3=u8:0 &&
		"$NL" -f vdpactl 3 1=\{ 4=s:race \} 3=u8:1
}

macs() {
	"$NL" 8 4=s:race 10=x:0200000000$((10 + RANDOM % 80))
}

# requests: what makes virtio_net use its control queue, and reads what it shows.
requests() {
	local dev
	dev=$(basename "$(compgen -G "/sys/bus/vdpa/devices/race/virtio*/net/*")") || return
	ip link set "$dev" address 02:00:00:00:00:$((10 + RANDOM % 80))
	ethtool -L "$dev" combined $((1 + RANDOM % 2))
	ip link set "$dev" up
	ip neighbour replace 192.0.2.9 lladdr 02:00:00:00:00:09 dev "$dev"
	ip address add 192.0.2.1/24 dev "$dev"
	timeout 1 ping -q -f -c 50 -W 1 192.0.2.9
	cat "/sys/class/net/$dev/carrier"
	cat /sys/bus/vdpa/devices/race/virtio*/{features,status}
}

neighbours() {
	vdpa dev add name side mgmtdev vdpasim_net max_vqp 2
	vdpa dev del side
}

# rebinds NUMBER
rebinds() {
	local n
	for ((n = 0; n < $1; n++)); do
		unbind race && bind race virtio_vdpa || return
	done
}

# remakes NUMBER: the device itself comes and goes.
remakes() {
	local n
	for ((n = 0; n < $1; n++)); do
		vdpa dev del race && vdpa dev add name race mgmtdev vdpasim_net mac 02:00:00:00:00:01 max_vqp 2 || return
	done
}

turned() {
	(($(wc -l <"count.$1") >= 3))
}

finish() {
	touch stop
	wait "${workers[@]}"
}

check "a device with two queue pairs" vdpa dev add name race mgmtdev vdpasim_net mac 02:00:00:00:00:01 max_vqp 2
for worker in queries links macs requests neighbours; do
	forever $worker
done
check "everybody is at work" wait_for 30 sh -c 'cat count.queries count.links count.macs count.requests count.neighbours'
check "the driver comes and goes 15 times beside it (B2, B4, C13, M14)" rebinds 15
check "so does the device, 15 times (C8)" remakes 15
check "so does the module, 3 times" bash -c \
	'for n in 1 2 3; do rmmod virtio_vdpa && modprobe virtio_vdpa || exit; done'
for worker in queries links macs requests neighbours; do
	check "$worker went on" wait_for 20 turned $worker
done
check "all end" finish
vdpa dev show side >/dev/null 2>&1 && vdpa dev del side
check "the device works" wait_for 10 driver_is race virtio_vdpa
"$NL" -f vdpactl 3 1=\{ 4=s:race \} 3=u8:1 >/dev/null
dev=$(netdev_of race)
ip address flush dev "$dev"
# Whoever changed the address last, interface or device, the other does not know; this tells both.
check "it has an address again" ip link set "$dev" address 02:00:00:00:00:fe
check "... that the device has too" test "$(config race .mac)" = 02:00:00:00:00:fe
check "... as ever" pair_up "$dev"
check "... with every packet" ping_pair 50 -q
pair_down
check "deleted" vdpa dev del race
check "the modules unload" rmmod vdpa_sim_net vdpa_sim virtio_vdpa
done_testing
