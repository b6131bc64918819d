#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the character device refuses reaches QEMU, unmodified, with its reason, and QEMU goes on. No guest boots: the
# processor of each machine sleeps, and this script drives its NIC through QEMU's qtest protocol.
# timeout: 120
# debug: no
. /mnt/tests/lib/tap.sh
. /mnt/tests/lib/vhost.sh

NIC=$((0xe0000000)) # the BAR with virtio's registers
STATUS=$((NIC + 0x14))

# start_qemu NIC-OPTIONS: a machine that halts, in the background; what it is asked goes to FD 5, its answers come from FD 6.
start_qemu() {
	rm -f ask.in ask.out
	mkfifo ask.in ask.out
	exec 5<>ask.in 6<>ask.out
	(ulimit -l $locked && exec qemu-system-x86_64 -nodefaults -no-user-config -display none -machine pc -accel tcg \
		-m 64 -bios bios -netdev "vhost-vdpa,id=net,vhostdev=$DEVICE" -device "virtio-net-pci,addr=2,netdev=net$1" \
		-qtest pipe:ask -qtest-log /dev/null >qemu.log 2>&1) &
	pid=$!
}

# ask COMMAND ARGUMENT...: prints what qtest answers.
ask() {
	local answer
	echo "$*" >&5
	read -r -t 20 -u 6 answer && [[ $answer == OK* ]] || return
	echo "${answer#OK}"
}

# pci OFFSET VALUE: writes to the NIC's configuration space.
pci() {
	ask outl 0xcf8 $((0x80001000 + $1)) && ask outl 0xcfc "$2"
}

# register WIDTH OFFSET VALUE
register() {
	ask "write$1" $((NIC + $2)) "$3"
}

# queue INDEX SIZE
queue() {
	register w 0x16 "$1" && register w 0x18 "$2" && register l 0x20 $((0x100000 + $1 * 0x100000)) &&
		register l 0x28 $((0x110000 + $1 * 0x100000)) && register l 0x30 $((0x120000 + $1 * 0x100000)) &&
		register w 0x1c 1
}

# drive SIZE: what a driver does until its NIC runs, with two queues of that many entries.
drive() {
	pci 0x20 $NIC && pci 0x24 0 && pci 4 6 && register b 0x14 0 && register b 0x14 3 && register l 0 1 &&
		register l 8 1 && register l 12 $(($(ask readl $((NIC + 4))) & 3)) && register b 0x14 11 &&
		queue 0 "$1" && queue 1 "$1" && register b 0x14 15
}

# goes_on: it still answers, and ends when it is told to.
goes_on() {
	is $(($(ask readb $STATUS))) "$1" "... it goes on"
	kill "$pid"
	check "... and ends when it is told to" wait_for 20 sh -c "! kill -0 $pid 2>/dev/null"
	wait "$pid"
	is $? 0 "... well"
	exec 5>&- 6>&-
	sed 's/^/# /' qemu.log
}

# has_driver: QEMU has told the device which features there are to be, which is when its own driver is ready.
has_driver() {
	vdpactl -j dev config show vh0 | jq -e '.config.vh0.negotiated_features | index("VERSION_1")' >/dev/null
}

# Firmware of four bytes, at which the processor starts: no interrupts, halt.
head -c 65536 /dev/zero >bios
printf '\xfa\xf4\xeb\xfd' | dd of=bios bs=1 seek=$((0xfff0)) conv=notrunc status=none
vhost_device vh0

locked=unlimited
exec 8<>"$DEVICE"
start_qemu ""
wait "$pid"
is $? 1 "EBUSY: QEMU does not start on a device that another has open"
like "$(cat qemu.log)" 'Device or resource busy' "... and says so"
exec 8>&-

start_qemu ""
check "a driver starts its NIC" drive 256
check "... and so the device" wait_for 20 has_driver
echo vh0 >/sys/bus/vdpa/drivers/vhost_vdpa/unbind
check "ENODEV: the device is taken away, the driver resets the NIC" register b 0x14 0
goes_on 0
echo vh0 >/sys/bus/vdpa/drivers/vhost_vdpa/bind
DEVICE=/dev/$(basename /sys/bus/vdpa/devices/vh0/vhost-vdpa-*)

start_qemu ,rx_queue_size=512
check "a driver starts its NIC with more entries than the device has" drive 512
check "EINVAL: QEMU says that they cannot be" wait_for 20 grep -q 'Invalid argument' qemu.log
goes_on 15

locked=1024
start_qemu ""
check "a driver starts its NIC where less memory may be pinned than there is" drive 256
check "ENOMEM: QEMU says that it cannot be" wait_for 20 grep -q 'Cannot allocate memory' qemu.log
goes_on 15

locked=unlimited
start_qemu ""
check "the next one needs nothing but a driver" drive 256
check "... and the device runs" wait_for 20 has_driver
goes_on 15
check "the device can be deleted" vdpa dev del vh0
done_testing
