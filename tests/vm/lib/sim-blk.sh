# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Shared by the cases about simulated disks. Sourced after tap.sh and sim-net.sh.

# add_disk NAME [WORD=NUMBER]...: a disk by family "vdpactl"; any other WORD is an attribute as vmtest-nl takes them.
add_disk() {
	local name=$1 word inside=() outside=()
	shift
	for word; do
		case $word in
		capacity=*) inside+=("21=u64:${word#*=}") ;;
		block_size=*) inside+=("23=u32:${word#*=}") ;;
		num_queues=*) inside+=("25=u16:${word#*=}") ;;
		read_only=*) inside+=("35=u8:${word#*=}") ;;
		shared=*) outside+=("8=u8:${word#*=}") ;;
		backing=*) outside+=("11=u32:${word#*=}") ;;
		*) inside+=("$word") ;;
		esac
	done
	"$NL" -f vdpactl 1 1=\{ 2=s:vdpasim_blk 4=s:"$name" "${inside[@]}" \} "${outside[@]}"
}

# disk_refused ERRNO RE WORD...: that fails with the errno and text, and makes nothing.
disk_refused() {
	local errno=$1 re=$2 answer
	shift 2
	answer=$(add_disk bad "$@")
	echo "$answer"
	[[ $answer =~ error\ -$errno\ .*$re ]] && [[ ! -e /sys/bus/vdpa/devices/bad ]]
}

# delete_disk NAME: deletes it. A driver that has much to clear away takes its time on a busy machine, and the kernel says so.
delete_disk() {
	local answer
	if ! answer=$("$NL" 4 4=s:"$1"); then
		echo "$answer"
		[[ $answer == "error -115 "* ]] || return
	fi
	wait_for 60 test ! -e "/sys/bus/vdpa/devices/$1"
}

# queue_of DISK FILE: what the block layer says of it.
queue_of() {
	cat "/sys/block/$1/queue/$2"
}

# memory_free: KiB of memory that is free.
memory_free() {
	awk '$1 == "MemFree:" { print $2 }' /proc/meminfo
}
