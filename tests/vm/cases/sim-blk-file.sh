#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A simulated disk that is kept in a file or on a block device, which whoever asks for it opens.
# timeout: 150
. /mnt/tests/lib/tap.sh
. /mnt/tests/lib/sim-net.sh
. /mnt/tests/lib/sim-blk.sh
. /mnt/tests/lib/daemon.sh
modprobe -a virtio_vdpa vdpa_sim_blk || bail_out "the modules do not load"

# keep NAME PATH [KEY VALUE]...: a disk that is kept there.
keep() {
	vdpactl --direct dev add "$1" mgmtdev vdpasim_blk driver virtio backing "${@:2}"
}

# refuses RE [WORD]...: no disk is made in what is open as 7.
refuses() {
	local re=$1
	shift
	disk_refused 22 "$re" "$@" backing=7
}

# refuses_path RE PATH [KEY VALUE]...
refuses_path() {
	local answer re=$1
	answer=$(keep bad "${@:2}" 2>&1) && return 1
	echo "$answer"
	[[ $answer =~ $re && ! -e /sys/bus/vdpa/devices/bad ]]
}

# ---- a file ---------------------------------------------------------------------------------
truncate -s 64M image
check "a disk in a file" keep kept "$PWD/image"
disk=$(disk_of kept)
is "$(blockdev --getsize64 "/dev/$disk")" $((64 << 20)) "it is as large as the file"
fill() {
	mkfs.ext4 -q "/dev/$disk" && mount "/dev/$disk" /mnt && dd if=/dev/urandom of=/mnt/random bs=64k count=100 status=none &&
		md5sum /mnt/random >sum && umount /mnt
}
check "a file system on it" fill
check "deleted" delete_disk kept
check "the file holds the file system" e2fsck -fn image
check "the same file once more" keep kept "$PWD/image" num_queues 4
disk=$(disk_of kept)
holds() {
	mount "/dev/$disk" /mnt && md5sum -c sum && umount /mnt
}
check "... which is as it was" holds
check "fio's writes are read back" fio --name=verify --filename="/dev/$disk" --direct=1 --ioengine=libaio --iodepth=16 \
	--rw=randwrite --bsrange=512-128k --verify=crc32c --verify_fatal=1 --size=8m --output=fio.log

# ---- holes ----------------------------------------------------------------------------------
used() {
	du --block-size=1K image | cut -f1
}
check "all of it is written" dd if=/dev/urandom of="/dev/$disk" bs=1M count=64 oflag=direct conv=fsync status=none
is "$(used)" $((64 << 10)) "... which takes room"
check "half of it is discarded" blkdiscard --length $((32 << 20)) "/dev/$disk"
is "$(used)" $((32 << 10)) "... and takes none"
check "... reads as zero" cmp -n $((32 << 20)) image /dev/zero
check "zeroes are written" blkdiscard --zeroout --offset $((32 << 20)) --length $((1 << 20)) "/dev/$disk"
check "... are there" cmp -n $((1 << 20)) -i $((32 << 20)):0 image /dev/zero
check_not "... and nowhere else" cmp -n 512 -i $((33 << 20)):0 image /dev/zero
truncate -s 1M image
check_not "what is cut off the file cannot be read" dd if="/dev/$disk" of=/dev/null bs=4096 count=1 skip=1000 iflag=direct
check "... what is left can" dd if="/dev/$disk" of=/dev/null bs=4096 count=1 skip=10 iflag=direct
check "deleted" delete_disk kept

# ---- sizes and refusals ---------------------------------------------------------------------
truncate -s 10000 odd
truncate -s 511 small
check "a file of 10000 bytes" keep odd "$PWD/odd" block_size 4096 read_only yes
is "$(blockdev --getsz "/dev/$(disk_of odd)") $(blockdev --getro "/dev/$(disk_of odd)")" "16 1" "... is two blocks of 4096"
check "deleted" delete_disk odd
check "less than a sector" refuses_path 'capacity of 0 sectors' "$PWD/small"
check "more than it holds" refuses_path 'capacity of 20 sectors is more than the backing.s 19' "$PWD/odd" capacity 20
check "shared" refuses_path 'backing and shared exclude each other' "$PWD/odd" shared yes
check "what is not there" refuses_path 'backing: .*No such file' /nonexistent
check "a character device" refuses_path 'backing is neither a file nor a block device' /dev/null
check "a directory" refuses_path 'backing: .*Is a directory|neither a file' "$PWD"
check "a file that is open for reading" refuses 'backing is not open for writing, and read_only is not asked for' 7<odd
check "... will do for a disk that is read" add_disk bad read_only=1 backing=7 7<odd
check "deleted" delete_disk bad
check "a file that is open for writing" refuses 'backing is not open for reading' 7>>odd
check "a pipe" refuses 'backing is neither a file' 7< <(:)
check "nothing open" disk_refused 9 'The sender has no such file open' backing=77
like "$("$NL" -f vdpactl 1 1=\{ 2=s:vdpasim_blk 4=s:bad \} 11=u16:7 7<odd)" "error -(22|34) " "half a number"
mount -t tmpfs none /mnt
truncate -s 1M /mnt/inside
check "a file is held as long as the disk is there" keep inside /mnt/inside
check_not "... so its file system stays" umount /mnt
check "deleted" delete_disk inside
check "... and then goes" wait_for 10 umount /mnt

# ---- a block device -------------------------------------------------------------------------
check "a disk in memory" add_disk lower capacity=32768
lower=$(disk_of lower)
check "a disk on it" keep upper "/dev/$lower"
disk=$(disk_of upper)
is "$(blockdev --getsz "/dev/$disk")" 32768 "... is as large"
check "a second one is refused" refuses_path 'backing: .*Device or resource busy' "/dev/$lower"
check "a file system on it" fill
check "... is whole" e2fsck -fn "/dev/$disk"
check "... and on the one below" cmp "/dev/$disk" "/dev/$lower"
check "all of it is discarded" blkdiscard "/dev/$disk"
check "... below too" cmp -n $((16 << 20)) "/dev/$lower" /dev/zero
check "the one below goes" delete_disk lower
check_not "the one above fails" dd if=/dev/zero of="/dev/$disk" bs=4096 count=1 oflag=direct,sync conv=fsync
check "... and can be deleted" delete_disk upper

# ---- by the daemon --------------------------------------------------------------------------
# It is in a sandbox with a /tmp of its own and another user: that it gets at the file shows that it is handed over.
systemctl start vdpactld.service
truncate -s 8M mine && chmod 600 mine
check "the daemon makes a disk in a file that it could not open" vdpactl dev add mine mgmtdev vdpasim_blk driver virtio backing "$PWD/mine"
is "$(blockdev --getsize64 "/dev/$(disk_of mine)")" $((8 << 20)) "... of its size"
check "deleted" delete_disk mine
path_refused() {
	local answer
	answer=$(manager AddDevice 'ssa{sv}' vdpasim_blk bad 1 backing s /etc/passwd 2>&1) && return 1
	[[ $answer == *"files are opened by whoever asks"* ]]
}
check "it opens no path" path_refused
systemctl stop vdpactld.service
check "the module unloads" modprobe -r vdpa_sim_blk
modprobe -r virtio_vdpa
done_testing
