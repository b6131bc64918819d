#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A thousand devices at once: made, listed by everybody, given to vhost, deleted. How long each step takes is told, not judged.
# timeout: 900
# memory: 3072
# shellcheck source=tests/vm/lib/tap.sh
. /mnt/tests/lib/tap.sh
# shellcheck source=tests/vm/lib/vdpa.sh
. /mnt/tests/lib/vdpa.sh
# shellcheck source=tests/vm/lib/daemon.sh
. /mnt/tests/lib/daemon.sh
modprobe vdpa_sim_net || bail_out "the modules do not load"

MANY=1000

# spent COMMAND...: sets SPENT to the hundredths of a second that the command took.
spent() {
	local start=${EPOCHREALTIME/./} status=0
	"$@" || status=$?
	SPENT=$(((${EPOCHREALTIME/./} - start) / 10000))
	return $status
}

# each FROM TO COMMAND...: calls COMMAND with m1, m2, ... until one fails.
each() {
	local n from=$1 to=$2
	shift 2
	for ((n = from; n <= to; n++)); do
		"$@" "m$n" || return
	done
}

make_one() {
	"$NL" -k "$DEV_NEW" 2=s:vdpasim_net 4=s:"$1" >/dev/null
}

bind_one() {
	echo vhost_vdpa >"/sys/bus/vdpa/devices/$1/driver_override" && echo "$1" >/sys/bus/vdpa/drivers_probe
}

delete_one() {
	"$NL" -k "$DEV_DEL" 4=s:"$1" >/dev/null
}

# halves WHAT FUNCTION: for all of them, in two halves, so that growth with their square would show.
halves() {
	local first
	check "$1: the first half" spent each 1 $((MANY / 2)) "$2"
	first=$SPENT
	check "$1: the second half" spent each $((MANY / 2 + 1)) $MANY "$2"
	echo "# $1: $first and $SPENT hundredths of a second"
}

# told WHAT COMMAND...: it names all the devices; says how long it took.
told() {
	local what=$1
	shift
	spent "$@" >answer
	is "$(grep -oE '\bm[0-9]+\b' answer | sort -u | wc -l)" $MANY "$what names all of them"
	echo "# $what: $SPENT hundredths of a second"
}

halves "made" make_one
told "vdpa dev show" vdpa dev show
told "vdpa dev config show" vdpa -j dev config show
modprobe vhost_vdpa
halves "given to vhost" bind_one
is "$(compgen -G '/dev/vhost-vdpa-*' | wc -l)" $MANY "there is a node for each"
check "the daemon starts" spent systemctl start vdpactld.service
echo "# start of the daemon: $SPENT hundredths of a second"
told "the daemon's tree" busctl tree --list org.vdpactl1
told "vdpactl dev show" vdpactl dev show
told "vdpactl -j dev show" vdpactl -j dev show
check "one more through the daemon" manager AddDevice 'ssa{sv}' vdpasim_net extra 1 driver s vhost
check "... and away" manager DeleteDevice 'sa{sv}' extra 0
halves "deleted" delete_one
is "$(ls /sys/bus/vdpa/devices)" "" "none is left"
all_gone() {
	! busctl tree --list org.vdpactl1 | grep -q '/device/'
}
check "... for the daemon neither" wait_for 60 all_gone
daemon_cleanup
done_testing
