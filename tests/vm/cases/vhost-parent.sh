#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vhost_vdpa on a parent that counts what reaches it, and calls back all the time.
# timeout: 120
. /mnt/tests/lib/tap.sh
. /mnt/tests/lib/vhost.sh
. /mnt/tests/lib/vdpa.sh

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
vdpa dev del net0
modprobe -r vhost_vdpa

# It calls from the moment that a queue has a callback, so that its driver is called before it is ready and as it goes.
comes_and_goes() {
	local n
	for ((n = 0; n < 30; n++)); do
		echo early0 >/sys/bus/vdpa/drivers/virtio_vdpa/bind && echo early0 >/sys/bus/vdpa/drivers/virtio_vdpa/unbind || return
	done
}
modprobe virtio_vdpa
features=$((1 << 5 | 1 << 32 | 1 << 33))
check "a device with one pair of queues" "$NL" "$DEV_NEW" 2=s:vmtest 4=s:early0 10=x:020000000001 20=u64:$features
check "... has a network interface" test -d "$(echo /sys/bus/vdpa/devices/early0/virtio*/net)"
echo early0 >/sys/bus/vdpa/drivers/virtio_vdpa/unbind
set_param calling 1
check "B2: it calls while its driver comes and goes 30 times" comes_and_goes
set_param calling 0
vdpa dev del early0
modprobe -r virtio_vdpa vmtest_parent
done_testing
