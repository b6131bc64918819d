#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the unit promises about the daemon's confinement, seen from inside, and tricks with the files that it uses.
# modules: both
# debug: no
# timeout: 180
# shellcheck source=tests/vm/lib/tap.sh
. /mnt/tests/lib/tap.sh
# shellcheck source=tests/vm/lib/daemon.sh
. /mnt/tests/lib/daemon.sh
need_simulator

run=/run/vdpactl
check "the daemon runs" systemctl start vdpactld.service
pid=$(systemctl show -P MainPID vdpactld.service)

status() {
	awk -v key="$1:" '$1 == key { print $2 }' "/proc/$pid/status"
}

# A command in the daemon's mounts, with its user, capabilities and groups.
inside() {
	nsenter --target "$pid" --mount -- setpriv --reuid=vdpactl --regid=vdpactl --clear-groups \
		--inh-caps=-all,+net_admin,+dac_override,+fowner --ambient-caps=-all,+net_admin,+dac_override,+fowner \
		--bounding-set=-all,+net_admin,+dac_override,+fowner --no-new-privs "$@"
}

# net_admin is bit 12, fowner bit 3, dac_override bit 1.
for set in CapBnd CapEff CapPrm CapAmb; do
	is "$(status $set)" 000000000000100a "$set has net_admin, fowner and dac_override, no more"
done
is "$(status NoNewPrivs)" 1 "no new privileges"
is "$(status Seccomp)" 2 "a system call filter is on"
is "$(status Uid)" "$(id -u vdpactl)" "its own user"
like "$(systemctl show -P RestrictAddressFamilies vdpactld.service)" '^(AF_UNIX AF_NETLINK|AF_NETLINK AF_UNIX)$' \
	"sockets are of the local and the netlink kind"

# cannot_write PATH: refused for the file system, not for its rights, which DAC_OVERRIDE is above.
cannot_write() {
	local text
	text=$(LC_ALL=C inside "$@" 2>&1) && echo "it was written" && return 1
	echo "$text"
	[[ $text == *"Read-only file system"* || $text == *"Permission denied"* ]]
}
for path in / /etc /usr /var /var/lib /boot /sys/kernel /sys/module /sys/fs/cgroup /run /run/systemd/system /run/udev; do
	[[ ! -d $path ]] || check "$path cannot be written" cannot_write touch "$path/vdpactl-test"
done
check "... nor a file in /sys/module" cannot_write sh -c 'echo 1 >/sys/module/printk/parameters/time'
check "its run directory can" inside sh -c "touch $run/test && rm $run/test"
check "so can the bus's switch" inside sh -c 'echo 1 >/sys/bus/vdpa/drivers_autoprobe'
mkdir -p /home/somebody
is "$(inside ls -A /home /root 2>/dev/null | grep -v -e : -e '^$')" "" "homes are empty"
touch /tmp/vdpactl-outside
check_not "/tmp is its own" inside test -e /tmp/vdpactl-outside
is "$(inside sh -c 'ls -d /proc/[0-9]*' | grep -cx /proc/1)" 0 "other users' processes are not seen"
check_not "/proc has processes only" inside test -e /proc/kallsyms
is "$(systemctl show -P DevicePolicy vdpactld.service)" closed "device nodes are closed"
rating=$(systemd-analyze security --no-pager vdpactld.service | sed -n 's/.*Overall exposure level.*: \([0-9.]*\) .*/\1/p')
echo "# exposure by systemd's measure: $rating"
check "the exposure that systemd sees is at most 1.5" awk -v r="$rating" 'BEGIN { exit !(r != "" && r <= 1.5) }'

# The same program, as a step of the unit that has every capability besides, and as root outside of it: what is refused inside is
# refused by the lines of the sandbox, not for want of a capability.
unit=/run/systemd/system/vdpactld.service.d
mkdir -p $unit
cat >$unit/inside.conf <<END
[Service]
ExecStartPre=/usr/lib/vdpactl/tests/vmtest-inside $run/inside
AmbientCapabilities=~
CapabilityBoundingSet=~
END
check "the unit starts with a look around" sh -c 'systemctl daemon-reload && systemctl restart vdpactld.service'
/usr/lib/vdpactl/tests/vmtest-inside outside
# tried FILE WHAT: what came of it.
tried() {
	awk -v what="$2" '$1 == what { print $2 }' "$1"
}
for what in inet inet6 packet; do
	is "$(tried $run/inside $what)" EAFNOSUPPORT "no $what sockets"
	is "$(tried outside $what)" 0 "... which there are outside"
done
for what in write-execute execute-written network-namespace user-namespace trace mount realtime set-user-id personality \
	host-name clock module bpf restart disk kernel-log root; do
	like "$(tried $run/inside $what)" '^(EPERM|EACCES)$' "$what: not allowed"
	like "$(tried outside $what)" '^(0|ENOEXEC|EINVAL|EFAULT)$' "... which root is outside"
done
for what in local netlink null-device; do
	is "$(tried $run/inside $what)" 0 "$what: allowed"
done
is "$(wc -l <$run/inside)" 23 "nothing was tried that nobody looked at"
rm -r $unit $run/inside
systemctl daemon-reload

# makes NAME: the daemon makes a device that a driver is chosen for. On a kernel that cannot do that in one step it uses
# the lock and the note.
makes() {
	timeout 40 busctl call org.vdpactl1 /org/vdpactl1 org.vdpactl1.Manager AddDevice 'ssa{sv}' vdpasim_net \
		"$1" 1 driver s none 2>&1
}

check_not "who is neither root nor the daemon cannot lock its directory" setpriv --reuid=nobody --clear-groups flock -n $run true
exec 9<$run
flock 9
if [[ $VM_MODULES == mainline ]]; then
	like "$(makes locked0)" "$run cannot be locked" "locked by root, it says so in the end"
else
	like "$(makes locked0)" locked0 "this kernel needs no lock"
fi
exec 9<&-

echo precious >/etc/precious
chmod 666 /etc/precious
# tricked KIND COMMAND...: with that in the note's place it says what is wrong, at once, and goes on when it is gone.
tricked() {
	local kind=$1 answer
	shift
	rm -rf $run/autoprobe.open
	"$@" $run/autoprobe.open
	answer=$(makes "$kind")
	if [[ $VM_MODULES == mainline ]]; then
		like "$answer" "$run/autoprobe.open cannot be read: " "$kind for a note: it says what is wrong"
	else
		like "$answer" "device/$kind" "$kind for a note: this kernel needs none"
	fi
	rm -rf $run/autoprobe.open
	like "$(makes "after$kind")" "device/after$kind" "... and without it all is well"
}
tricked link ln -s /etc/precious
is "$(cat /etc/precious)" precious "what a link points to is not touched"
tricked fifo mkfifo
tricked directory mkdir
tricked huge truncate -s 64M

# As root, and before the daemon.
systemctl stop vdpactld.service
modprobe -r vhost_vdpa virtio_vdpa
rm -rf $run
ln -s /etc/made-by-start $run
check_not "a link in the place of its directory: it does not start" timeout 60 systemctl start vdpactld.service
check_not "... and makes nothing elsewhere" test -e /etc/made-by-start
rm -f $run
systemctl stop vdpactld.service
systemctl reset-failed vdpactld.service
check "without the link it does" systemctl start vdpactld.service

for path in /sys/bus/vdpa/devices/*; do
	vdpa dev del "${path##*/}"
done
is "$(cat /sys/bus/vdpa/drivers_autoprobe)" 1 "automatic binding is on"
daemon_cleanup
done_testing
