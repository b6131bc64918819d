#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Random but structured calls of both netlink families and of the character device with its rings, and of a disk and a NIC: the corpus on every kernel,
# and half a minute each of new inputs on the debug kernel, guided by coverage. Longer, on demand:
#   tests/vm/run --kernel debug --timeout 2700 -- env FUZZ_SECONDS=600 bash /mnt/tests/cases/fuzz-kernel.sh
# What it prints has each input before it runs: FUZZ_TARGET and FUZZ_INPUTS run some again, as tests/fuzz/README.md says.
# timeout: 120
. /mnt/tests/lib/tap.sh
. /mnt/tests/lib/vhost.sh

corpus=/mnt/tests/client/fuzz/corpus
options=(-t 0)
[[ $(uname -r) != *-debug ]] || options=(-s "${FUZZ_SEED:-$RANDOM}" -t "${FUZZ_SECONDS:-30}" -g)
[[ ! ${FUZZ_KEEP-} ]] || options+=(-k)

# fuzz NAME TARGET [DEVICE]: its inputs go out at once, as the machine may not live to the end.
fuzz() {
	[[ ${FUZZ_TARGET:-$2} == "$2" ]] || return 0
	/usr/lib/vdpactl/tests/vmtest-fuzz "${options[@]}" -c "${FUZZ_INPUTS:-$corpus/$2}" "${@:2}"
	is $? 0 "$1"
}

mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
vhost_device vh0
modprobe vdpa_sim_blk
fuzz "calls of family vdpa and family vdpactl" netlink
fuzz "calls of the character device, and rings" chardev "$DEVICE"
check "the device can be deleted" vdpa dev del vh0
vhost_nic vn0 >/dev/null
fuzz "frames and requests of a NIC" nic "$DEVICE"
check "it can be deleted" vdpa dev del vn0
vhost_disk vd0
fuzz "requests of a disk" disk "$DEVICE"
check "it can be deleted" vdpa dev del vd0
done_testing
