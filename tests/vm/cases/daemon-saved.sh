#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Saved definitions: what the confined daemon writes, what it makes of them, and what others do to the files.
# modules: both
# debug: no
# timeout: 240
# shellcheck source=tests/vm/lib/tap.sh
. /mnt/tests/lib/tap.sh
# shellcheck source=tests/vm/lib/daemon.sh
. /mnt/tests/lib/daemon.sh
need_simulator

dir=/etc/vdpactl/devices.d

check "the daemon runs" systemctl start vdpactld.service
is "$(stat -c '%U %a' $dir)" "vdpactl 755" "the directory of definitions is the daemon's"
is "$(manager Define 'ssa{sv}' vdpasim_net web0 3 driver s none mac s 02:00:00:00:00:01 mtu q 1400)" \
	'o "/org/vdpactl1/definition/web0"' "a device is defined"
is "$(stat -c '%U %a' $dir/web0.json)" "vdpactl 644" "its file is there for all to read"
check_not "nothing was created" test -e /sys/bus/vdpa/devices/web0
check "the definition is an object" object_is_there definition/web0
is "$(definition web0 Live)" false "... that is not live"

check "it is started" manager Start s web0
check "the kernel has it" test -e /sys/bus/vdpa/devices/web0
is "$(definition web0 Live)" true "its object says so"
is "$(definition web0 Drift)" '""' "... and that it is as saved"
check "once more is no error" manager Start s web0
check "it is bound to virtio" device web0 Bind 'sa{sv}' virtio 0
is "$(definition web0 Drift)" '"driver"' "the difference shows"
check "deleting it behind the daemon's back is no harm" vdpa dev del web0
check "... and shows" wait_for 10 definition_is web0 Live false

# A name as bus addresses are, and what the kernel says of a live one.
check "a device with colons in its name is made" manager AddDevice 'ssa{sv}' vdpasim_net 'vdpa:0000:03:00.1' 2 \
	driver s virtio mac s 02:00:00:00:00:31
check "... and saved as it is" manager Promote 'sa{sv}' 'vdpa:0000:03:00.1' 1 autostart b true
like "$(cat "$dir/vdpa:0000:03:00.1.json")" '"mac": "02:00:00:00:00:31"' "its file has its address"
like "$(cat "$dir/vdpa:0000:03:00.1.json")" '"driver": "virtio"' "... and its driver"
check "it is stopped" manager Stop 'sa{sv}' 'vdpa:0000:03:00.1' 0
check_not "... and gone" test -e '/sys/bus/vdpa/devices/vdpa:0000:03:00.1'
check "it is started as it was saved" manager Start s 'vdpa:0000:03:00.1'
check "... with its driver" bound_to 'vdpa:0000:03:00.1' virtio_vdpa
is "$(definition vdpa_3a0000_3a03_3a00_2e1 Drift)" '""' "... and without a difference"
manager DeleteDevice 'sa{sv}' 'vdpa:0000:03:00.1' 0

# Round trip: what is exported is what is saved.
busctl -j call org.vdpactl1 /org/vdpactl1 org.vdpactl1.Manager Export as 1 web0 |
	python3 -c 'import json, sys; sys.stdout.write(json.load(sys.stdin)["data"][0])' >exported
check "an exported definition is its file, byte for byte" cmp exported $dir/web0.json
check "automatic starting goes on" manager SetAutostart sb web0 true
check "... and off" manager SetAutostart sb web0 false
manager SetAutostart sb 'vdpa:0000:03:00.1' false
manager SetAutostart sb 'vdpa:0000:03:00.1' true
check "a definition keeps its other keys" grep -q '"mtu": 1400' $dir/web0.json

# A whole set. What is live already is changed, what is not there is made, and the same again is nothing to do.
base='{"version":1,"devices":[{"name":"web0","mgmtdev":"vdpasim_net","mac":"02:00:00:00:00:01","mtu":1400,"driver":"virtio"},
{"name":"set0","mgmtdev":"vdpasim_net","driver":"none"}'
set="$base"',{"name":"set1","mgmtdev":"nosuch"}]}'
manager Start s web0 >/dev/null
like "$(manager Apply 'sa{sv}' "$set" 1 dry_run b true)" \
	'"define" "web0" .* "define" "set0" .* "bind" "web0" "driver" "" "start" "set0" "" ""' "a set is planned"
check_not "... and only that" test -e $dir/set0.json
like "$(manager Apply 'sa{sv}' "$set" 0)" '"bind" "web0" "driver" "" "start" "set0" "" "" "start" "set1" "" ".*No such device' \
	"it is applied, but for what cannot be"
check "a live device has its driver" bound_to web0 virtio_vdpa
check "a new one is there" test -e /sys/bus/vdpa/devices/set0
is "$(manager Apply 'sa{sv}' "$base]}" 0)" 'a(ssss) 0' "the same once more is nothing to do"
like "$(manager Apply 'sa{sv}' "$(cat exported)" 1 prune b true)" '"stop" "set0" .*"undefine" "set0" .*"undefine" "set1"' \
	"what is not in a set can be pruned"
check_not "... and is gone" test -e /sys/bus/vdpa/devices/set0
manager Stop 'sa{sv}' web0 0 >/dev/null

# An editor, a mistake, a vendor's file.
sed -i s/1400/1300/ $dir/web0.json
like "$(manager SetAutostart sb web0 true 2>&1)" 'web0.json was changed by somebody else .* reload' \
	"an edited file is not written over"
