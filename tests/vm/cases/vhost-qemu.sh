#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# QEMU, unmodified, with a small Linux guest on the character device: by path, and confined, as nobody and without devices, by a
# file descriptor that the daemon opens for it.
# timeout: 1200
# memory: 3072
# debug: no
. /mnt/tests/lib/tap.sh
. /mnt/tests/lib/vhost.sh
. /mnt/tests/lib/daemon.sh
MEMORY=160

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

# start_guest NETDEV-OPTION [COMMAND...]: QEMU in the background, by that command if there is one; its serial line is in
# "serial", written to by FD 6, QMP by FD 5.
start_guest() {
	rm -f serial qmp.in qmp.out line.in line.out
	mkfifo --mode=666 qmp.in qmp.out line.in line.out
	: >serial
	: >qmp
	"${@:2}" qemu-system-x86_64 -nodefaults -no-user-config -display none -machine pc -accel tcg -cpu max,la57=off \
		-m $MEMORY -kernel /boot/vmlinuz -initrd initrd -append "console=ttyS0 quiet panic=-1" \
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

# The second is nobody's, in a unit that has no devices, no capabilities, and may lock what the daemon says that it has to: the
# guest's memory, and 2 MiB for QEMU's firmware, which it maps too.
bytes=$(((MEMORY + 2) * 1024 * 1024))
he_opens=(/usr/lib/vdpactl/tests/vmtest-dbus open /org/vdpactl1/device/vh0 "$bytes")
he_is_told() {
	setpriv --reuid=nobody --regid=nogroup --clear-groups "${he_opens[@]}" true 2>&1
}
he_may() {
	[[ $(he_is_told) == *"held open by qemu"* ]]
}
he_may_not() {
	[[ $(he_is_told) == *"polkit action org.vdpactl1.open-vhost"* ]]
}
# The daemon and polkit are still to be started.
check "nobody may not have it opened" wait_for 120 he_may_not
mkdir -p /etc/polkit-1/rules.d
echo 'polkit.addRule(function(action, subject) {
	if (action.id == "org.vdpactl1.open-vhost" && subject.user == "nobody" && action.lookup("device") == "vh0")
		return polkit.Result.YES;
});' >/etc/polkit-1/rules.d/50-vdpactl-test.rules
check "... but by a rule of polkit, and then QEMU is what is in the way" wait_for 120 he_may
limit=$(manager MemlockNeeded ast 1 vh0 $bytes | cut -d' ' -f2)
confined=(systemd-run --quiet --collect --pipe --unit=vmguest -p User=nobody -p "LimitMEMLOCK=$limit" -p PrivateDevices=yes
	-p CapabilityBoundingSet= -p NoNewPrivileges=yes -p ProtectSystem=strict -p WorkingDirectory="$PWD")
chmod a+rx . && chmod a+r initrd
guest_pid() {
	systemctl show -P MainPID vmguest.service
}

kill -9 "$pid"
wait "$pid" 2>/dev/null
start_guest "vhostfd=@" "${confined[@]}" "${he_opens[@]}"
check "QEMU killed: the device serves the next one at once, confined, by a file descriptor of the daemon's" \
	wait_for 480 told 1 'nested: packets'
is "$(vdpactl -j dev show vh0 | jq -r .dev.vh0.holder_pid)" "$(guest_pid)" "... which is named as the holder, not who opened it"
is "$(ps -o user= -p "$(guest_pid)")" nobody "... and is nobody's"
pinned=$(awk '$1 == "VmPin:" { print $2 * 1024 }' "/proc/$(guest_pid)/status")
echo "# $pinned bytes are pinned, with a limit of $limit"
check "... with its guest's memory pinned, within the limit" \
	test "$pinned" -ge $((MEMORY * 1024 * 1024)) -a "$pinned" -le "$limit"
echo poweroff >&6
check "that one ends by itself" wait_for 60 sh -c "! kill -0 $pid 2>/dev/null"
show_if_failed
rm /etc/polkit-1/rules.d/50-vdpactl-test.rules
systemctl stop vmguest.service vdpactld.service 2>/dev/null
kill -9 "$pid" 2>/dev/null
wait
exec 5>&- 6>&-
check "the device can be deleted" vdpa dev del vh0
done_testing
