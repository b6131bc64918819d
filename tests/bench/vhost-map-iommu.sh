#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Mapping memory for a PCI virtio NIC behind an IOMMU (mainline's vp_vdpa, on our vdpa.ko and on its own).
# vm: --modules parents --machine q35 --append intel_iommu=on --qemu-arg -device --qemu-arg intel-iommu,intremap=off --qemu-arg -netdev --qemu-arg user,id=up,restrict=on --qemu-arg -device --qemu-arg virtio-net-pci,netdev=up,addr=0x10,disable-legacy=on,iommu_platform=on
# unit: us
# columns: map unmap
set -euo pipefail
mainline=$1
. /mnt/copy/lib-map.sh
pci=0000:00:10.0

load() {
	if [[ $1 == ours ]]; then
		modprobe -a vhost_vdpa vp_vdpa
	else
		modprobe -a vhost vhost_iotlb irqbypass virtio_pci_modern_dev
		insmod "$mainline/vdpa.ko"
		insmod "$mainline/vp_vdpa.ko"
		insmod "$mainline/vhost_vdpa.ko" max_iotlb_entries=1000000
	fi
	echo $pci >/sys/bus/pci/drivers_probe
	vdpa dev add name bench mgmtdev pci/$pci
}

unload() {
	rmmod vhost_vdpa vp_vdpa vdpa
}

echo vp-vdpa >/sys/bus/pci/devices/$pci/driver_override
[[ ! -e /sys/bus/pci/devices/$pci/driver ]] || echo $pci >/sys/bus/pci/devices/$pci/driver/unbind
map_rounds "1048576 huge batched" "1048576 small batched" "65536 shuffled batched" "65536 shuffled single"
