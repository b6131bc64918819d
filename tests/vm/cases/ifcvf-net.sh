#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# ifcvf.ko with QEMU's virtio NICs: which functions it takes, what can be made of them, traffic in all three ways of having
# interrupts, unplugging; by the daemon.
# modules: parents
# machine: q35
# qemu: -device intel-iommu,intremap=off,aw-bits=48 -netdev user,id=up,restrict=on,guestfwd=tcp:10.0.2.100:7-cmd:cat -device virtio-net-pci,netdev=up,addr=0x10,disable-legacy=on,iommu_platform=on,page-per-vq=on,mac=02:00:00:00:00:10 -netdev user,id=up2,restrict=on -device virtio-net-pci,netdev=up2,addr=0x11,disable-legacy=on,iommu_platform=on,mac=02:00:00:00:00:10 -netdev hubport,hubid=1,id=one -device virtio-net-pci,netdev=one,addr=0x12,disable-legacy=on,iommu_platform=on,packed=on,vectors=1,mac=02:00:00:00:00:12 -netdev hubport,hubid=1,id=two -device virtio-net-pci,netdev=two,addr=0x13,disable-legacy=on,iommu_platform=on,vectors=2,mac=02:00:00:00:00:13 -drive if=none,id=disk,driver=raw,file.driver=null-co,file.size=67108864,snapshot=on -device virtio-blk-pci,drive=disk,addr=0x14,disable-legacy=on,iommu_platform=on,num-queues=64 -device virtio-rng-pci,addr=0x15,disable-legacy=on -device virtio-rng-pci,addr=0x16,disable-legacy=on,iommu_platform=on,vectors=0 -device pci-testdev,addr=0x17
# append: intel_iommu=on
# timeout: 240
# shellcheck source=tests/vm/lib/tap.sh
. /mnt/tests/lib/tap.sh
. /mnt/tests/lib/sim-net.sh
# shellcheck source=tests/vm/lib/ifcvf.sh
. /mnt/tests/lib/ifcvf.sh
. /mnt/tests/lib/daemon.sh
modprobe -a virtio_vdpa vhost_vdpa ifcvf || bail_out "the modules do not load"

# ---- functions ------------------------------------------------------------------------------
check "it takes a virtio NIC" take $NIC
check_not "not what is no virtio function" take $OTHER
check_not "nor one that would go around the IOMMU" take $AROUND
said() {
	dmesg | grep -q "ifcvf $1"
}
check "... and says why" said "$OTHER: device id 0x5 is none of virtio's"
check "... each time" said "$AROUND: features .*VERSION_1 or ACCESS_PLATFORM is missing"
echo $NIC >$PCI/$NIC/driver/unbind
echo >$PCI/$NIC/driver_override
check "by an id that is added, with the number of Intel's cards" \
	sh -c "echo 1af4 1041 ffffffff ffffffff 0 0 1 >/sys/bus/pci/drivers/ifcvf/new_id"
is "$(pci_driver $NIC)" ifcvf "... it is taken"
check "... but its registers are not taken for Intel's" said "$NIC: Intel IFC NIC: other registers are where"
echo 1af4 1041 >/sys/bus/pci/drivers/ifcvf/remove_id
check "two more NICs" take_all $NIC_ONE $NIC_TWO
check "and one without MSI-X" take $MUTE

# ---- management devices ---------------------------------------------------------------------
show() {
	vdpactl -j mgmtdev show | jq -r ".mgmtdev[\"pci/$1\"] | $2"
}
is "$(show $NIC '[.supported_classes[0], .max_supported_vqs] | join(" ")')" "net 3" "a function is a management device"
like "$(show $NIC '.dev_features | join(" ")')" 'MAC.*VERSION_1 ACCESS_PLATFORM' "... with the function's features"
like "$(show $NIC_ONE '.dev_features | join(" ")')" 'RING_PACKED' "... each with its own"
check "the daemon makes a device for virtio" vdpactl dev add net0 mgmtdev pci/$NIC driver virtio
refuses() {
	local re=$1 answer
	shift
	answer=$(vdpactl dev add "$@" 2>&1) && return 1
	echo "$answer"
	[[ $answer =~ $re ]]
}
check "I3: a second one on the same hardware is refused" \
	refuses "pci/$NIC is used by net0, and is one device only" net1 mgmtdev pci/$NIC
check "I8: a MAC cannot be set, and that is said" refuses 'not supported' net1 mgmtdev pci/$NIC_ONE mac 02:00:00:00:00:99
check "I8: ... nor an MTU" refuses 'not supported' net1 mgmtdev pci/$NIC_ONE mtu 1400
check "no device without interrupts" refuses 'gets no MSI-X interrupts' net1 mgmtdev pci/$MUTE
add_with() {
	"$NL" 3 1=s:pci 2=s:"$NIC_ONE" 4=s:net1 "20=u64:$1"
}
like "$(add_with $((1 << 33 | 1 << 32 | 1 << 22)))" 'error -22 .*does not have the bits 0x400000' "features it does not have"
like "$(add_with $((1 << 33)))" 'error -22 .*VERSION_1 or ACCESS_PLATFORM is missing' "features that are needed"
is "$(pci_driver $NIC_ONE)" ifcvf "I6: ... and nothing is lost with a refusal:"
is "$(add_with $((1 << 33 | 1 << 32 | 1 << 5)))" "ack 0" "I6: some of its features, and no others"
is "$(vdpactl -j dev config show net1 | jq -r '.config.net1.features | join(" ")')" "MAC VERSION_1 ACCESS_PLATFORM" "... are what it has"
check "deleted" vdpactl dev del net1

