#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Modules come and go under queries and requests; what was taken is given back.
# timeout: 120
. /mnt/tests/lib/tap.sh
. /mnt/tests/lib/vdpa.sh

check "nothing is loaded" test ! -e /sys/module/vdpa
check "asking for the family loads it" sh -c 'vdpa dev show; test -e /sys/module/vdpa'
modprobe vmtest_parent || bail_out "the parent does not load"
check_not "vdpa.ko does not unload under a parent" rmmod vdpa

references() {
	cat /sys/module/vdpa/refcnt
}
before=$(references) cycles=0
for _ in {1..100}; do
	"$NL" "$DEV_NEW" 2=s:vmtest 4=s:cycle >/dev/null || break
	"$NL" "$DEV_DEL" 4=s:cycle >/dev/null || break
	cycles=$((cycles + 1))
done
is "$cycles" 100 "made and deleted a hundred times"
is "$(references)" "$before" "... and no reference is left"
is "$("$NL" -t "$DEV_NEW" "$DEV_DEL" 2=s:vmtest 4=s:both)" $'ack 0\nack 0' "requests in one buffer are done in their order"

set_param add_error 12
check "a parent that fails is told from" refused 12 "" "$DEV_NEW" 2=s:vmtest 4=s:fails
set_param add_error 0
check "... and the name is free again" "$NL" "$DEV_NEW" 2=s:vmtest 4=s:fails
vdpa dev del fails

# Parents go while they are asked and asked for devices.
rm -f stop
for who in "-d $DEV_GET" "-d $CONFIG_GET" "-d $MGMTDEV_GET" "-d -f vdpactl 2" "$DEV_NEW 2=s:vmtest 4=s:x" "$DEV_DEL 4=s:x"; do
	# The words of WHO are arguments.
	# shellcheck disable=SC2086
	(until [[ -e stop ]]; do "$NL" $who >/dev/null 2>&1; done) &
done
gone=0
for _ in {1..30}; do
	modprobe -r vmtest_parent && gone=$((gone + 1))
	modprobe vmtest_parent
done
touch stop
wait

check "C8: a parent unregisters under dumps and requests ($gone of 30 times)" test "$gone" -gt 0
check "unloaded in the end" modprobe -r vmtest_parent
check "and vdpa.ko after it" modprobe -r vdpa
done_testing
