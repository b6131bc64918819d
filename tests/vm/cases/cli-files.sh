#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Definition files that are good, bad and half possible; what add prints; the events that monitor tells.
# modules: both
# debug: no
# timeout: 120
# shellcheck source=tests/vm/lib/tap.sh
. /mnt/tests/lib/tap.sh
# shellcheck source=tests/vm/lib/daemon.sh
. /mnt/tests/lib/daemon.sh
need_simulator
modprobe virtio_vdpa
modprobe vhost_vdpa
examples=/usr/share/doc/vdpactl/examples

devices() {
	vdpactl -j dev show | jq -r '.dev | keys | join(" ")'
}

# told PROGRAM: the events seen by monitor make it true.
told() {
	jq -se "$1" events
}

vdpactl -j monitor >events &
monitor=$!
check "monitor says when it is ready" wait_for 10 told '.[0] == {"event": "ready"}'

# good FILE HOW [OPTION]
good() {
	local file=$1 how=$2 made
	shift 2
	# The kernel's driver is loaded when the first device comes: add waits for what it makes.
	modprobe -r virtio_net
	made=$(vdpactl "$@" -j dev add --file "$file")
	is "$(jq -r '.dev | keys | join(" ")' <<<"$made")" "guest0 host0" "$how: both devices are made"
	is "$(jq -r '.dev.host0 | [.name, .mgmtdev, .driver] | join(" ")' <<<"$made")" "host0 vdpasim_net virtio" \
		"$how: add prints name, management device and driver"
	is "$(jq -r .dev.host0.ifindex <<<"$made")" "$(cat "/sys/class/net/$(jq -r .dev.host0.netdev <<<"$made")/ifindex")" \
		"$how: ... and the network interface with its index"
	check "$how: ... and the character device" test -c "$(jq -r .dev.guest0.chardev <<<"$made")"
	is "$made" "$(vdpactl -j dev show)" "$how: ... all that show prints"
	check "$how: the network interface has the MTU of the file" grep -qx 9000 \
		"/sys/class/net/$(jq -r .dev.host0.netdev <<<"$made")/mtu"
	vdpactl "$@" dev bind host0 none >/dev/null
	modprobe -r virtio_net
	check "$how: so does bind, as soon as the driver is there" test \
		"$(vdpactl "$@" -j dev bind host0 virtio | jq -r .dev.host0.ifindex)" -gt 0
	check "$how: deleted" vdpactl "$@" dev del host0
	check "$how: deleted" vdpactl "$@" dev del guest0
}
good $examples/pair.json "through the daemon"
good $examples/pair.json "with --direct" --direct

check "monitor tells of the device that appeared" wait_for 10 told \
	'any(. == {"event": "added", "object": "device", "name": "host0"})'
check "... and of the one that went" wait_for 10 told \
	'any(. == {"event": "removed", "object": "device", "name": "guest0"})'
kill -TERM $monitor
check "a signal ends it well" wait $monitor

# bad RE FILE-CONTENT: refused with both ways, naming what is wrong, and nothing made.
bad() {
	local how
	printf '%s\n' "$2" >bad.json
	for how in "" --direct; do
		check_status 2 "refused ${how:-through the daemon}: $1" vdpactl ${how:+"$how"} dev add --file bad.json
		like "$(vdpactl ${how:+"$how"} dev add --file bad.json 2>&1)" "$1" "... with the reason"
	done
	is "$(devices)" "" "... and nothing is made"
}
first='{"name": "ok0", "mgmtdev": "vdpasim_net"}'
bad 'bad.json' '{ "version": 1, "devices": ['
bad 'version.*2' "{\"version\": 2, \"devices\": [$first]}"
bad 'two.*colour' "{\"version\": 1, \"devices\": [$first, {\"name\": \"two\", \"mgmtdev\": \"vdpasim_net\", \"colour\": 1}]}"
bad 'two.*mac.*02:zz' "{\"version\": 1, \"devices\": [$first, {\"name\": \"two\", \"mgmtdev\": \"vdpasim_net\", \"mac\": \"02:zz\"}]}"
bad 'two.*mtu.*70000' "{\"version\": 1, \"devices\": [$first, {\"name\": \"two\", \"mgmtdev\": \"vdpasim_net\", \"mtu\": 70000}]}"
bad 'two.*mtu.*-1' "{\"version\": 1, \"devices\": [$first, {\"name\": \"two\", \"mgmtdev\": \"vdpasim_net\", \"mtu\": -1}]}"
bad 'two.*driver.*vfio' "{\"version\": 1, \"devices\": [$first, {\"name\": \"two\", \"mgmtdev\": \"vdpasim_net\", \"driver\": \"vfio\"}]}"
bad 'two.*mgmtdev' "{\"version\": 1, \"devices\": [$first, {\"name\": \"two\"}]}"
bad 'ok0' "{\"version\": 1, \"devices\": [$first, $first]}"
check_status 3 "a file that is not there" vdpactl dev add --file /nonexistent.json

# half HOW [OPTION]: the second of three is there already.
half() {
	local how=$1
	shift
	vdpa dev add name there0 mgmtdev vdpasim_net
	printf '{"version": 1, "devices": [%s, %s, %s]}\n' "$first" "${first/ok0/there0}" "${first/ok0/never0}" >half.json
	check_status 8 "$how: a file that is half possible" sh -c 'vdpactl "$@" -j dev add --file half.json >half.out 2>half.err' - "$@"
	is "$(jq -r '.dev | keys | join(" ")' half.out)" ok0 "$how: prints what is made"
	like "$(cat half.err)" '"there0"' "$how: says which device is refused"
	like "$(cat half.err)" 'created before that: .*ok0' "$how: ... what was created before"
	like "$(cat half.err)" 'not tried any more: .*never0' "$how: ... and what was not tried"
	is "$(devices)" "ok0 there0" "$how: which is the truth"
	vdpa dev del ok0
	vdpa dev del there0
}
half "through the daemon"
half "with --direct" --direct
is "$(devices)" "" "nothing is left"
daemon_cleanup
done_testing
