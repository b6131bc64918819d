# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Shared by the cases about vdpa.ko itself, which use the parent and the bus drivers in tests/vm/kmod-vdpa. Sourced after
# tap.sh. The numbers of commands and attributes are those of libvdpactl/uapi/vdpactl-netlink.h.

NL=/usr/lib/vdpactl/tests/vmtest-nl
PARAMS=/sys/module/vmtest_parent/parameters

MGMTDEV_GET=2 DEV_NEW=3 DEV_DEL=4 DEV_GET=5 CONFIG_GET=6 VSTATS_GET=7 ATTR_SET=8

# refused ERRNO RE COMMAND [ATTRIBUTE]...: the request fails with that errno and a text that matches; no device comes of it.
refused() {
	local errno=$1 re=$2 answer before
	shift 2
	before=$(ls /sys/bus/vdpa/devices)
	answer=$("$NL" "$@")
	echo "$answer"
	[[ $answer =~ error\ -$errno\ .*($re) || ($answer == "error -$errno" && -z $re) ]] &&
		[[ $(ls /sys/bus/vdpa/devices) == "$before" ]]
}

# in_seconds SECONDS COMMAND...: succeeds when the command does, and in that time.
in_seconds() {
	local limit=$1
	shift
	timeout "$limit" "$@"
}

param() {
	cat "$PARAMS/$1"
}

set_param() {
	echo "$2" >"$PARAMS/$1"
}
