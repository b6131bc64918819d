#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Somebody deletes what somebody else has not finished creating. The real-time kernel, which switches between them
# anywhere, shows it in seconds.
# kernel: rt
# timeout: 120
. /mnt/tests/lib/tap.sh
. /mnt/tests/lib/vdpa.sh
modprobe -a vmtest_parent vmtest_hold || bail_out "the modules do not load"

# forever REQUEST...: in the background until the file "stop" is there; that requests fail is part of it.
forever() {
	(until [[ -e stop ]]; do "$NL" -k -r 500 "$@" >/dev/null; done) &
}

forever "$DEV_DEL" 4=s:race
forever "$DEV_DEL" 4=s:race
"$NL" -k -r 6000 -f vdpactl 1 1=\{ 2=s:vmtest 4=s:race \} 2=s:vmtest_hold >answers
touch stop
check "everybody ends" wait_for 20 sh -c '! pgrep -x vmtest-nl'
is "$(grep -cE '^(ack|error)' answers)" 6000 "every request was answered"
check "some were acknowledged" grep -q '^ack' answers
grep -oE '^(ack|error).*' answers | sort | uniq -c | sed 's/^/# /'
[[ ! -e /sys/bus/vdpa/devices/race ]] || "$NL" "$DEV_DEL" 4=s:race >/dev/null
check "a device can be made" "$NL" "$DEV_NEW" 2=s:vmtest 4=s:race
check "... and deleted" "$NL" "$DEV_DEL" 4=s:race
check "the modules unload" modprobe -ar vmtest_hold vmtest_parent
done_testing
