# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Shared by the cases iproute2-*: run the tool, compare with the record. Sourced inside the VM, after tap.sh.

# iproute2_case SET
iproute2_case() {
	record=/mnt/tests/golden/iproute2-$1.txt
	output=$(mktemp)
	check "the tool is Debian 12's, unchanged" sh -c 'vdpa -V | grep -q "iproute2-6\.1\.0$"'
	check "nothing is loaded yet" test ! -e /sys/module/vdpa
	check "every call was made" sh -c '/mnt/tests/lib/iproute2-drive >"$1"' sh "$output"
	# Mainline's set has a block simulator, and so some more.
	check "at least 160 calls were made" test "$(grep -c '^\[exit ' "$output")" -ge 160
	check "the output is the recorded one" diff -u "$record" "$output"
	check "no device is left" test -z "$(ls /sys/bus/vdpa/devices)"
	rm -f "$output"
	done_testing
}
