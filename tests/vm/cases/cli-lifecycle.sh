#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The main job with vdpactl, from the definition file to the deleted device: through the daemon, which D-Bus starts, and
# once more with --direct. The same on mainline's modules as on ours: user space needs nothing of ours in the kernel.
# modules: both
# debug: no
# timeout: 240
# shellcheck source=tests/vm/lib/tap.sh
. /mnt/tests/lib/tap.sh
examples=/usr/share/doc/vdpactl/examples

# field NAME FIELD: what "dev show" says in JSON.
field() {
	vdpactl -j dev show "$1" | jq -r --arg name "$1" --arg field "$2" '.dev[$name][$field]'
}

# field_is NAME FIELD VALUE
field_is() {
	[[ $(field "$1" "$2") == "$3" ]]
}

nobody() {
	setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
}

# Nothing is loaded yet: the first answer is about that, on mainline, which is not loaded on demand.
if [[ ! -e /sys/module/vdpa ]] && ! grep -q family-vdpa "/lib/modules/$(uname -r)/modules.alias"; then
	check_status 6 "without the module, the status says so" vdpactl dev show
	like "$(vdpactl dev show 2>&1)" 'modprobe vdpa' "and the hint says how to get it"
fi
modprobe vdpa_sim_net

check "management devices are listed" vdpactl mgmtdev show
is "$(vdpactl -j mgmtdev show | jq -r '.mgmtdev.vdpasim_net.supported_classes[0]')" net "vdpasim_net makes net devices"
check "anybody may look" nobody vdpactl mgmtdev show
is "$(vdpactl -j dev show)" '{"dev":{}}' "there is no device yet"
is "$(vdpactl dev)" '' "nor does the table have any"

# driver DRIVER: what this set of modules can bind to.
has_driver() {
	modinfo "$1_vdpa" >/dev/null 2>&1
}

life_cycle() {
	local how=$1 netdev chardev
	shift
	jq '.devices[0].driver = "none"' $examples/web0.json >/tmp/web0.json

	check "$how: a device from a definition file" vdpactl "$@" dev add --file /tmp/web0.json
	check "$how: it has no driver" field_is web0 driver none
	check "$how: it has the MAC of the file" test "$(vdpactl -j dev config show web0 | jq -r .config.web0.mac)" = 02:00:00:00:00:01
	check_status 8 "$how: a second of that name is refused" vdpactl "$@" dev add web0 mgmtdev vdpasim_net
	check_status 3 "$how: so is an unknown management device" vdpactl "$@" dev add web1 mgmtdev nope
	check "$how: only one device is there" test "$(vdpactl -j dev show | jq '.dev | length')" = 1

	check "$how: bound to virtio" vdpactl "$@" dev bind web0 virtio
	check "$how: it says so" field_is web0 driver virtio
	netdev=$(field web0 netdev)
	check "$how: the network interface is the one of that MAC" grep -qx 02:00:00:00:00:01 "/sys/class/net/$netdev/address"
	is "$(field web0 ifindex)" "$(cat "/sys/class/net/$netdev/ifindex")" "$how: its index"
	check "$how: negotiated features are shown" sh -c 'vdpactl -j dev config show web0 | jq -e ".config.web0.negotiated_features | index(\"VERSION_1\")"'

	if has_driver vhost; then
		check "$how: bound to vhost" vdpactl "$@" dev bind web0 vhost
		chardev=$(field web0 chardev)
		check "$how: the character device is there" test -c "$chardev"
		check "$how: the network interface is gone" test ! -e "/sys/class/net/$netdev"
	else
		skip "$how: bound to vhost" "this set of modules has no vhost_vdpa"
	fi
	check "$how: unbound again" vdpactl "$@" dev bind web0 none
	check "$how: it has no driver" field_is web0 driver none
	check "$how: deleted" vdpactl "$@" dev del web0
	check_status 3 "$how: it is gone" vdpactl dev show web0
	check_status 3 "$how: deleting it again is refused" vdpactl "$@" dev del web0

	is "$(vdpactl "$@" -j dev add vm mgmtdev vdpasim_net driver virtio mac 02:00:00:00:00:0a | jq -r .dev.vm.driver)" virtio \
		"$how: created with its driver, which add prints"
	check "$how: and with its network interface" test -n "$(field vm netdev)"
	check "$how: deleted with its driver at work" vdpactl "$@" dev del vm
	is "$(vdpactl -j dev show)" '{"dev":{}}' "$how: nothing is left"
	is "$(cat /sys/bus/vdpa/drivers_autoprobe)" 1 "$how: the kernel probes by itself again"
}

modprobe virtio_vdpa
check_not "the daemon is not running yet" systemctl is-active vdpactld.service
life_cycle "through the daemon"
check "D-Bus started the daemon" systemctl is-active vdpactld.service
systemctl mask --runtime --now vdpactld.service
check_status 7 "without the daemon, the status says so" vdpactl dev add web0 mgmtdev vdpasim_net
like "$(vdpactl dev add web0 mgmtdev vdpasim_net 2>&1)" 'systemctl start vdpactld.*--direct' "and the hint says what to do"
check_status 4 "--direct is not for everybody" nobody vdpactl --direct dev add web0 mgmtdev vdpasim_net
is "$(vdpactl -j dev show)" '{"dev":{}}' "nothing was made by any of these"
life_cycle "with --direct" --direct
# Others share the boot.
systemctl unmask --runtime --quiet vdpactld.service

done_testing
