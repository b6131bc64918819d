#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Mainline's vp_vdpa on our vdpa.ko: a PCI virtio device, taken from virtio_pci, is a vDPA device; behind an IOMMU, so
# that vhost_vdpa can have it as well.
# modules: hybrid
# debug: no
# machine: q35
# qemu: -device intel-iommu,intremap=off -netdev user,id=up,restrict=on -device virtio-net-pci,netdev=up,addr=0x10,disable-legacy=on,iommu_platform=on,mac=02:00:00:00:00:10
# append: intel_iommu=on
# timeout: 60
# shellcheck source=tests/vm/lib/tap.sh
. /mnt/tests/lib/tap.sh
. /mnt/tests/lib/sim-net.sh
pci=0000:00:10.0
sys=/sys/bus/pci/devices/$pci

# pci_netdev: its interface, waited for; the virtio device hangs below who does the DMA.
pci_netdev() {
	wait_for 10 compgen -G "$sys/virtio*/net/*" || return
	basename "$(compgen -G "$sys/virtio*/net/*")"
}

check "the modules load on our vdpa.ko" modprobe -a virtio_vdpa vhost_vdpa vp_vdpa
check "the PCI device is there" test "$(cat $sys/vendor)" = 0x1af4
echo vp-vdpa >$sys/driver_override
[[ ! -e $sys/driver ]] || echo $pci >$sys/driver/unbind
check "vp_vdpa takes it" sh -c "echo $pci >/sys/bus/pci/drivers_probe && test -e /sys/bus/pci/drivers/vp-vdpa/$pci"
like "$(vdpa mgmtdev show)" "^pci/$pci: .*supported_classes net" "it is a management device"
check "on which a device is made" vdpa dev add name real mgmtdev pci/$pci
is "$(config real .mac)" 02:00:00:00:00:10 "its configuration is the PCI device's"
check "and it says whose it is" test "$(vdpa -j dev show real | jq -r .dev.real.mgmtdev)" = pci/$pci
check "bound to virtio" move real virtio_vdpa
dev=$(pci_netdev)
is "$(cat "/sys/class/net/$dev/address")" 02:00:00:00:00:10 "it is a network interface"
ip link set "$dev" up
ip address add 10.0.2.15/24 dev "$dev"
check "packets reach QEMU's gateway and come back" ping -c 20 -i 0.05 -W 5 -q 10.0.2.2
check "by interrupts of the PCI device" grep -q "vp-vdpa" /proc/interrupts
check "bound to vhost" move real vhost_vdpa
check_not "the interface is gone" test -e "/sys/class/net/$dev"
chardev=$(chardev_of real)
check "the character device opens" opens "$chardev"
check "back to virtio" move real virtio_vdpa
dev=$(pci_netdev)
ip link set "$dev" up
ip address add 10.0.2.15/24 dev "$dev"
check "packets pass again" ping -c 5 -i 0.05 -W 5 -q 10.0.2.2
check "deleted" vdpa dev del real
check "made anew" vdpa dev add name real mgmtdev pci/$pci
check "the PCI device goes, with the vDPA device on it" timeout 20 sh -c "echo $pci >$sys/driver/unbind"
check "no device is left" test -z "$(ls /sys/bus/vdpa/devices)"
check "nor a management device" test -z "$(vdpa mgmtdev show)"
check "all unload" modprobe -r vp_vdpa vhost_vdpa virtio_vdpa
check_not "and ours" test -d /sys/module/vdpa
# Others share the boot: the function is not for vp_vdpa any more.
echo >$sys/driver_override
done_testing
