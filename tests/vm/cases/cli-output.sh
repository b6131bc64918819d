#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What vdpactl prints of a real kernel: JSON is as the schema says and has all that iproute2's vdpa prints; text fits the
# terminal; a rehearsal changes nothing.
# modules: both
# debug: no
# timeout: 400
# shellcheck source=tests/vm/lib/tap.sh
. /mnt/tests/lib/tap.sh
# shellcheck source=tests/vm/lib/daemon.sh
. /mnt/tests/lib/daemon.sh
# shellcheck source=tests/vm/lib/schema.sh
. /mnt/tests/lib/schema.sh
need_simulator
modprobe vdpa_sim_blk
modprobe virtio_vdpa
has_vhost=$(modprobe vhost_vdpa 2>/dev/null && echo yes)

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

# more VDPACTL-WORDS -- VDPA-WORDS: what iproute2 prints is there with the same value. Keys have no blanks at their ends,
# and bits for which it has no name, but a number, are strings.
more() {
	local -a ours=()
	while [[ $1 != -- ]]; do ours+=("$1") && shift; done
	shift
	jq -n --argjson ours "$(vdpactl -j "${ours[@]}")" --argjson theirs "$(vdpa -j "$@")" '
		def plain: if type == "object" then with_entries(.key |= rtrimstr(" ") | .value |= plain) else . end;
		[$theirs | plain | paths(scalars) as $p | {p: $p, v: getpath($p)}]
		| map(. as $one | ($ours | getpath($one.p)) as $own
			| select($one.v != $own and ((($one.p[-1] | type) == "number" and ($one.v | type) == "number"
				and ($own | type) == "string") | not)))
		| if length > 0 then debug | error("differs") else true end' >/dev/null
}
check "mgmtdev show has all that vdpa prints" more mgmtdev show -- mgmtdev show
check "so has dev show" more dev show -- dev show
check "so has dev config show" more dev config show web0 -- dev config show web0

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

# QEMU takes what is printed for it, and a descriptor; it stops before a guest would run.
try_qemu() {
	timeout 60 "$@" <<<quit
}
qemu=(qemu-system-x86_64 -nodefaults -display none -machine pc -accel tcg -cpu "max,la57=off" -m 64 -S -monitor stdio)
# So does DPDK; it ends before it would send.
dpdk_takes() {
	(ulimit -l unlimited && timeout 120 dpdk-testpmd --no-huge -m 256 --no-pci --iova-mode=va --no-telemetry --file-prefix=cli \
		"$1" -- -i --total-num-mbufs=2048 <<<quit) >dpdk.log 2>&1
	grep -q '^Port 0: ' dpdk.log
}
if [[ -n $has_vhost ]]; then
	check "what QEMU needs is described" described snippet dev show web1 --qemu
	# shellcheck disable=SC2046 # options, to be split
	check "and QEMU takes it" try_qemu "${qemu[@]}" $(vdpactl dev show web1 --qemu)
	check "so does DPDK" dpdk_takes "$(vdpactl dev show web1 --dpdk)"
	like "$(vdpactl dev show web1 --libvirt)" "<source dev='/dev/" "libvirt is told the node"
	# shellcheck disable=SC2016 # for the shell that is run
	count='cd /proc/self/fd && set -- * && echo $#'
	for how in "" --direct; do
		check "QEMU takes the device opened ${how:-by the daemon}" try_qemu vdpactl ${how:+"$how"} dev open web1 memory 64M -- \
			"${qemu[@]}" -netdev "vhost-vdpa,id=net,vhostfd={}" -device virtio-net-pci,netdev=net
		is "$(vdpactl ${how:+"$how"} dev open web1 -- readlink '/proc/self/fd/{}')" "$(vdpactl -j dev show web1 | jq -r .dev.web1.chardev)" \
			"... which it is"
		is "$(vdpactl ${how:+"$how"} dev open web1 -- sh -c "$count; : {}")" $(($(sh -c "$count") + 1)) "... and the only file more"
	done
	check_status 5 "what is open is not opened once more" vdpactl dev open web1 -- \
		sh -c ': {}; exec vdpactl dev open web1 -- true "{""}"'
