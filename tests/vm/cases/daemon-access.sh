#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Who may change devices: real polkit, its rules, and none at all.
# modules: both
# debug: no
# timeout: 180
# shellcheck source=tests/vm/lib/tap.sh
. /mnt/tests/lib/tap.sh
# shellcheck source=tests/vm/lib/daemon.sh
. /mnt/tests/lib/daemon.sh
need_simulator

rules=/etc/polkit-1/rules.d/50-vdpactl-test.rules

# as_nobody COMMAND...: the output whatever the status.
as_nobody() {
	setpriv --reuid=nobody --regid=nogroup --clear-groups "$@" 2>&1 || :
}

# The same with vdpactl, whose status counts.
nobody_adds_cli() {
	setpriv --reuid=nobody --regid=nogroup --clear-groups vdpactl dev add "$1" mgmtdev vdpasim_net
}

nobody_adds() {
	as_nobody busctl call org.vdpactl1 /org/vdpactl1 org.vdpactl1.Manager AddDevice 'ssa{sv}' vdpasim_net "$1" 0
}

like "$(as_nobody busctl get-property org.vdpactl1 /org/vdpactl1 org.vdpactl1.Manager KernelReady)" 'b true' \
	"anybody may read"
like "$(nobody_adds lab-1)" 'adding device lab-1 on vdpasim_net: polkit action org.vdpactl1.add-device' \
	"a stranger may not add, and is told the polkit action"
check_status 4 "vdpactl tells it by its status" nobody_adds_cli lab-1
like "$(nobody_adds_cli lab-1 2>&1)" 'cannot create device "lab-1".*polkit action org.vdpactl1.add-device' \
	"... and by the action"
check_not "... and no device was made" test -e /sys/bus/vdpa/devices/lab-1

