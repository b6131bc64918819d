#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What family "vdpa" refuses before any parent hears of it: names, and attributes of the wrong length, type or command.
. /mnt/tests/lib/tap.sh
. /mnt/tests/lib/vdpa.sh
modprobe vmtest_parent || bail_out "the parent does not load"

name63=$(printf 'n%.0s' {1..63})
hex=$(printf '61%.0s' {1..300})

# new NAME [ATTRIBUTE]...: arguments of a request that would otherwise be right.
new() {
	local name=$1
	shift
	printf '%s\n' "$DEV_NEW" 2=s:vmtest "4=$name" "$@"
}

# refuses NAME-OF-TEST ERRNO RE NAME [ATTRIBUTE]...
refuses() {
	local title=$1 errno=$2 re=$3
	shift 3
	mapfile -t request < <(new "$@")
	check "$title" refused "$errno" "$re" "${request[@]}"
}

refuses "C2: a name that does not end" 22 "" r:web0
refuses "C2: ... of many bytes" 22 "" "x:$hex"
refuses "C10: an empty name" 22 "empty" s:
refuses "C10: a name with a slash" 22 "'/'" s:a/b
refuses "C10: 19: a name that is one" 22 "'/'" s:/
refuses "a name that is a directory's" 22 '"\."' s:..
refuses "C10: a name of 64 bytes" 22 "longer|63" "s:${name63}x"
refuses "C10: a name of 255 bytes" 22 "longer|63" "s:$(printf 'n%.0s' {1..255})"
check "no name" refused 22 "[Nn]ame is missing" "$DEV_NEW" 2=s:vmtest
check "no management device" refused 22 "" "$DEV_NEW" 4=s:web0
check "an unknown management device" refused 19 "" "$DEV_NEW" 2=s:nope 4=s:web0
check "an unknown bus of one" refused 19 "" "$DEV_NEW" 1=s:pci 2=s:vmtest 4=s:web0
check "C2: a management device whose name does not end" refused 22 "" "$DEV_NEW" 2=r:vmtest 4=s:web0

for name in "$name63" a:b a.b vdpa:0000:03:00.1 %s; do
	check "allowed: $name" "$NL" "$DEV_NEW" 2=s:vmtest "4=s:$name"
	check "... is there under it" test -d "/sys/bus/vdpa/devices/$name"
	check "... and can be deleted by it" vdpa dev del "$name"
done

check "made once" "$NL" "$DEV_NEW" 2=s:vmtest 4=s:web0
check "the same name again" refused 17 "" "$DEV_NEW" 2=s:vmtest 4=s:web0
check "... on another parent" refused 17 "" "$DEV_NEW" 2=s:vmtest2 4=s:web0

# C1: every attribute that a request may have, of every length that is not its own.
short=0 tried=0
for type in 10:6 12:2 13:2 20:8; do
	# The kernel's netlink code, which finds it, has another errno for addresses.
	errno=22
	[[ $type != 10:* ]] || errno=34
	for length in 0 1 2 3 4 6 7 8 9 16; do
		[[ $length != "${type#*:}" ]] || continue
		tried=$((tried + 1))
		refused "$errno" "" "$DEV_NEW" 2=s:vmtest 4=s:short "${type%:*}=x:${hex:0:$((2 * length))}" >/dev/null &&
			short=$((short + 1))
	done
done
is "$short" "$tried" "C1: attributes of DEV_NEW of any other length"
for length in 0 1 2 3 8; do
	check "C1: a queue index of $length bytes" refused 22 "" "$VSTATS_GET" 4=s:web0 "17=x:${hex:0:$((2 * length))}"
done
check "an attribute that no command has" refused 22 "" "$DEV_NEW" 2=s:vmtest 4=s:web1 60=u32:1
check "an MTU below 68" refused 34 "" "$DEV_NEW" 2=s:vmtest 4=s:web1 13=u16:67
check "no queue pair" refused 22 "pair of VQs" "$DEV_NEW" 2=s:vmtest 4=s:web1 12=u16:0
check "an unknown command" refused 95 "" 9

# Only what the kernel reads needs no privilege.
nobody() {
	setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
}
check "anybody may look" nobody "$NL" "$DEV_GET" 4=s:web0
for command in "$DEV_NEW" "$DEV_DEL" "$VSTATS_GET" "$ATTR_SET"; do
	like "$(nobody "$NL" "$command" 2=s:vmtest 4=s:web0)" 'error -1( |$)' "command $command is not for everybody"
done

check "deleted" vdpa dev del web0
check "what is not there cannot be" refused 19 "not found" "$DEV_DEL" 4=s:web0
is "$(ls /sys/bus/vdpa/devices)" "" "none of these left anything"
done_testing
