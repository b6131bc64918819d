# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Shared by the cases about network devices: finding a vDPA device's interface, traffic through it. Sourced after tap.sh.

NL=/usr/lib/vdpactl/tests/vmtest-nl

# netdev_of NAME: the network interface of a vDPA device, waited for.
netdev_of() {
	wait_for 10 compgen -G "/sys/bus/vdpa/devices/$1/virtio*/net/*" || return
	basename "$(compgen -G "/sys/bus/vdpa/devices/$1/virtio*/net/*")"
}

# driver_is NAME DRIVER: DRIVER may be "none".
driver_is() {
	local driver=none
	[[ ! -e /sys/bus/vdpa/devices/$1/driver ]] ||
		driver=$(basename "$(readlink "/sys/bus/vdpa/devices/$1/driver")")
	[[ $driver == "$2" ]]
}

# bind NAME DRIVER, unbind NAME
bind() {
	echo "$1" >"/sys/bus/vdpa/drivers/$2/bind"
}

unbind() {
	echo "$1" >"/sys/bus/vdpa/devices/$1/driver/unbind"
}

# move NAME DRIVER: to another bus driver, also where the device was reserved for one when it was made.
move() {
	echo "$2" >"/sys/bus/vdpa/devices/$1/driver_override" || return
	driver_is "$1" none || unbind "$1" || return
	echo "$1" >/sys/bus/vdpa/drivers_probe && driver_is "$1" "$2"
}

# disk_of NAME: the disk of a vDPA device, waited for.
disk_of() {
	wait_for 10 compgen -G "/sys/bus/vdpa/devices/$1/virtio*/block/*" || return
	basename "$(compgen -G "/sys/bus/vdpa/devices/$1/virtio*/block/*")"
}

# chardev_of NAME: the character device, waited for.
chardev_of() {
	wait_for 10 compgen -G "/sys/bus/vdpa/devices/$1/vhost-vdpa-*" || return
	echo "/dev/$(basename "$(compgen -G "/sys/bus/vdpa/devices/$1/vhost-vdpa-*")")"
}

# opens FILE: for reading and writing; closes it again.
opens() {
	(exec 3<>"$1")
}

# config NAME FILTER: what jq's filter makes of the configuration that iproute2 shows, whose key "link " ends in a blank.
config() {
	vdpa -j dev config show "$1" | sed 's/"link "/"link"/' | jq -r --arg name "$1" ".config[\$name] | $2"
}

# stat NAME QUEUE STATISTIC
stat() {
	vdpa -j dev vstats show "$1" qidx "$2" | jq --arg name "$1" --arg stat "$3" '.vstats[$name][$stat]'
}

# With an MTU above 1500 virtio_net has header and data of a buffer in one cache line and maps them one after the other, which
# a kernel that watches the DMA API takes for a mistake, and says once. allow_overlaps and forbid_overlaps go around that.
DMA_WATCH=/sys/kernel/debug/dma-api
allow_overlaps() {
	[[ ! -d $DMA_WATCH ]] || echo nobody >$DMA_WATCH/driver_filter
}

forbid_overlaps() {
	[[ ! -d $DMA_WATCH ]] || { echo >$DMA_WATCH/driver_filter && echo 1 >$DMA_WATCH/num_errors; }
}

# counter INTERFACE NAME
counter() {
	cat "/sys/class/net/$1/statistics/$2"
}

# The simulated NIC hands every frame back to itself. ipvlan in VEPA mode sends all traffic between its interfaces out on
# the wire, so what two namespaces say to each other crosses the device twice each way.
# pair_up INTERFACE [TAG]: namespaces TAG1 and TAG2 with 192.0.2.1 and .2.
pair_up() {
	local tag=${2:-ns} n
	ip link set "$1" up || return
	for n in 1 2; do
		ip netns add "$tag$n" &&
			ip link add link "$1" name "ipvl$n" netns "$tag$n" type ipvlan mode l2 vepa &&
			ip -n "$tag$n" link set lo up &&
			ip -n "$tag$n" address add "192.0.2.$n/24" dev "ipvl$n" &&
			ip -n "$tag$n" link set "ipvl$n" up || return
	done
}

pair_down() {
	local tag=${1:-ns} n
	for n in 1 2; do
		ip netns delete "$tag$n"
	done
}

# ping_pair COUNT [OPTION]...: the namespaces of pair_up ns; every packet has to be answered.
ping_pair() {
	local count=$1
	shift
	ip netns exec ns1 ping -c "$count" -i 0.02 -W 5 "$@" 192.0.2.2 | tee /dev/stderr | grep -q " $count received"
}

# refused ERRNO RE ATTRIBUTE...: DEV_NEW on vdpasim_net for "bad" fails with that errno and text, and makes nothing.
refused() {
	local errno=$1 re=$2 answer
	shift 2
	answer=$("$NL" 3 2=s:vdpasim_net 4=s:bad "$@")
	echo "$answer"
	[[ $answer =~ ^error\ -$errno\ .*$re ]] && [[ ! -e /sys/bus/vdpa/devices/bad ]]
}
