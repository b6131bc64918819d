#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vhost_vdpa on a parent that takes the owner's addresses: a disk that qemu-storage-daemon serves through mainline's VDUSE,
# on our vdpa.ko.
# modules: parents
# timeout: 60
. /mnt/tests/lib/tap.sh
. /mnt/tests/lib/vhost.sh

modprobe -a vhost_vdpa vduse || bail_out "the modules do not load"
head -c 1M /dev/zero | tr '\0' '\245' >disk.img
qemu-storage-daemon --blockdev driver=file,node-name=file,filename=disk.img \
	--export type=vduse-blk,id=export,name=disk0,node-name=file,num-queues=1 >server.log 2>&1 &
server=$!
wait_for 10 test -c /dev/vduse/disk0 || bail_out "no VDUSE device: $(tail -n 1 server.log)"
vdpa dev add name disk0 mgmtdev vduse || bail_out "vdpa dev add"
"$VHOST" vduse "/dev/$(basename /sys/bus/vdpa/devices/disk0/vhost-vdpa-*)"
status=$?
vdpa dev del disk0
kill $server
wait $server
modprobe -r vduse vhost_vdpa
exit $status
