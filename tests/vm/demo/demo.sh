#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The main job from end to end, inside the VM: each command is shown, then run; the first that fails ends it.
set -euo pipefail

bold='' plain=''
if [[ -t 1 ]]; then
	bold=$(tput bold)
	plain=$(tput sgr0)
fi

run() {
	printf '\n%s# %s%s\n' "$bold" "$*" "$plain"
	"$@"
}

say() {
	printf '\n== %s\n' "$*"
}

# wait_for SECONDS COMMAND...: until the command succeeds, at most that long.
wait_for() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		if ((SECONDS >= end)); then
			echo "demo: waited in vain for: $*" >&2
			return 1
		fi
		read -rt 0.1 <> <(:) || :
	done
}

examples=/usr/share/doc/vdpactl/examples

say "The kernel's part: a simulated NIC to make devices of; the service brings the bus drivers"
run modprobe vdpa_sim_net

say "What can make devices here?"
run vdpactl mgmtdev show

say "A device from a definition file; vdpactl asks the daemon over D-Bus"
run cat $examples/web0.json
run vdpactl dev add --file $examples/web0.json
run systemctl --no-pager --lines=0 status vdpactld

say "Bound to virtio, it is a network interface of this host"
run vdpactl dev bind web0 virtio
netdev=$(vdpactl -j dev show web0 | jq -r '.dev.web0.netdev')
run ip -brief link show "$netdev"

# The simulated NIC hands every frame back to itself. ipvlan in VEPA mode sends all traffic between its
# interfaces out on the wire, so a ping between two namespaces crosses the device twice each way.
say "Packets: two namespaces ping each other through it"
run ip link set "$netdev" up
for n in 1 2; do
	run ip netns add ns$n
	run ip link add link "$netdev" name ipvl$n netns ns$n type ipvlan mode l2 vepa
	run ip -n ns$n address add 192.0.2.$n/24 dev ipvl$n
	run ip -n ns$n link set ipvl$n up
done
run ip netns exec ns1 ping -c 3 -i 0.2 -W 5 192.0.2.2
run vdpactl dev stats web0
run ip netns delete ns1
run ip netns delete ns2

say "Bound to vhost, it is a character device for a VM or DPDK"
run vdpactl dev bind web0 vhost
run ls -l "$(vdpactl -j dev show web0 | jq -r '.dev.web0.chardev')"

say "Its state: as a table, as JSON, and as iproute2's own tool sees it"
run vdpactl dev show
run vdpactl -p dev show web0
run vdpactl dev config show web0
run vdpa dev show web0

say "Deleted again"
run vdpactl dev del web0
run vdpactl dev show
wait_for 5 sh -c '! test -e /sys/bus/vdpa/devices/web0'
say "Done"
