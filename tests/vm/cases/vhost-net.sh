#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What a simulated NIC does beyond mainline's, by a driver of our own in user space: merged receive buffers, checksums and large
# frames, what is wrong with a header, filters, and the control queue with what no driver would ask for.
# timeout: 60
. /mnt/tests/lib/tap.sh
. /mnt/tests/lib/vhost.sh
vhost_nic vh0 >/dev/null
"$VHOST" net "$DEVICE"
status=$?
vdpa dev del vh0
exit $status
