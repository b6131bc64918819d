#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A simulated disk through vhost_vdpa, by a driver of our own in user space, good requests and bad.
# Memory is not cleared as it is handed out, and has been used before.
# append: init_on_alloc=0
# timeout: 60
. /mnt/tests/lib/tap.sh
. /mnt/tests/lib/vhost.sh

head -c 400M /dev/zero | tr '\0' x >/tmp/used
rm /tmp/used
vhost_disk vd0
status=0
"$VHOST" blk "$DEVICE" || status=$?
vdpa dev del vd0
exit "$status"
