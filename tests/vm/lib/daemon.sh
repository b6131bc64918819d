# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What the cases about the daemon share (. /mnt/tests/lib/daemon.sh after tap.sh).

# Ends the test file where nothing can make a device.
need_simulator() {
	modprobe -q vdpa_sim_net || skip_all "these modules have no simulated NIC"
}

# manager METHOD SIGNATURE ARGUMENT..., device NAME METHOD SIGNATURE ARGUMENT...: calls of the daemon.
manager() {
	busctl call org.vdpactl1 /org/vdpactl1 org.vdpactl1.Manager "$@"
}

device() {
	local path=/org/vdpactl1/device/$1
	shift
	busctl call org.vdpactl1 "$path" org.vdpactl1.Device "$@"
}

# property NAME PROPERTY: the value as busctl writes it without its type.
property() {
	busctl get-property org.vdpactl1 "/org/vdpactl1/device/$1" org.vdpactl1.Device "$2" | cut -d' ' -f2-
}

property_is() {
	[[ $(property "$1" "$2") == "$3" ]]
}

# definition NAME-AS-IN-ITS-PATH PROPERTY, and whether it has a value.
definition() {
	busctl get-property org.vdpactl1 "/org/vdpactl1/definition/$1" org.vdpactl1.Definition "$2" | cut -d' ' -f2-
}

definition_is() {
	[[ $(definition "$1" "$2") == "$3" ]]
}

# The driver that the kernel says a device has.
bound_to() {
	[[ $(readlink "/sys/bus/vdpa/devices/$1/driver") == */"$2" ]]
}

object_is_there() {
	busctl tree --list org.vdpactl1 | grep -qx "/org/vdpactl1/$1"
}

object_is_gone() {
	! object_is_there "$1"
}

# Leave the machine as it was.
daemon_cleanup() {
	systemctl stop vdpactld.service
	modprobe -r vdpa_sim_net virtio_vdpa vhost_vdpa 2>/dev/null || :
	modprobe -r vdpa_sim 2>/dev/null || :
	modprobe -r vdpa 2>/dev/null || :
}
