#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the VM lane takes for a complaint of the kernel, one line of each kind, and what it does not; what it makes of storms.
. "$(dirname "$0")/../lib/tree.sh"
. tests/vm/lib-host/dmesg.sh
. tests/vm/lib/storm.sh

temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT

# Lines as kernels print them.
cat >"$temp/complaints" <<'END'
WARNING: CPU: 0 PID: 1 at kernel/vdpa.c:1 f+0x1/0x2 [vdpa]
WARNING: possible circular locking dependency detected
WARNING: inconsistent lock state
WARNING: suspicious RCU usage
BUG: kernel NULL pointer dereference, address: 0000000000000000
BUG: KASAN: use-after-free in f+0x1/0x2
BUG: KFENCE: out-of-bounds read in f+0x1/0x2
BUG: KCSAN: data-race in f / g
BUG: sleeping function called from invalid context at mm/slab.c:1
BUG: scheduling while atomic: a/1/0x00000002
BUG: Bad page state in process a  pfn:00001
BUG kmalloc-64 (Not tainted): Poison overwritten
BUG vdpa (Tainted: G): Objects remaining in vdpa on __kmem_cache_shutdown()
BUG: workqueue leaked lock or atomic: kworker/0:0/0x00000001/1
kernel BUG at mm/slub.c:1!
Oops: 0000 [#1] PREEMPT SMP
general protection fault, probably for non-canonical address 0xdead000000000100
Kernel panic - not syncing: Fatal exception
UBSAN: shift-out-of-bounds in a.c:1:2
INFO: possible recursive locking detected
INFO: trying to register non-static key.
INFO: task modprobe:1 blocked for more than 120 seconds.
rcu: INFO: rcu_preempt self-detected stall on CPU
rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:
rcu: INFO: rcu_preempt detected expedited stalls on CPUs/tasks: { 0-... }
watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [a:1]
NMI watchdog: Watchdog detected hard LOCKUP on cpu 0
kmemleak: 1 new suspected memory leaks (see /sys/kernel/debug/kmemleak)
unreferenced object 0xffff888000000000 (size 128):
refcount_t: underflow; use-after-free.
list_del corruption, ffff888000000000->next is LIST_POISON1
DEBUG_LOCKS_WARN_ON(1)
ODEBUG: free active (active state 0) object type: timer_list hint: f+0x0/0x1
irq 11: nobody cared (try booting with the "irqpoll" option)
DMA-API: vdpa: device driver tries to free DMA memory it has not allocated
unregister_netdevice: waiting for eth1 to become free. Usage count = 2
traps: PANIC: double fault, error_code: 0x0
DMAR: [DMA Read NO_PASID] Request device [00:04.0] fault addr 0x1000 [fault reason 0x06]
debugfs: Directory 'a' with parent 'vdpa_sim' already present!
modprobe: page allocation failure: order:9, mode:0xcc0(GFP_KERNEL)
vdpactld[1]: segfault at 0 ip 0000000000000000 sp 0000000000000000 error 4 in vdpactld[1000+1000]
traps: vmtest-vhost[1] general protection fault ip:0 sp:0 error:0 in libc.so.6[1000+1000]
traps: vdpactl[1] trap invalid opcode ip:0 sp:0 error:0
Call Trace:
** 12 printk messages dropped **
END
# These are none.
cat >"$temp/quiet" <<'END'
vm: command starts
vdpa_sim_net: loading out-of-tree module taints kernel.
vhost-vdpa-0: device is gone
audit: type=1334 audit(1.1:1): prog-id=1 op=LOAD
systemd[1]: Started vdpactld.service - vDPA devices.
virtio_net virtio1 eth1: renamed from eth0
sysfs: cannot create duplicate filename '/devices/vdpasim_net'
Call Trace:
END

while read -r line; do
	printf '[    1.000000] vm: command starts\r\n[    2.000000] %s\r\n' "$line" >"$temp/console"
	like "$(dmesg_scan "$temp/console" "")" '2\.000000' "a complaint: ${line:0:60}"
done <"$temp/complaints"
is "$(dmesg_scan "$temp/quiet" "")" "" "none where there is none"
is "$(dmesg_scan "$temp/complaints" . | grep -c .)" 0 "none that is expected"
printf 'WARNING: CPU: 0\nCPU: 0\nCall Trace:\n' >"$temp/console"
is "$(dmesg_scan "$temp/console" 'WARNING: ')" "" "a trace belongs to the report above it"
check_not "a console that has the command's beginning is not blind" dmesg_is_blind "$temp/quiet"
check "one without is" dmesg_is_blind "$temp/complaints"

cd "$temp" || exit
printf 'good 3 1\n' >storm.0
printf 'good 1 9\n' >storm.1
printf 'idle 2 2\n' >storm.2
printf 'idle 0 9\n' >storm.3
check "a storm's worker that got something done in each process worked" storm_worked good
check_not "one that did not in one of them did not" storm_worked idle
check_not "nor did one that had no process" storm_worked absent
done_testing
