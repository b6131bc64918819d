#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A kernel that takes signed modules only, as with Secure Boot: the daemon runs, and says what is wrong and what helps.
# append: module.sig_enforce=1
# debug: no
# timeout: 120
# shellcheck source=tests/vm/lib/tap.sh
. /mnt/tests/lib/tap.sh
# shellcheck source=tests/vm/lib/daemon.sh
. /mnt/tests/lib/daemon.sh

check_not "the kernel refuses the module" modprobe vdpa
is "$(busctl get-property org.vdpactl1 /org/vdpactl1 org.vdpactl1.Manager KernelReady)" "b false" "the daemon starts all the same"
like "$(busctl get-property org.vdpactl1 /org/vdpactl1 org.vdpactl1.Manager KernelMessage)" \
	'the kernel refuses module vdpa, as it is not signed .*mokutil --import' "it says why there is no vDPA, and what helps"
like "$(manager AddDevice 'ssa{sv}' vdpasim_net web0 0 2>&1)" 'adding device web0 on vdpasim_net: ' "a change is refused"
like "$(journalctl -u vdpactld.service -o cat)" 'the kernel refuses module vdpa' "the journal says so, too"
systemctl stop vdpactld.service
done_testing