# ---- traffic --------------------------------------------------------------------------------
is "$(config net0 .mac)" 02:00:00:00:00:10 "the configuration is the function's"
is "$(vdpactl -j dev show net0 | jq -c '.dev.net0 | [.max_vqs, .max_vq_size, .vendor_id]')" "[3,256,6900]" "... and the limits"
is "$(interrupts $NIC)" "0 1 2 config " "each queue has an interrupt"
check "QEMU's gateway answers" reach $NIC 20
dd if=/dev/urandom of=sent bs=64k count=64 status=none
# echo_file: what is sent comes back.
echo_file() {
	exec 7<>/dev/tcp/10.0.2.100/7 || return
	cat sent >&7 &
	head -c "$(stat -c %s sent)" <&7 | cmp - sent
}
check "4 MiB go out and back by TCP" timeout 40 bash -c "$(declare -f echo_file); echo_file"
dev=$(pci_netdev $NIC)
is "$(ethtool -g "$dev" | awk '$1 == "TX:" { print $2; exit }')" 256 "a queue is as large as the function has it"
check "queues are reset one by one, and made smaller" ethtool -G "$dev" rx 64 tx 64
check "... and packets go on" reach $NIC 5

check "with one interrupt and packed rings" vdpactl dev add one mgmtdev pci/$NIC_ONE driver virtio
check "... and with two" vdpactl dev add two mgmtdev pci/$NIC_TWO driver virtio
is "$(interrupts $NIC_ONE)$(interrupts $NIC_TWO)" "all config queues " "interrupts are what there are"
like "$(vdpactl -j dev config show one)" 'negotiated_features[^]]*RING_PACKED' "packed rings are used"
# into NAMESPACE FUNCTION ADDRESS: the function's interface is in a namespace of its own, once udev has named it. There it sends
# nothing by itself: QEMU's hub holds up for ever who sends to a NIC that is not up yet, whatever drives them.
into() {
	local dev
	pci_netdev "$2" >/dev/null && udevadm settle && dev=$(pci_netdev "$2") && ip netns add "$1" &&
		ip netns exec "$1" sysctl -qw net.ipv6.conf.{all,default}.disable_ipv6=1 && ip link set "$dev" netns "$1" &&
		ip -n "$1" address add "$3/24" dev "$dev" && ip -n "$1" link set "$dev" up
}
check "each in a namespace" into one $NIC_ONE 192.0.2.1
check "... of its own" into two $NIC_TWO 192.0.2.2
one=(ip netns exec one)
check "one reaches the other" "${one[@]}" ping -c 20 -i 0.05 -W 5 -q 192.0.2.2

# ---- taking away ----------------------------------------------------------------------------
ip netns delete one
ip netns delete two
check "deleted" vdpactl dev del two
is "$(interrupts $NIC_TWO)" "" "its interrupts are gone"
check "made anew, for vhost" vdpactl dev add two mgmtdev pci/$NIC_TWO driver vhost
check "the daemon moves it" vdpactl dev bind two virtio
check "... and it is there" pci_netdev $NIC_TWO
ping -f -q -w 20 10.0.2.2 >/dev/null 2>&1 &
pid=$!
check "unplugged while packets go" unplug $NIC
check_not "... the device is gone" test -e /sys/bus/vdpa/devices/net0
is "$(show $NIC .)" null "... and the management device"
kill $pid 2>/dev/null
wait $pid 2>/dev/null
check "the daemon knows" wait_for 10 object_is_gone device/net0
check "plugged in again" plug
check "... it is taken again" take $NIC
check "... and works again" vdpactl dev add net0 mgmtdev pci/$NIC driver virtio
check "... all the way" reach $NIC 5
systemctl stop vdpactld
# Twenty times, with udev looking on and somebody asking at once.
churn() {
	local n
	for ((n = 0; n < 20; n++)); do
		echo "$NIC" >"$PCI/$NIC/driver/unbind" && echo "$NIC" >/sys/bus/pci/drivers_probe || return
		vdpa dev add name again mgmtdev "pci/$NIC" || return
	done
}
check "I4: a device is made as soon as there is a management device" churn
check "the module goes with devices on it" modprobe -r ifcvf
is "$(ls /sys/bus/vdpa/devices)" "" "none is left"
modprobe -r virtio_vdpa vhost_vdpa
check_not "all is gone" test -d /sys/module/vdpa
done_testing
