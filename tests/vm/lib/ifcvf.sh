# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What the cases about ifcvf share: QEMU's virtio functions, all behind an IOMMU. Sourced after tap.sh and sim-net.sh.

PCI=/sys/bus/pci/devices
NIC=0000:00:10.0	# with QEMU's user network, which echoes what comes to 10.0.2.100, port 7
NIC_ONE=0000:00:12.0	# packed rings, one interrupt; on a hub with
NIC_TWO=0000:00:13.0	# ... this, of two interrupts
DISK=0000:00:14.0	# 64 queues, 64 MiB
AROUND=0000:00:15.0	# would go around the IOMMU
MUTE=0000:00:16.0	# has no MSI-X
OTHER=0000:00:17.0	# is no virtio function

# pci_driver FUNCTION: who drives it, or "none".
pci_driver() {
	if [[ -e $PCI/$1/driver ]]; then
		basename "$(readlink "$PCI/$1/driver")"
	else
		echo none
	fi
}

# take FUNCTION: from whoever has it; fails when ifcvf does not want it.
take() {
	echo ifcvf >"$PCI/$1/driver_override" || return
	[[ ! -e $PCI/$1/driver ]] || echo "$1" >"$PCI/$1/driver/unbind" || return
	echo "$1" >/sys/bus/pci/drivers_probe
	[[ $(pci_driver "$1") == ifcvf ]]
} 2>/dev/null

# take_all FUNCTION...
take_all() {
	local fn
	for fn; do
		take "$fn" || return
	done
}

# unplug FUNCTION: as whoever has the PCI bus does. plug: all that is not there.
unplug() {
	timeout 40 sh -c "echo 1 >$PCI/$1/remove"
}

plug() {
	echo 1 >/sys/bus/pci/rescan
}

# pci_netdev FUNCTION, pci_disk FUNCTION: the virtio device hangs below who does the DMA.
pci_netdev() {
	wait_for 10 compgen -G "$PCI/$1/virtio*/net/*" || return
	basename "$(compgen -G "$PCI/$1/virtio*/net/*")"
}

pci_disk() {
	wait_for 10 compgen -G "$PCI/$1/virtio*/block/*" || return
	basename "$(compgen -G "$PCI/$1/virtio*/block/*")"
}

# interrupts FUNCTION: their names, without what is the same in all.
interrupts() {
	sed -n "s/.* ifcvf-$1-\([a-z0-9]*\)\$/\1/p" /proc/interrupts | sort | tr '\n' ' '
}

# reach FUNCTION COUNT: QEMU's gateway answers through it.
reach() {
	local dev
	dev=$(pci_netdev "$1") && ip link set "$dev" up && ip address replace 10.0.2.15/24 dev "$dev" &&
		ping -c "$2" -i 0.05 -W 5 -q 10.0.2.2
}
