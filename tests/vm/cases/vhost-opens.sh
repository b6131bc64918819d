#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Who opens a device that is just being made, or deleted; and two devices of one process at its memory limit.
# timeout: 120
. /mnt/tests/lib/tap.sh
. /mnt/tests/lib/vhost.sh

# With one device at a time the node has always the same name.
vhost_device vh0
"$VHOST" opens "$DEVICE" >opens.log &
made=0
for _ in {1..60}; do
	vdpa dev del vh0
	vdpa dev add name vh0 mgmtdev vdpasim_net && made=$((made + 1))
done 2>/dev/null
touch stop
check "the opener ends" wait $!
sed 's/^/# /' opens.log
# What is held just then is not deleted.
echo "# made $made times"
check "V15, 21: a device is made and deleted while its node is opened all the time" test $made -gt 5
check "it is deleted" wait_for 5 vdpa dev del vh0

vhost_device vh0
check "a second device" vdpa dev add name vh1 mgmtdev vdpasim_net
"$VHOST" limit "$DEVICE" >limit.log
is $? 0 "two devices of one process share its limit"
sed 's/^/# /' limit.log
vdpa dev del vh0
vdpa dev del vh1
done_testing
