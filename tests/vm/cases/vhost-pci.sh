#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vhost_vdpa on a PCI virtio device behind an IOMMU (mainline's vp_vdpa on our vdpa.ko): DMA through a domain of its own,
# doorbells that user space maps, and interrupts.
# modules: parents
# machine: q35
# qemu: -device intel-iommu,intremap=off -netdev user,id=up,restrict=on -device virtio-net-pci,netdev=up,addr=0x10,disable-legacy=on,iommu_platform=on,page-per-vq=on,mac=02:00:00:00:00:10
# append: intel_iommu=on
# timeout: 60
. /mnt/tests/lib/tap.sh
. /mnt/tests/lib/vhost.sh
pci=0000:00:10.0
sys=/sys/bus/pci/devices/$pci

modprobe -a vhost_vdpa vp_vdpa vmtest_bypass || bail_out "the modules do not load"
echo vp-vdpa >$sys/driver_override
[[ ! -e $sys/driver ]] || echo $pci >$sys/driver/unbind
echo $pci >/sys/bus/pci/drivers_probe
vdpa dev add name real mgmtdev pci/$pci || bail_out "vdpa dev add"
NAME=real "$VHOST" pci "/dev/$(basename /sys/bus/vdpa/devices/real/vhost-vdpa-*)"
status=$?
vdpa dev del real
modprobe -r vp_vdpa vhost_vdpa vmtest_bypass
exit $status
