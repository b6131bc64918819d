#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# QEMU, unmodified, with a small Linux guest on the character device: by path and by a file descriptor it is given.
# timeout: 1200
# memory: 3072
# debug: no
. /mnt/tests/lib/tap.sh
. /mnt/tests/lib/vhost.sh

# The guest: this very kernel, busybox and the modules that a virtio NIC needs.
make_guest() {
	local path
	mkdir -p fs/{bin,modules}
	cp "$(command -v busybox)" fs/bin/busybox
	ln -s busybox fs/bin/sh
	for path in virtio_ring virtio virtio_pci virtio_net; do
		modprobe --show-depends "$path" | awk '$1 == "insmod" { print $2 }'
	done | awk '!seen[$0]++' >modules
	while read -r path; do
		cp "$path" fs/modules/
		basename "$path"
	done <modules >fs/modules/order
	install -m 755 /mnt/tests/lib/nested-init fs/init
	(cd fs && find . | busybox cpio -o -H newc 2>/dev/null) | gzip -1 >initrd
}

# start_guest NETDEV-OPTION: QEMU in the background; its serial line is in "serial", written to by FD 6, QMP by FD 5.
start_guest() {
	rm -f serial qmp.in qmp.out line.in line.out
	mkfifo qmp.in qmp.out line.in line.out
	: >serial
	: >qmp
	qemu-system-x86_64 -nodefaults -no-user-config -display none -machine pc -accel tcg -cpu max,la57=off -m 160 \
		-kernel /boot/vmlinuz -initrd initrd -append "console=ttyS0 quiet panic=-1" \
		-netdev "vhost-vdpa,id=net,$1" -device virtio-net-pci,netdev=net,mac=02:00:00:00:00:77 \
		-chardev pipe,id=line,path=line -serial chardev:line -chardev pipe,id=qmp,path=qmp -mon qmp,mode=control \
		>qemu.log 2>&1 &
	pid=$!
	exec 6<>line.in 5<>qmp.in
	cat <line.out >serial &
	cat <qmp.out >qmp &
	qmp qmp_capabilities
}

qmp() {
	echo "{\"execute\": \"$1\"}" >&5
}

# told N TEXT: the guest has said it N times.
told() {
	(($(grep -ac "$2" serial) >= $1))
}

# show_if_failed: what QEMU and the guest said, when a test has failed.
show_if_failed() {
	((TAP_FAILED == 0)) || tail -n 20 qemu.log serial qmp | tr -d '\r' | sed 's/^/# /'
}

ulimit -l unlimited
vhost_device vh0
make_guest
start_guest "vhostdev=$DEVICE"
check "a guest boots" wait_for 480 told 1 'nested: mac'
like "$(tr -d '\r' <serial)" 'nested: mac 02:00:00:00:00:77 carrier 1 mtu 1500' "it has the NIC: MAC, link, MTU"
check "packets go round" wait_for 60 told 1 'nested: packets'
is "$(vdpactl -j dev show vh0 | jq -r .dev.vh0.holder_pid)" "$pid" "QEMU is named as the holder"

qmp stop
check "QMP stop" wait_for 20 grep -q '"STOP"' qmp
qmp cont
check "QMP cont" wait_for 20 grep -q '"RESUME"' qmp
echo more >&6
check "packets go round again" wait_for 60 told 1 'nested: more packets'

echo reboot >&6
check "the guest reboots, and the NIC works again" wait_for 480 told 2 'nested: packets'
check_not "the device cannot be deleted meanwhile" vdpa dev del vh0
kill -9 "$pid"
wait "$pid" 2>/dev/null

# At once: no waiting for anything to settle.
exec 9<>"$DEVICE"
start_guest "vhostfd=9"
exec 9>&-
check "QEMU killed: the device serves the next one at once, by file descriptor" wait_for 480 told 1 'nested: packets'
is "$(vdpactl -j dev show vh0 | jq -r .dev.vh0.holder_pid)" "$pid" "... and is named as the holder, not who opened it"
echo poweroff >&6
check "that one ends by itself" wait_for 60 sh -c "! kill -0 $pid 2>/dev/null"
show_if_failed
kill -9 "$pid" 2>/dev/null
wait
exec 5>&- 6>&-
check "the device can be deleted" vdpa dev del vh0
done_testing
