#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Mainline's own bus drivers and parents, built against our vdpa.ko's symbols, load and work on it.
# modules: hybrid
# machine-of: abi-hybrid-pci
# debug: no
# timeout: 150
# shellcheck source=tests/vm/lib/tap.sh
. /mnt/tests/lib/tap.sh
. /mnt/tests/lib/sim-net.sh

users_of() {
	cat /sys/module/vdpa/holders/*/refcnt >/dev/null && basename -a /sys/module/vdpa/holders/* | sort | tr '\n' ' '
}

# disk_works DISK: it gives back what it was given.
disk_works() {
	head -c 1M /dev/urandom >pattern &&
		dd if=pattern of="/dev/$1" bs=64k oflag=direct status=none &&
		dd if="/dev/$1" of=back bs=64k count=16 iflag=direct status=none &&
		cmp pattern back
}

check "all seven load on our vdpa.ko" \
	modprobe -a virtio_vdpa vhost_vdpa vdpa_sim_net vdpa_sim_blk vp_vdpa vduse ifcvf
is "$(users_of)" "ifcvf vdpa_sim vdpa_sim_blk vdpa_sim_net vduse vhost_vdpa virtio_vdpa vp_vdpa " "and stand on it"
check "which is ours" test "$(modinfo -F description vdpa)" != "$(modinfo -F description vdpa_sim)"
check "whose second family is there" "$NL" -f vdpactl -d 2
is "$(vdpa -j mgmtdev show | jq -r '.mgmtdev | keys | join(" ")')" "vdpasim_blk vdpasim_net vduse" "management devices"

# ---- the NIC --------------------------------------------------------------------------------
check "mainline's NIC, for virtio" "$NL" -f vdpactl 1 2=s:virtio_vdpa 1=\{ 2=s:vdpasim_net 4=s:net \
	10=x:020000000001 13=u16:1400 \}
check "is driven by virtio_vdpa" driver_is net virtio_vdpa
dev=$(netdev_of net)
is "$(config net '[.mac, .mtu] | join(" ")')" "02:00:00:00:00:01 1400" "it has what was asked for"
like "$(config net '.negotiated_features | join(" ")')" "^MTU MAC CTRL_VQ .*VERSION_1 ACCESS_PLATFORM$" \
	"and the features of its driver"
is "$(cat "/sys/class/net/$dev/address") $(cat "/sys/class/net/$dev/mtu")" "02:00:00:00:00:01 1400" "so has the interface"
check "packets" pair_up "$dev"
check "pass" ping_pair 50 -q
pair_down
check "features that it lacks are refused" test "$("$NL" 3 2=s:vdpasim_net 4=s:bad 20=u64:1 | cut -d' ' -f1-2)" = "error -22"
check "the MAC of a device that cannot change it is not" test "$("$NL" 8 4=s:net 10=x:020000000002 | cut -d' ' -f1-2)" = "error -95"
check "moved to vhost" move net vhost_vdpa
check_not "the interface is gone" test -e "/sys/class/net/$dev"
chardev=$(chardev_of net)
check "the character device opens" opens "$chardev"
check "again" opens "$chardev"
# Mainline's driver waits for user space to close the device. That must not hold up netlink.
exec 3<>"$chardev"
check "deleting while it is open is answered within a second (C12)" bash -c \
	'start=${EPOCHREALTIME/./}; "$0" 4 4=s:net | grep "^error -115 " && ((${EPOCHREALTIME/./} - start < 1000000))' "$NL"
check "meanwhile others are served" timeout 1 vdpa mgmtdev show
check "the device is still there" test -e /sys/bus/vdpa/devices/net
exec 3>&-
check "closed, it goes" wait_for 5 test ! -e /sys/bus/vdpa/devices/net
check_not "with the character device" test -e "$chardev"

# ---- the disk -------------------------------------------------------------------------------
check "mainline's disk, for virtio" "$NL" -f vdpactl 1 2=s:virtio_vdpa 1=\{ 2=s:vdpasim_blk 4=s:blk \}
disk=$(disk_of blk)
is "$(cat "/sys/block/$disk/size")" $((128 << 11)) "has 128 MiB"
check "keeps data" disk_works "$disk"
is "$("$NL" 6 4=s:blk | grep -c '^ 21=')" 1 "its capacity is reported"
check "a network device beside it" vdpa dev add name net mgmtdev vdpasim_net
is "$(vdpa -j dev config show | jq -r '.config | keys | join(" ")')" "blk net" "both are in one dump of configurations (C3)"
check "deleted" vdpa dev del net
check "moved to vhost" move blk vhost_vdpa
check "the character device opens" opens "$(chardev_of blk)"
check "deleted" vdpa dev del blk

# ---- VDUSE ----------------------------------------------------------------------------------
truncate -s 16M image
qemu-storage-daemon --blockdev driver=file,node-name=image,filename=image,cache.direct=off \
	--export type=vduse-blk,id=export,node-name=image,name=user,writable=on,num-queues=1 &
daemon=$!
check "a device in user space" wait_for 10 test -c /dev/vduse/user
check "is taken onto the bus" "$NL" -f vdpactl 1 2=s:virtio_vdpa 1=\{ 2=s:vduse 4=s:user \}
disk=$(disk_of user)
is "$(cat "/sys/block/$disk/size")" $((16 << 11)) "has the image's size"
check "keeps data" disk_works "$disk"
check "which are in the image" cmp -n 1048576 pattern image
check "moved to vhost" move user vhost_vdpa
check "the character device opens" opens "$(chardev_of user)"
check "a name that user space did not make is refused" test "$("$NL" 3 2=s:vduse 4=s:other | cut -d' ' -f1-2)" = "error -22"
check "deleted" vdpa dev del user
kill "$daemon"
wait "$daemon" 2>/dev/null
check "its device in user space too" wait_for 10 test ! -e /dev/vduse/user

# ---- the end --------------------------------------------------------------------------------
check "no device is left" test -z "$(ls /sys/bus/vdpa/devices)"
check "parents unload with devices bound (C8)" bash -c \
	'vdpa dev add name a mgmtdev vdpasim_net && vdpa dev add name b mgmtdev vdpasim_blk && rmmod vdpa_sim_net vdpa_sim_blk'
check "no device is left" test -z "$(ls /sys/bus/vdpa/devices)"
check "all seven unload" modprobe -r vdpa_sim vduse vp_vdpa ifcvf vhost_vdpa virtio_vdpa
check_not "and ours, which nobody needs any more" test -d /sys/module/vdpa
done_testing
