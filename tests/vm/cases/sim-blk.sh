#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The simulated disk under virtio_blk: what it can be given at create and refuses, a file system on it, many at once, its
# memory, statistics, a shared one.
# timeout: 240
# shellcheck source=tests/vm/lib/tap.sh
. /mnt/tests/lib/tap.sh
. /mnt/tests/lib/sim-net.sh
. /mnt/tests/lib/sim-blk.sh
modprobe -a virtio_vdpa vdpa_sim_blk || bail_out "the modules do not load"

# ---- create ---------------------------------------------------------------------------------
check "a disk without options" vdpa dev add name plain mgmtdev vdpasim_blk
plain=$(disk_of plain)
is "$(blockdev --getsize64 "/dev/$plain")" $((128 << 20)) "it has 128 MiB"
is "$(queue_of "$plain" logical_block_size)" 512 "... in blocks of 512 bytes"
is "$(vdpa -j dev show plain | jq .dev.plain.max_vqs)" 2 "... and two queues"
is "$(blockdev --getro "/dev/$plain")" 0 "... and can be written"
is "$(cat "/sys/block/$plain/serial")" plain "its serial number is its name"
is "$(queue_of "$plain" write_cache)" "write back" "it has a cache"
check "... which the driver can do without" sh -c "echo 'write through' >/sys/block/$plain/cache_type"
is "$(queue_of "$plain" write_cache)" "write through" "... and does then"
check "a disk with all options" add_disk full capacity=8192 block_size=4096 num_queues=4 read_only=1
full=$(disk_of full)
is "$(blockdev --getsz "/dev/$full") $(queue_of "$full" logical_block_size) $(blockdev --getro "/dev/$full")" "8192 4096 1" \
	"it is as it was asked for"
is "$(vdpactl -j dev config show full | jq -r '.config.full | [.capacity, .block_size, .num_queues, .read_only] | map(tostring) | join(" ")')" \
	"8192 4096 4 true" "... which is what is shown of it"
is "$(vdpa -j dev show full | jq .dev.full.max_vqs)" 4 "four queues"
check_not "it cannot be written" dd if=/dev/zero of="/dev/$full" bs=4096 count=1 oflag=direct
check "deleted" vdpa dev del full
check "the largest" add_disk most capacity=$((1 << 40)) num_queues=16
most=$(disk_of most)
check "... can be written at its very end" dd if=/dev/urandom of="/dev/$most" bs=4096 count=1 seek=$(((1 << 37) - 1)) \
	oflag=direct conv=fsync
check "deleted" vdpa dev del most
check "the smallest" add_disk least capacity=1 num_queues=1
check "deleted" vdpa dev del least

# ---- refusals -------------------------------------------------------------------------------
check "no sectors" disk_refused 22 'capacity of 0 sectors is not between 1 and' capacity=0
check "too many sectors" disk_refused 22 'capacity of 1099511627777 sectors' capacity=$(((1 << 40) + 1))
check "blocks of 0 bytes" disk_refused 22 'block_size 0 is not a power of two' block_size=0
check "blocks of 1000 bytes" disk_refused 22 'block_size 1000 is not a power of two' block_size=1000
check "blocks of 8 KiB" disk_refused 22 'block_size 8192 is not a power of two from 512 to 4096' block_size=8192
check "half a block" disk_refused 22 'capacity of 9 sectors is no multiple of block_size 4096' block_size=4096 capacity=9
check "no queue" disk_refused 22 'num_queues 0 is not between 1 and 16' num_queues=0
check "17 queues" disk_refused 22 'num_queues 17 is not between 1 and 16' num_queues=17
check "read-only twice" disk_refused 34 'out of range' read_only=2
check "a feature it does not have" disk_refused 22 'the bits 0x1 are not supported' 20=u64:0x300000001
check "no VERSION_1" disk_refused 22 'VERSION_1 or ACCESS_PLATFORM is missing' 20=u64:0x200000000
check "a MAC" disk_refused 95 'not supported' 10=x:020000000001
modprobe vdpa_sim_net
is "$("$NL" -f vdpactl 1 1=\{ 2=s:vdpasim_net 4=s:bad 21=u64:8 \})" \
	"error -95 vdpa: Management device does not take options of disks" "a NIC with a capacity"
is "$("$NL" 3 2=s:vdpasim_blk 4=s:bad 21=u64:8)" "error -22 Unsupported attribute" "mainline's family, with a capacity"