cat >$dir/wrong.json <<'END'
{
  "version": 1,
  "devices": [
    { "name": "wrong0", "mgmtdev": "vdpasim_net",
      "colour": "red" }
  ]
}
END
mkdir -p /usr/lib/vdpactl/devices.d
sed s/web0/vendor0/ $dir/web0.json >/usr/lib/vdpactl/devices.d/vendor.json
like "$(manager Reload)" 'wrong.json: line 5: device .*wrong0.*colour.*there is no such key' "a mistake is told with its line"
journal_has_it() {
	journalctl -u vdpactld.service -o cat | grep -q 'wrong.json: line 5: device "wrong0": colour: "red": there is no such key'
}
check "... also in the journal" wait_for 10 journal_has_it
like "$(definition web0 Text)" '"mtu\\": 1300' "the edit counts"
is "$(definition vendor0 File)" '"/usr/lib/vdpactl/devices.d/vendor.json"' "so does the vendor's file"
like "$(manager Undefine s vendor0 2>&1)" 'vendor.json, which is not to be changed' "... which cannot be undefined"
: >$dir/vendor.json
rm $dir/wrong.json
is "$(manager Reload)" 'as 0' "an empty file hides it"
check "... and it is no object any more" object_is_gone definition/vendor0

# kill -9 at moments of writing: a file is the old or the new one, and the daemon knows which.
pid_of_daemon() {
	systemctl show -P MainPID vdpactld.service
}
runs_as_another() {
	[[ $(pid_of_daemon) != 0 && $(pid_of_daemon) != "$1" ]]
}
# No more often than systemd puts up with.
for i in 1 2 3; do
	pid=$(pid_of_daemon)
	manager Define 'ssa{sv}' vdpasim_net web0 2 driver s none mtu q "150$i" >/dev/null 2>&1 &
	read -rt "0.0$((i * 2))" <> <(:) || :
	kill -KILL "$pid"
	wait $!
	wait_for 20 runs_as_another "$pid" || break
done
whole() {
	python3 -c 'import json, sys; json.load(open(sys.argv[1]))["devices"][0]["mtu"]' "$dir/web0.json"
}
check "killed while it wrote, the file is whole" whole
# The daemon may still be on its way.
is_read() {
	[[ $(manager Reload) == "as 0" ]]
}
check "... and the daemon can read it" wait_for 60 is_read
is "$(find $dir -name '.*' -type f)" "" "no half of a file is left over"

check "it is undefined" manager Undefine s web0
check_not "its file is gone" test -e $dir/web0.json
check "so is the object" object_is_gone definition/web0

# kill -9 in the middle of a set, twice, and the same set again each time.
many=150 none='{"version":1,"devices":[]}'
big=$(jq -nc --argjson n $many '{version: 1, devices: [range($n) | {name: "many\(.)", mgmtdev: "vdpasim_net", driver: "none"}]}')
# count PATH...: sets "number" to how many there are, which is none when a pattern is left as it is. It starts no program.
count() {
	number=0
	[[ ! -e $1 ]] || number=$#
}
numbers() {
	count "$dir"/many*.json
	echo -n "$number "
	count /sys/bus/vdpa/devices/many*
	echo "$number"
}
# killed_at N: it is killed as soon as the set has N devices.
killed_at() {
	local end=$((SECONDS + 60))
	pid=$(pid_of_daemon)
	manager Apply 'sa{sv}' "$big" 0 >/dev/null 2>&1 &
	for (( ; SECONDS < end; )); do
		count /sys/bus/vdpa/devices/many*
		((number < $1)) || break
	done
	kill -KILL "$pid"
	wait $!
	wait_for 60 runs_as_another "$pid" && wait_for 60 is_read
}
# What is there is as it should be: no half of a file, no device that is not saved, and automatic binding as it was.
nothing_half_done() {
	local path
	[[ -z $(find "$dir" -name '.*' -type f) ]] || { echo "half of a file: $(ls -A "$dir")" && return 1; }
	for path in /sys/bus/vdpa/devices/many*; do
		[[ -e $dir/${path##*/}.json ]] || { echo "${path##*/} is not saved" && return 1; }
	done
	[[ $(cat /sys/bus/vdpa/drivers_autoprobe) == 1 ]] || { echo "automatic binding is off" && return 1; }
}
systemctl reset-failed vdpactld.service
middle=0
for n in 1 75; do
	check "killed in a set, at device $n, it comes back" killed_at $n
	check "... with nothing half done" nothing_half_done
	count /sys/bus/vdpa/devices/many*
	echo "# it had made $number of $many devices"
	((number == many)) || middle=$((middle + 1))
done
check "one of these times it had not made all" test $middle -gt 0
like "$(manager Apply 'sa{sv}' "$big" 0)" '^a\(ssss\) ' "the same set again does what is left"
is "$(numbers)" "$many $many" "... and all of it is there"
is "$(manager Apply 'sa{sv}' "$big" 0)" 'a(ssss) 0' "... and nothing is left to do"
manager Apply 'sa{sv}' "$none" 1 prune b true >/dev/null
is "$(numbers)" "0 0" "the set goes as it came"

rm -rf $dir/vendor.json /usr/lib/vdpactl/devices.d
is "$(ls -A $dir)" "" "nothing is left"
daemon_cleanup
done_testing
