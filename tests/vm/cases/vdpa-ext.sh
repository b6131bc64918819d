#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Family "vdpactl": the driver chosen before anything probes, who holds a device, changes, and events.
# timeout: 120
. /mnt/tests/lib/tap.sh
. /mnt/tests/lib/vdpa.sh
modprobe -a vmtest_parent vmtest_hold || bail_out "the modules do not load"

# create NAME [ATTRIBUTE]...: a device of vmtest, by family vdpactl.
create() {
	"$NL" -f vdpactl 1 1=\{ 2=s:vmtest "4=s:$1" \} "${@:2}"
}

driver() {
	basename "$(readlink "/sys/bus/vdpa/devices/$1/driver" || echo none)"
}

# The driver loaded first gets what is made without a wish: its log would show a probe.
check "without a wish" create e0
is "$(driver e0)" vmtest_hold "... the first driver has it"
check "with a wish for the other" create e1 2=s:vmtest_wait
is "$(driver e1)" vmtest_wait "... that one has it"
check "with a wish for none" create e2 2=s:none
is "$(driver e2)" none "... none has it"
check "... and none takes it later" sh -c 'echo e2 >/sys/bus/vdpa/drivers_probe; test ! -e /sys/bus/vdpa/devices/e2/driver'
like "$(create e3 2=s:nope)" 'error -[0-9]+ .*driver' "a driver that is not loaded is refused"
check "... and nothing is made" test ! -e /sys/bus/vdpa/devices/e3
like "$(create e3 2=s:)" 'error -22 .*empty' "an empty one"
like "$(create e3 2=s:0123456789012345678901234567890123456789)" 'error -22 .*31 bytes' "one that is too long"
like "$("$NL" -f vdpactl 1)" 'error -22 .*missing' "no device attributes at all"
like "$("$NL" -f vdpactl 1 1=x:0102)" 'error -22' "a nest that is none"

like "$(create n%d)" '4=6e3000 n0\.' "a number for the name: the answer has it"
like "$(create n%d)" '4=6e3100 n1\.' "... the lowest that is free"
vdpa dev del n0
like "$(create n%d)" '4=6e3000 n0\.' "... also when one has become free"
like "$(create n%d%d)" 'error -22' "two numbers are refused"

# Who holds it.
exec 8</dev/vmtest-e0
like "$("$NL" -f vdpactl 2 1=\{ 4=s:e0 \})" "5=$(printf '%02x%02x' $(($$ & 255)) $(($$ >> 8)))" "the holder's process is told"
like "$("$NL" -f vdpactl 2 1=\{ 4=s:e0 \})" 'bash\.' "... and its name"
exec 8<&-
check_not "closed: nobody" sh -c "$NL -f vdpactl 2 1=\\{ 4=s:e0 \\} | grep -q '^ 5='"

# Changes of a live device.
check "a new MAC" "$NL" -f vdpactl 3 1=\{ 4=s:e0 10=x:020000000042 \}
like "$(vdpa dev config show e0)" '02:00:00:00:00:42' "... is there"
check "the same with family vdpa, as later kernels have it" "$NL" "$ATTR_SET" 4=s:e0 10=x:020000000043
like "$(vdpa dev config show e0)" '02:00:00:00:00:43' "... is there"
check "link down" "$NL" -f vdpactl 3 1=\{ 4=s:e0 \} 3=u8:0
like "$(vdpa dev config show e0)" 'link down' "... it is"
like "$("$NL" -f vdpactl 3 1=\{ 4=s:e0 10=x:010000000042 \})" 'error -22 .*MAC' "a group's MAC is refused"
like "$("$NL" -f vdpactl 3 1=\{ 4=s:e0 \})" 'error -22 .*Nothing' "nothing to change"
like "$("$NL" -f vdpactl 3 1=\{ 4=s:nope \} 3=u8:0)" 'error -19' "a device that is not there"

# Too many events for a listener that is busy: it is told so, and hears what comes later.
many="$NL -r 50 -f vdpactl 1 1=\\{ 2=s:vmtest2 4=s:many%d \\} 2=s:none"
"$NL" -l 5 -b 2048 -w "$many >/dev/null; echo over" -f vdpactl -g events >heard &
pid=$!
check "more happened than its buffer holds" wait_for 60 grep -q over heard
create late 2=s:none >/dev/null
wait $pid
is "$(grep -c '^lost 105' heard)" 1 "the listener is told that events were lost (ENOBUFS)"
like "$(sed -n '/^lost/,$p' heard)" 'message 16.*6c61746500 late' "... and hears of what comes after"
vdpa dev del late
for n in {0..49}; do
	"$NL" "$DEV_DEL" "4=s:many$n" >/dev/null
done

# Events: what happened, in order.
"$NL" -l 5 -f vdpactl -g events >heard &
pid=$!
check "somebody listens" wait_for 5 grep -q listening heard
create ev 2=s:none >/dev/null
"$NL" -f vdpactl 3 1=\{ 4=s:ev 10=x:020000000044 \} >/dev/null
vdpa dev del ev
modprobe -r vmtest_hold
modprobe -r vmtest_parent
wait $pid
messages=$(grep '^message' heard | awk '{ print $2 }' | uniq | tr '\n' ' ')
like "$messages" '^16 .*17 .*18 .*20 ' "new, changed, deleted, and the management device deleted"
is "$(grep -c '^message 18' heard)" 6 "every device was told to be deleted"
is "$(grep -c '^message 20' heard)" 2 "... and both management devices"
done_testing
