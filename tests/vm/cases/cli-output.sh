#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What vdpactl prints of a real kernel: JSON is as the schema says and has all that iproute2's vdpa prints; text fits the
# terminal; a rehearsal changes nothing.
# modules: both
# debug: no
# timeout: 240
# shellcheck source=tests/vm/lib/tap.sh
. /mnt/tests/lib/tap.sh
# shellcheck source=tests/vm/lib/daemon.sh
. /mnt/tests/lib/daemon.sh
need_simulator
modprobe vdpa_sim_blk
modprobe virtio_vdpa
has_vhost=$(modprobe vhost_vdpa 2>/dev/null && echo yes)
schema=/usr/share/vdpactl/vdpactl.schema.json

# described NAME OPTION... COMMAND...: its JSON is as the schema says.
described() {
	local name=$1
	shift
	vdpactl -j "$@" >out.json && jq -r --argjson schema "$(cat "$schema")" --arg name "$name" \
		-f /mnt/tests/lib/schema.jq out.json >faults && ! grep . faults
}

check "a network card, made and described" described "dev add" --direct dev add web0 mgmtdev vdpasim_net \
	mac 02:00:00:00:00:01 driver virtio
check "another" described "dev add" --direct dev add web1 mgmtdev vdpasim_net driver none
[[ -z $has_vhost ]] || check "it is at vhost" described "dev bind" --direct dev bind web1 vhost
check "a disk" described "dev add" --direct dev add disk0 mgmtdev vdpasim_blk driver none
for command in "mgmtdev show" "dev show" "dev config show" "tree"; do
	# Words, to be split.
	# shellcheck disable=SC2086
	check "$command is as described" described "$command" $command
done
if [[ $VM_MODULES == ours ]]; then
	check "counters are" described "dev stats" dev stats web0
else
	check_status 9 "the simulator of 6.1 has no counters, and the status says so" vdpactl dev stats web0
fi

# more VDPACTL-WORDS -- VDPA-WORDS: what iproute2 prints is there with the same value; keys have no blanks at their ends.
more() {
	local -a ours=()
	while [[ $1 != -- ]]; do ours+=("$1") && shift; done
	shift
	jq -n --argjson ours "$(vdpactl -j "${ours[@]}")" --argjson theirs "$(vdpa -j "$@")" '
		def plain: if type == "object" then with_entries(.key |= rtrimstr(" ") | .value |= plain) else . end;
		[$theirs | plain | paths(scalars) as $p | {p: $p, v: getpath($p)}]
		| map(select(. as $one | $one.v != ($ours | getpath($one.p))))
		| if length > 0 then debug | error("differs") else true end' >/dev/null
}
if [[ $VM_MODULES == ours ]]; then
	check "dev show has all that vdpa prints" more dev show -- dev show
	check "so has dev config show" more dev config show web0 -- dev config show web0
fi

# on_terminal COLUMNS COMMAND...
on_terminal() {
	local columns=$1
	shift
	TERM=xterm LC_ALL=C.UTF-8 script -qec "stty cols $columns; $*" /dev/null | tr -d '\r'
}
# In bytes: lines with box characters are longer than they look, so count characters.
longest() {
	LC_ALL=C.UTF-8 awk '{ gsub(/\033\[[0-9;]*m/, ""); if (length > n) n = length } END { print n + 0 }'
}
like "$(on_terminal 120 vdpactl tree)" $'\033\\[1' "text has colour on a terminal"
check_not "and none where NO_COLOR is set" grep -q $'\033' <(NO_COLOR=1 on_terminal 120 vdpactl tree)
check_not "nor in a file" grep -q $'\033' <(vdpactl tree)
like "$(on_terminal 120 vdpactl --color never tree)" '├─ web0 +virtio +eth' "a device is a line where there is room"
like "$(on_terminal 24 vdpactl --color never tree)" '   └─ ' "and a branch where there is not"
check "a narrow terminal has short lines" test "$(on_terminal 40 vdpactl tree | longest)" -le 40
check "so it is with tables" test "$(on_terminal 40 vdpactl dev show | longest)" -le 40
check "nothing is missing there" grep -q 'driver *virtio' <(on_terminal 40 vdpactl --color never dev show)
is "$(vdpactl -o name dev show | sort | xargs)" "disk0 name web0 web1" "fields can be chosen"

before=$(vdpactl -j dev show)
check "what would be made is described" described --dry-run -n dev add web2 mgmtdev vdpasim_net mtu 1500 driver none
check_status 8 "a name that is taken is told" vdpactl -n dev add web0 mgmtdev vdpasim_net
check "what would be deleted is described" described --dry-run -n dev del web0
check "anybody may ask" setpriv --reuid 65534 --regid 65534 --clear-groups vdpactl -n dev del web0
is "$(vdpactl -j dev show)" "$before" "and nothing has changed"

vdpactl -j monitor >events &
monitor=$!
check "monitor is ready" wait_for 10 grep -q ready events
check "a device is deleted" described "dev del" --direct dev del disk0
check "monitor has told" wait_for 10 grep -q removed events
kill -TERM $monitor
wait $monitor
is "$(jq -r --argjson schema "$(cat "$schema")" --arg name monitor -f /mnt/tests/lib/schema.jq events)" "" \
	"each event is as described"

vdpactl --direct dev del web0
vdpactl --direct dev del web1
daemon_cleanup
done_testing