else
	check_status 9 "without vhost there is nothing for QEMU" vdpactl dev show web1 --qemu
	check_status 9 "nor anything to open" vdpactl dev open web1 -- true '{}'
fi

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

# Numbers.
if [[ $VM_MODULES == ours ]]; then
	vdpactl metrics >numbers
	like "$(cat numbers)" 'vdpactl_device_info\{device="web0",type="network",mgmtdev="vdpasim_net",driver="virtio",endpoint="[a-z0-9]+"\} 1' \
		"metrics have the device"
	like "$(cat numbers)" 'vdpactl_queue_count_total\{device="web0",queue="1",queue_type="tx",counter="tx packets"\} [0-9]' \
		"and its counters"
	is "$(tail -n 1 numbers)" "# EOF" "and are complete"
	check "rates are described" described top top web0 count 2 interval 0.1
	ip link set "$(vdpactl -j dev show web0 | jq -r .dev.web0.netdev)" up
	ping -c 400 -i 0.01 -I "$(vdpactl -j dev show web0 | jq -r .dev.web0.netdev)" -b 198.51.100.255 >/dev/null 2>&1 &
	check "a rate is more than nothing when something is sent" wait_for 20 sh -c \
		"vdpactl -j top web0 count 1 interval 0.5 | jq -e '.top.web0[] | select(.queue_type == \"tx\") | .[\"tx packets\"] > 0'"
fi

# Links.
if [[ $VM_MODULES == ours ]]; then
	netdev=$(vdpactl -j dev show web0 | jq -r .dev.web0.netdev)
	carrier_is() {
		[[ $(cat "/sys/class/net/$netdev/carrier") == "$1" ]]
	}
	ip link set "$netdev" up
	check "the link is taken" vdpactl --direct dev set web0 link down
	check "the kernel's interface sees it" wait_for 10 carrier_is 0
	check "the link is given" vdpactl --direct dev set web0 link up
	check "the interface sees that, too" wait_for 10 carrier_is 1
else
	check_status 9 "mainline's modules cannot take the link" vdpactl --direct dev set web0 link down
fi

if [[ -n $has_vhost ]]; then
	exec 8<>"$(vdpactl -j dev show web1 | jq -r .dev.web1.chardev)"
	check_status 5 "a device that is held is not deleted" vdpactl --direct dev del web1
	if [[ $VM_MODULES == ours ]]; then
		check "unless by force" timeout 60 vdpactl --direct dev del web1 --force
		check_status 3 "it is gone" vdpactl dev show web1
	else
		check_status 9 "which mainline cannot do" timeout 60 vdpactl --direct dev del web1 --force
	fi
	exec 8>&-
fi

# doctor sees the machine as it is.
check "doctor finds no problem here" described doctor doctor
finding() {
	vdpactl -j doctor | jq -r --arg check "$1" --arg text "$2" '.doctor[] | select(.check == $check and (.text | test($text))) | .status'
}
is "$(finding kernel "kernel $(uname -r) has vDPA")" ok "it names the kernel"
is "$(finding permissions 'may change devices without')" ok "root may do all"
is "$(setpriv --reuid 65534 --regid 65534 --clear-groups vdpactl -j doctor | jq -r '.doctor[] | select(.check == "permissions") | .text' |
	head -n 1)" "this user may look at devices; to change them vdpactld asks polkit" "nobody may look"
like "$(finding daemon vdpactld)" 'ok' "the daemon can be reached"
echo 0 >/sys/bus/vdpa/drivers_autoprobe
is "$(finding autoprobe 'turned automatic binding off')" note "it sees that new devices stay unbound"
echo 1 >/sys/bus/vdpa/drivers_autoprobe
is "$(finding modules 'virtio_vdpa is loaded')" ok "and which bus driver is loaded"

vdpactl --direct dev del web0
! vdpactl dev show web1 >/dev/null 2>&1 || vdpactl --direct dev del web1
daemon_cleanup
done_testing
