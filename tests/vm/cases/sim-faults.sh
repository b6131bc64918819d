#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The simulators' knobs for tests: creation that fails at each step, queues that stand still, memory that is not to be
# had; and what a disk that does not answer must not hold up.
# timeout: 120
. /mnt/tests/lib/tap.sh
. /mnt/tests/lib/sim-net.sh
. /mnt/tests/lib/sim-blk.sh
modprobe -a virtio_vdpa vdpa_sim_blk vdpa_sim_net || bail_out "the modules do not load"
mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
KNOBS=/sys/kernel/debug/vdpa_sim

knob() {
	echo "$2" >"$KNOBS/$1"
}

# ---- creation -------------------------------------------------------------------------------
# fails_at_each_step MGMTDEV: a clean ENOMEM at every step there is, of which there are a few; then it works.
fails_at_each_step() {
	local step answer
	for ((step = 1; step < 50; step++)); do
		knob fail_create "$step" || return
		answer=$("$NL" 3 2=s:"$1" 4=s:step)
		if [[ $answer != "error -12"* ]]; then
			echo "step $step: $answer"
			delete_disk step && ((step > 4 && $(<$KNOBS/fail_create) > 0)) && knob fail_create 0
			return
		fi
		[[ ! -e /sys/bus/vdpa/devices/step && ! -e $KNOBS/step && $(<$KNOBS/fail_create) == 0 ]] || return
	done
	return 1
}
check "M7: making a disk fails cleanly at each step, and then works" fails_at_each_step vdpasim_blk
check "M7: ... and making a NIC" fails_at_each_step vdpasim_net

# ---- memory ---------------------------------------------------------------------------------
check "a disk" add_disk disk0
disk=$(disk_of disk0)
is "$(cat $KNOBS/disk0/stall) $(cat $KNOBS/disk0/fail)" "0x0 0" "its knobs do nothing at first"
write_block() {
	dd if=/dev/urandom of="/dev/$disk" bs=4096 count=1 oflag=direct status=none
}
knob disk0/fail 1
check_not "a write for which there is no memory fails" write_block
check "... the next one does not" write_block

# ---- a queue that stands still --------------------------------------------------------------
in_flight() {
	[[ $(awk '{ print $1 + $2 }' "/sys/block/$disk/inflight") -gt 0 ]]
}
check "all its queues stand still" knob disk0/stall 0x3
dd if="/dev/$disk" of=/dev/null bs=4096 count=1 skip=100 iflag=direct status=none &
reader=$!
check "... with a request in flight" wait_for 20 in_flight
check "... and go on" knob disk0/stall 0
check "... which completes it" timeout 20 tail --pid=$reader -f /dev/null
check "... well" wait $reader

check "they stand still once more" knob disk0/stall 0x3
dd if="/dev/$disk" of=/dev/null bs=4096 count=1 skip=200 iflag=direct status=none &
reader=$!
check "... with a request in flight" wait_for 20 in_flight
like "$(timeout 20 "$NL" 4 4=s:disk0)" "error -115 " "B1: deleting a disk that does not answer is answered: it goes on"
check "B1: ... others are served meanwhile" timeout 20 vdpa dev add name other mgmtdev vdpasim_net
check "B1: ... and deleted" delete_disk other
check "B1: ... and when it answers" knob disk0/stall 0
check "B1: ... it is gone" wait_for 30 test ! -e /sys/bus/vdpa/devices/disk0
check "B1: ... with its knobs" wait_for 30 test ! -e $KNOBS/disk0
wait $reader

# A NIC: what is sent while its queue stands still comes when it goes on.
check "a NIC" vdpa dev add name nic0 mgmtdev vdpasim_net mac 02:00:00:00:00:01
dev=$(netdev_of nic0)
check "... two that talk through it" pair_up "$dev"
check "... and reach each other" ping_pair 3
check "its transmit queue stands still" knob nic0/stall 0x2
check_not "... so that they do not" ip netns exec ns1 ping -c 1 -W 1 192.0.2.2
check "it goes on" knob nic0/stall 0
check "... and so do they" ping_pair 3
pair_down
check "deleted" delete_disk nic0
check "the modules unload" modprobe -r vdpa_sim_blk vdpa_sim_net
check_not "... and the knobs are gone" test -e $KNOBS
modprobe -r virtio_vdpa
done_testing
