# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The disk that is made anew for each run: the command, the agent that runs it, tests/vm, what the user wants copied.

# Units that cost time or take a terminal, and that no case needs.
RUN_MASKED=(
	getty@tty1.service serial-getty@ttyS0.service serial-getty@hvc0.service systemd-timesyncd.service
	apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service
	fstrim.timer systemd-pcrphase.service systemd-pcrphase-sysinit.service systemd-update-utmp.service
	systemd-network-generator.service lm-sensors.service
)

# run_disk DIRECTORY OUTPUT TTY COPIES COMMAND...: COPIES names an array of paths; TTY is empty, or what stty shall set.
run_disk() {
	local root=$1 output=$2 tty=$3 units unit
	local -n run_disk_copies=$4
	shift 4
	units=$root/usr/lib/systemd/system
	mkdir -p "$units/multi-user.target.wants" "$root/usr/lib/vm" "$root/etc/systemd/system" "$root/mnt/copy"
	printf '%s\0' "$@" >"$root/usr/lib/vm/command"
	[[ -z $tty ]] || echo "$tty" >"$root/usr/lib/vm/tty"
	install -m 755 "$VM_DIR/guest/vm-agent" "$root/usr/lib/vm/agent"
	install -m 644 "$VM_DIR/guest/vm-agent.service" "$units/"
	ln -s ../vm-agent.service "$units/multi-user.target.wants/"
	for unit in "${RUN_MASKED[@]}"; do
		ln -s /dev/null "$root/etc/systemd/system/$unit"
	done
	mkdir "$root/mnt/tests"
	cp -r "$VM_DIR"/. "$root/mnt/tests/"
	for unit in "${run_disk_copies[@]}"; do
		cp -a "$unit" "$root/mnt/copy/" || die 125 "--copy $unit: cannot be copied"
	done
	mksquashfs "$root" "$output" -all-root -comp zstd -Xcompression-level 1 -quiet -no-progress >&2
}
