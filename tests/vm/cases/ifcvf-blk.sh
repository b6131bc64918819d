#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# ifcvf.ko with QEMU's virtio disk of 64 queues: a file system, fio with checksums, removal with requests in flight.
# modules: parents
# machine-of: ifcvf-net
# timeout: 240
# shellcheck source=tests/vm/lib/tap.sh
. /mnt/tests/lib/tap.sh
. /mnt/tests/lib/sim-net.sh
# shellcheck source=tests/vm/lib/ifcvf.sh
. /mnt/tests/lib/ifcvf.sh
modprobe -a virtio_vdpa ifcvf || bail_out "the modules do not load"

check "I1: a function of 64 queues is taken" take $DISK
is "$(vdpa -j mgmtdev show | jq ".mgmtdev[\"pci/$DISK\"].max_supported_vqs")" 64 "I1: ... with all of them"
check "a device is made" vdpactl --direct dev add disk mgmtdev pci/$DISK driver virtio
is "$(interrupts $DISK | wc -w)" 65 "each queue has an interrupt"
disk=$(pci_disk $DISK)
is "$(vdpactl -j dev config show disk | jq -r '.config.disk | [.capacity, .num_queues] | map(tostring) | join(" ")')" \
	"131072 64" "the configuration is the function's"
is "$(blockdev --getsize64 "/dev/$disk")" $((64 << 20)) "... and the disk's"
use() {
	mkfs.ext4 -q "/dev/$1" && mount "/dev/$1" /mnt || return
	dd if=/dev/urandom of=/mnt/random bs=64k count=200 status=none
	sync && md5sum /mnt/random >sum && umount /mnt && mount "/dev/$1" /mnt && md5sum -c sum && umount /mnt &&
		e2fsck -fn "/dev/$1"
}
check "a file system is made, filled and whole" use "$disk"
verify() {
	fio --name=verify --filename="/dev/$1" --direct=1 --ioengine=libaio --iodepth=32 --rw=randwrite --bsrange=512-64k \
		--verify=crc32c --verify_fatal=1 --size=16m --numjobs=2 --offset_increment=24m --output=fio.log ||
		{ cat fio.log && return 1; }
}
check "random writes of all sizes are read back" verify "$disk"
is "$(awk '/ifcvf-'$DISK'-[0-9]/ { for (n = 2; n <= 3; n++) all += $n } END { print (all > 0) }' /proc/interrupts)" 1 \
	"... by interrupts of its own"

# What is in flight fails or ends, and nobody waits for ever.
fio --name=busy --filename="/dev/$disk" --direct=1 --ioengine=libaio --iodepth=32 --rw=randrw --bs=4k --time_based \
	--runtime=60 --output=busy.log >/dev/null 2>&1 &
pid=$!
requests() {
	(($(awk '{ print $1 + $5 }' "/sys/block/$disk/stat") > $1))
}
before=$(awk '{ print $1 + $5 }' "/sys/block/$disk/stat")
check "requests are in flight" wait_for 20 requests $((before + 500))
check "unplugged meanwhile" unplug $DISK
check "fio ends" wait_for 30 sh -c "! kill -0 $pid 2>/dev/null"
check_not "the device is gone" test -e /sys/bus/vdpa/devices/disk
check "plugged in again" plug
check "... it is taken" take $DISK
check "... a device made" vdpa dev add name disk mgmtdev pci/$DISK
check "... and read" dd if="/dev/$(pci_disk $DISK)" of=/dev/null bs=1M count=8 iflag=direct
check "deleted" vdpa dev del disk
check "all unload" modprobe -r ifcvf virtio_vdpa
done_testing