mkdir -p ${rules%/*}
cat >$rules <<'RULE'
polkit.addRule(function(action, subject) {
	if (action.id.indexOf("org.vdpactl1.") == 0 && subject.user == "nobody" &&
	    action.lookup("device") == "lab-1")
		return polkit.Result.YES;
});
RULE
allowed() {
	[[ $(nobody_adds lab-1) == *"/org/vdpactl1/device/lab_2d1"* ]]
}
check "a rule about that device lets him" wait_for 10 allowed
check "... and it is there" test -e /sys/bus/vdpa/devices/lab-1
like "$(nobody_adds other)" 'polkit action org.vdpactl1.add-device' "the rule is about that device only"
like "$(as_nobody busctl call org.vdpactl1 /org/vdpactl1/device/lab_2d1 org.vdpactl1.Device Bind 'sa{sv}' virtio 0)" \
	'^$' "he may bind it"
check "... and it is bound" bound_to lab-1 virtio_vdpa
like "$(as_nobody busctl call org.vdpactl1 /org/vdpactl1/device/lab_2d1 org.vdpactl1.Device Delete 'a{sv}' 0)" \
	'^$' "he may delete it"
check_not "... and it is gone" test -e /sys/bus/vdpa/devices/lab-1

# An open file for who may not open it. Another device is another question.
echo 'polkit.addRule(function(action, subject) {
	if (action.id == "org.vdpactl1.open-vhost" && subject.user == "nobody" && action.lookup("device") == "open0")
		return polkit.Result.YES;
});' >$rules
# opens BYTES-OF-MEMLOCK PATH: becomes a driver of the device with that limit, as nobody.
opens() {
	as_nobody prlimit --memlock="$1:$1" /usr/lib/vdpactl/tests/vmtest-dbus open "$2" 262144 \
		/usr/lib/vdpactl/tests/vmtest-vhost hold fd:@
}
if modprobe -n -q vhost_vdpa; then
	manager AddDevice 'ssa{sv}' vdpasim_net open0 1 driver s vhost >/dev/null
	manager AddDevice 'ssa{sv}' vdpasim_net other0 1 driver s vhost >/dev/null
	check_not "he may not open its node" setpriv --reuid=nobody --regid=nogroup --clear-groups \
		sh -c ': <>/dev/vdpa/by-name/open0'
	is_open() {
		answer=$(opens 262144 /org/vdpactl1/device/open0)
		[[ $answer == *"ok 2 - packets come back"* ]]
	}
	check "the daemon opens it for him, and he drives it" wait_for 20 is_open
	like "$answer" '# memlock 262144' "... told what limit of pinned memory that needs"
	is "$(as_nobody busctl call org.vdpactl1 /org/vdpactl1 org.vdpactl1.Manager MemlockNeeded ast 2 open0 other0 262144)" \
		't 524288' "... which he could have asked before, for more than one device"
	like "$(opens 131072 /org/vdpactl1/device/open0)" 'Bail out!|not ok' "... and with less he cannot"
	like "$(as_nobody prlimit --memlock=65536:262144 vdpactl dev open open0 memory 256K -- \
		/usr/lib/vdpactl/tests/vmtest-vhost hold 'fd:{}')" 'ok 2 - packets come back' "vdpactl opens it for him and raises the limit"
	like "$(as_nobody prlimit --memlock=65536:131072 vdpactl dev open open0 memory 256K -- true '{}')" \
		'lock 262144 bytes of memory, only 131072' "... or tells that it cannot"
	like "$(opens 262144 /org/vdpactl1/device/other0)" 'polkit action org.vdpactl1.open-vhost' "not another device"
	exec 8<>/dev/vdpa/by-name/open0
	like "$(manager DeleteDevice 'sa{sv}' open0 0 2>&1)" 'deleting device open0: .*held open by' "held open, it is not deleted"
	is "$(vdpactl -j dev show open0 | jq -r '.dev.open0 | "\(.holder_pid) \(.holder_comm)"')" "$$ $(</proc/$$/comm)" \
		"root is told by whom"
	if [[ $VM_MODULES == mainline ]]; then
		# The daemon itself has to look into others' processes for that, which it may not by default.
		mkdir -p /run/systemd/system/vdpactld.service.d
		printf '[Service]\nAmbientCapabilities=CAP_SYS_PTRACE\nCapabilityBoundingSet=CAP_SYS_PTRACE\n' \
			>/run/systemd/system/vdpactld.service.d/holder.conf
		check "the daemon is let look" sh -c 'systemctl daemon-reload && systemctl restart vdpactld.service'
		like "$(manager DeleteDevice 'sa{sv}' open0 0 2>&1)" "deleting device open0: held open by .*\(pid $$\)" \
			"... and tells it too"
		exposure=$(systemd-analyze security --no-pager vdpactld.service |
			sed -n 's/.*exposure level for [^:]*: \([0-9.]*\).*/\1/p')
		check "its exposure is $exposure then, at most 2.0" awk -v e="$exposure" 'BEGIN { exit !(e != "" && e <= 2.0) }'
		rm -r /run/systemd/system/vdpactld.service.d
		systemctl daemon-reload
		systemctl restart vdpactld.service
		like "$(manager DeleteDevice 'sa{sv}' open0 1 force b true 2>&1)" 'kernel cannot take a device' \
			"... nor by force where the kernel would wait for the holder"
		exec 8>&-
		wait_for 10 manager DeleteDevice 'sa{sv}' open0 0
	else
		check "... but by force" manager DeleteDevice 'sa{sv}' open0 1 force b true
		exec 8>&-
	fi
	check_not "it is gone" test -e /sys/bus/vdpa/devices/open0
	manager DeleteDevice 'sa{sv}' other0 0
else
	skip "a device is opened for him" "these modules have no vhost_vdpa"
fi
rm $rules

systemctl stop polkit.service
systemctl mask --runtime --quiet polkit.service
like "$(nobody_adds lab-1)" 'polkit is not there to decide about org.vdpactl1.add-device, so only root may do this' \
	"without polkit he is told that only root may"
check_status 4 "so does vdpactl" nobody_adds_cli lab-1
like "$(nobody_adds_cli lab-1 2>&1)" 'polkit is not there .*only root may' "... with the reason"
check "root may" manager AddDevice 'ssa{sv}' vdpasim_net root0 0
check "... also delete" manager DeleteDevice 'sa{sv}' root0 0
systemctl unmask --runtime --quiet polkit.service
daemon_cleanup
done_testing
