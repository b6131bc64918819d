#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# ifcvf.ko under vhost_vdpa: DMA through a domain of the IOMMU, doorbells that user space maps, interrupts that are passed by,
# DPDK's testpmd, unplugging while it runs.
# modules: parents
# machine-of: ifcvf-net
# timeout: 300
# shellcheck source=tests/vm/lib/tap.sh
. /mnt/tests/lib/tap.sh
. /mnt/tests/lib/vhost.sh
. /mnt/tests/lib/sim-net.sh
# shellcheck source=tests/vm/lib/ifcvf.sh
. /mnt/tests/lib/ifcvf.sh
modprobe -a vhost_vdpa ifcvf vmtest_bypass || bail_out "the modules do not load"

check "the NIC is taken" take $NIC
check "a device for vhost" vdpactl --direct dev add real mgmtdev pci/$NIC driver vhost
# A program of its own: its tests are one here, and what it said is seen when that fails.
check "V12, V26: queues, doorbells and interrupts, to the end" \
	env NAME=real "$VHOST" pci "$(chardev_of real)"
check "deleted" vdpa dev del real
modprobe -r vmtest_bypass

# ---- DPDK -----------------------------------------------------------------------------------
say() {
	printf '%s\n' "$@" >&6
}
has_packets() {
	say "show port stats 0"
	(($(sed -n "s/.*$1: \([0-9]*\).*/\1/p" log | tail -n 1) > $2))
}
check "a device for DPDK" vdpactl --direct dev add vh0 mgmtdev pci/$NIC driver vhost
DEVICE=$(chardev_of vh0)
ulimit -l unlimited
mkfifo commands
dpdk-testpmd --no-huge -m 128 --no-pci --iova-mode=va --no-telemetry --file-prefix=vmtest \
	--vdev="net_virtio_user0,path=$DEVICE" -- -i --total-num-mbufs=2048 --forward-mode=txonly <commands >log 2>&1 &
pid=$!
exec 6>commands
check "testpmd takes the device" wait_for 240 grep -q 'testpmd>' log
like "$(cat log)" '02:00:00:00:00:10' "it sees the MAC address"
say start
check "it sends, through the IOMMU" wait_for 30 has_packets TX-packets 1000
is "$(vdpactl -j dev show vh0 | jq -r .dev.vh0.holder_pid)" "$pid" "it is named as the holder"
check_not "the device cannot be deleted meanwhile" vdpa dev del vh0
check "unplugged meanwhile" unplug $NIC
check_not "... the device is gone" test -e /sys/bus/vdpa/devices/vh0
say stop quit
exec 6>&-
check "testpmd ends" wait_for 30 sh -c "! kill -0 $pid 2>/dev/null"
kill -9 $pid 2>/dev/null
wait $pid
sed 's/^/# /' log | tail -n 40
check "plugged in again" plug
check "all unload" modprobe -r ifcvf vhost_vdpa
done_testing