# ---- data -----------------------------------------------------------------------------------
# The debug kernel moves a tenth of what others do in a second.
files="/usr/include /usr/share/dbus-1" volume=24m
[[ $VM_KERNEL != debug ]] || files=/usr/share/dbus-1 volume=4m
# use DISK: a file system is made on it, used, and found whole.
use() {
	mkfs.ext4 -q "/dev/$1" && mount "/dev/$1" /mnt || return
	# Words on purpose.
	# shellcheck disable=SC2086
	cp -r $files /mnt/ 2>/dev/null
	dd if=/dev/urandom of=/mnt/random bs=64k count=200 status=none
	sync && md5sum /mnt/random >sum && umount /mnt && e2fsck -fn "/dev/$1" &&
		mount "/dev/$1" /mnt && md5sum -c sum && fstrim -v /mnt && umount /mnt && e2fsck -fn "/dev/$1"
}
check "a file system is made, filled, trimmed and whole" use "$plain"
check "the driver lets it go" unbind plain
check "... and takes it again" bind plain virtio_vdpa
plain=$(disk_of plain)
check "what is on it is there" e2fsck -fn "/dev/$plain"

# verify DISK [OPTION]...: fio writes with checksums and reads them back.
verify() {
	fio --name=verify --filename="/dev/$1" --direct=1 --ioengine=libaio --iodepth=32 --rw=randwrite --bsrange=512-128k \
		--verify=crc32c --verify_fatal=1 --size="$volume" --output=fio.log "${@:2}" || { cat fio.log && return 1; }
}
check "random writes of all sizes are read back" verify "$plain"
check "... by two at once" verify "$plain" --numjobs=2 --offset_increment=32m
# stat_of QUEUE STATISTIC
stat_of() {
	vdpactl -j dev stats plain queue "$1" | jq --arg stat "$2" '.. | objects | select(has($stat)) | .[$stat]'
}
for name in reads "read bytes" writes "written bytes" flushes discards; do
	check "queues count their $name" test $(($(stat_of 0 "$name") + $(stat_of 1 "$name"))) -gt 0
done
is $(($(stat_of 0 errors) + $(stat_of 1 errors))) 0 "... and no errors"

# What is discarded costs no memory any more, from the moment on that the driver is told. The machine has other uses for
# memory too, so one look that nobody disturbed is enough; that somebody else gives back as much just then is not to be feared.
gives_back() {
	local before
	dd if=/dev/urandom of="/dev/$1" bs=1M count=64 oflag=direct status=none || return
	before=$(memory_free)
	blkdiscard --length $((64 << 20)) "/dev/$1" || return
	(($(memory_free) - before > 48 * 1024))
}
check "64 MiB are written, discarded, and their memory is given back" wait_for 60 gives_back "$plain"
check "they read as zero" cmp -n $((64 << 20)) "/dev/$plain" /dev/zero
check "zeroes are written by the range" blkdiscard --zeroout --length $((1 << 20)) --offset $((64 << 20)) "/dev/$plain"

# ---- rings ----------------------------------------------------------------------------------
check "a disk with packed rings" "$NL" 3 2=s:vdpasim_blk 4=s:packed 20=u64:0x730007646
packed=$(disk_of packed)
like "$(vdpactl -j dev config show packed | jq -r '.config.packed.negotiated_features | join(" ")')" RING_PACKED "... which are negotiated"
check "random writes are read back" verify "$packed"
check "deleted" vdpa dev del packed

# ---- shared ---------------------------------------------------------------------------------
check "a disk that is shared" add_disk one capacity=2048 shared=1
check "... another" add_disk two capacity=2048 shared=1
check "... one of its own" add_disk own capacity=2048 shared=0
answer=$(add_disk bad capacity=4096 shared=1)
like "$answer" 'error -22 .*capacity of 4096 sectors is not that of the shared disk' "one of another size is refused"
one=$(disk_of one) two=$(disk_of two) own=$(disk_of own)
check "what is written to one" dd if=/dev/urandom of="/dev/$one" bs=64k count=16 oflag=direct status=none
check "... is read from the other" cmp -n $((1 << 20)) "/dev/$one" "/dev/$two"
check_not "... and from no third" cmp -n $((1 << 20)) "/dev/$one" "/dev/$own"
dd if="/dev/$two" of=kept bs=64k count=16 status=none
check "M8: the first of them goes" vdpa dev del one
blockdev --flushbufs "/dev/$two"
check "M8: ... and the other has it all" cmp kept "/dev/$two"
check "that goes too" vdpa dev del two
check "a new one" add_disk one capacity=4096 shared=1
check "... may have another size, and is empty" cmp -n $((2 << 20)) "/dev/$(disk_of one)" /dev/zero
vdpa dev del one
vdpa dev del own

# ---- going away -----------------------------------------------------------------------------
fio --name=busy --filename="/dev/$plain" --direct=1 --ioengine=libaio --iodepth=32 --rw=randrw --bs=4k --time_based \
	--runtime=60 --output=busy.log &
busy=$!
is_busy() {
	(($(stat_of 0 reads) + $(stat_of 1 reads) > before + 100))
}
before=$(($(stat_of 0 reads) + $(stat_of 1 reads)))
check "a disk under load" wait_for 20 is_busy
check "B1: ... is deleted" delete_disk plain
check "... its user is told" sh -c '! wait '$busy
wait $busy
check "the module unloads" modprobe -r vdpa_sim_blk
modprobe -r vdpa_sim_net virtio_vdpa
done_testing
