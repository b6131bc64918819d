#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vhost_vdpa on a PCI virtio device behind an IOMMU (mainline's vp_vdpa on our vdpa.ko): DMA through a domain of its own,
# doorbells that user space maps, and interrupts.
# modules: parents
# machine-of: ifcvf-net
# timeout: 60
. /mnt/tests/lib/tap.sh
. /mnt/tests/lib/vhost.sh

# take SLOT NAME: vp_vdpa has the PCI device, and makes a vDPA device of it.
take() {
	local pci=/sys/bus/pci/devices/$1
	echo vp-vdpa >"$pci/driver_override"
	[[ ! -e $pci/driver ]] || echo "$1" >"$pci/driver/unbind"
	echo "$1" >/sys/bus/pci/drivers_probe
	vdpa dev add name "$2" mgmtdev "pci/$1" || bail_out "vdpa dev add"
}

modprobe -a vhost_vdpa vp_vdpa vmtest_bypass || bail_out "the modules do not load"
take 0000:00:10.0 real
check "doorbells, interrupts and DMA; unbound" env NAME=real "$VHOST" pci "/dev/$(basename /sys/bus/vdpa/devices/real/vhost-vdpa-*)"
take 0000:00:11.0 shared
check "doorbells on one page; unplugged" env SLOT=0000:00:11.0 "$VHOST" pci-unplug \
	"/dev/$(basename /sys/bus/vdpa/devices/shared/vhost-vdpa-*)"
check_not "... with the vDPA device" vdpa dev show shared
vdpa dev del real
modprobe -r vp_vdpa vhost_vdpa vmtest_bypass
done_testing
