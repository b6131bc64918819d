#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the debug kernel is there to notice it notices: each kind of fault is committed once.
# debug: only
# boot: own
# timeout: 60
# expect-dmesg: WARNING: .*complain_warn|KASAN: use-after-free in complain_|UBSAN: shift-out-of-bounds|BUG: sleeping function called from invalid|possible circular locking|ODEBUG: free active|WARNING: .* debug_print_object|DMA-API: |WARNING: .* check_unmap|INFO: task modprobe:
. /mnt/tests/lib/tap.sh

# notices WHAT RE: the module does it, and the kernel says so.
notices() {
	local what=$1
	echo "<5>vmtest: $what" >/dev/kmsg
	modprobe vmtest_complain what="$what" && modprobe -r vmtest_complain || return
	dmesg | sed "1,/vmtest: $what/d" | grep -E -m 1 -e "$2"
}

sysctl -qw kernel.hung_task_timeout_secs=2 || bail_out "hung tasks are not looked for"
# First, as lockdep looks no further after any report.
check "lockdep: two locks in both orders" notices order 'WARNING: possible circular locking dependency'
check "... after which its own file says that it is off" grep -q 'debug_locks: *0' /proc/lockdep_stats
check "a warning" notices warn 'WARNING: .*vmtest_complain'
check "KASAN: a use after free" notices kasan 'BUG: KASAN: use-after-free in complain_kasan'
check "UBSAN: a shift that is too wide" notices ubsan 'UBSAN: shift-out-of-bounds'
check "sleep where that may not be" notices sleep 'BUG: sleeping function called from invalid context'
check "debug objects: a running timer is freed" notices object 'ODEBUG: free active .*timer_list'
check "DMA: unmapped what was not mapped" notices dma 'DMA-API: .*device driver tries to free DMA memory it has not allocated'
check "a task that hangs" notices hung 'INFO: task modprobe:[0-9]+ blocked for more than'
done_testing
