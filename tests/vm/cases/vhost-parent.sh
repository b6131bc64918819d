#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vhost_vdpa on a parent that counts what reaches it, and calls back all the time.
# timeout: 120
. /mnt/tests/lib/tap.sh
. /mnt/tests/lib/vhost.sh

modprobe -a vhost_vdpa vmtest_parent || bail_out "the modules do not load"
vdpa dev add name net0 mgmtdev vmtest || bail_out "vdpa dev add"
device=/dev/$(basename /sys/bus/vdpa/devices/net0/vhost-vdpa-*)
for group in suspend-parent map-parent single-parent close-parent swap-config swap-queue bad-config-call bad-queue-call kick-parent; do
	check "the group $group of vmtest-vhost" env NAME=net0 "$VHOST" $group "$device"
done
vdpa dev add name byva0 mgmtdev vmtest || bail_out "vdpa dev add"
device=/dev/$(basename /sys/bus/vdpa/devices/byva0/vhost-vdpa-*)
for group in file-parent many-parent; do
	check "the group $group" "$VHOST" $group "$device"
done
vdpa dev del byva0
vdpa dev add name each0 mgmtdev vmtest || bail_out "vdpa dev add"
device=/dev/$(basename /sys/bus/vdpa/devices/each0/vhost-vdpa-*)
for group in each-parent slow-parent; do
	check "the group $group" env NAME=each0 "$VHOST" $group "$device"
done
vdpa dev del each0
vdpa dev add name range0 mgmtdev vmtest || bail_out "vdpa dev add"
device=/dev/$(basename /sys/bus/vdpa/devices/range0/vhost-vdpa-*)
check "the group range-parent" "$VHOST" range-parent "$device"
vdpa dev del range0
vdpa dev del net0
modprobe -r vmtest_parent vhost_vdpa
done_testing
