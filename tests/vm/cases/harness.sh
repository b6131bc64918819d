#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The VM lane bites: what it promises to notice it notices, and nothing stays behind.
# runs: host
# timeout: 900
set -u
dir=$(cd "$(dirname "$0")/.." && pwd)
. "$dir/lib/tap.sh"

temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT

# vm STATUS ARGUMENT...: tests/vm/run ends with that status; what it says is in $temp/out and $temp/err.
vm() {
	local want=$1 got=0
	shift
	TMPDIR=$temp/tmp "$dir/run" --bare --modules none --timeout 120 "$@" >"$temp/out" 2>"$temp/err" || got=$?
	[[ $got == "$want" ]] && return
	echo "# status $got instead of $want; standard error:"
	tail -n 20 "$temp/err" | sed 's/^/# /'
	return 1
}

# same_bytes: all 256 bytes came through twice, with nothing added.
same_bytes() {
	cat "$temp/bytes" "$temp/bytes" | cmp - "$temp/out"
}

said() {
	grep -qE -e "$1" "$temp/err"
}

# No temporary directory and no QEMU of a run that this shell started may be left.
nothing_left() {
	no_process && [[ -z $(ls -A "$temp/tmp") ]]
}

# A run that is killed without a chance to clean up takes its VM along.
killed_run_takes_vm_along() {
	local pid
	TMPDIR=$temp/tmp "$dir/run" --bare --modules none --timeout 120 -- sleep 100 >"$temp/out" 2>"$temp/err" &
	pid=$!
	wait_for 60 pgrep -f "qemu-system-x86_64.*$temp/tmp" || return
	kill "-$1" "$pid"
	wait "$pid" 2>/dev/null
	wait_for 10 no_process
}

# QEMU, and who reads its pipes, have the directory among their arguments.
no_process() {
	! pgrep -f -- "$temp/tmp/" >/dev/null
}

mkdir "$temp/tmp"
for ((i = 0; i < 256; i++)); do
	printf '%b' "\\x$(printf %x "$i")"
done >"$temp/bytes"

check "an unknown option is refused by name" vm 125 --frob -- true
check "... and named" said '--frob: unknown option'
check "a file to copy that is not there is refused" vm 125 --copy "$temp/none" -- true
check "an unknown kernel is refused" vm 125 --kernel fast -- true
check "no command is refused" vm 125 --

# The quotes are for the shell in the VM.
check "exit status 7 comes through, an argument stays one" vm 7 --copy "$temp/bytes" -- \
	sh -c 'cat /mnt/copy/bytes "$1"; echo to stderr >&2; exit 7' sh /mnt/copy/bytes
check "all bytes come through unchanged" same_bytes
check "standard error comes through apart" said '^to stderr$'
check "a command that is not there is status 127" vm 127 -- /no/such/command
check "a WARNING of the kernel is a failure" vm 123 -- modprobe vmtest_complain what=warn
check "... and is shown" said 'vmtest_complain was asked to warn'
check "a WARNING that is expected is none" vm 0 --expect-dmesg vmtest_complain -- modprobe vmtest_complain what=warn
check "a WARNING that is expected but does not come is a failure" vm 123 --expect-dmesg vmtest_complain -- true
check "an oops is a failure" vm 123 -- modprobe vmtest_complain what=oops
check "a panic that is expected is none" vm 0 --expect-panic --expect-dmesg 'asked to panic' -- \
	modprobe vmtest_complain what=panic
check "a panic that is expected but does not come is a failure" vm 1 --expect-panic --expect-dmesg 'asked to panic' -- true
check "another panic than the expected one is a failure" vm 1 --expect-panic --expect-dmesg 'asked for tea' -- \
	modprobe vmtest_complain what=panic
check "a panic of any kind cannot be expected" vm 125 --expect-panic -- true
check "a command that hangs is ended" vm 124 --timeout 40 -- sleep 1000
check "/etc and /var persist over a reboot, /root does not" vm 42 --persist -- bash -c '
	if [[ $VM_BOOT == 1 ]]; then
		echo kept | tee /etc/kept /var/lib/kept >/root/lost
		reboot
		sleep 1000
	fi
	[[ $VM_BOOT == 2 && $(cat /etc/kept /var/lib/kept) == kept?kept && ! -e /root/lost ]] && exit 42'
check "nothing is left of all these" nothing_left
check "a run that gets SIGTERM takes its VM along" killed_run_takes_vm_along TERM
check "a run that gets SIGKILL takes its VM along" killed_run_takes_vm_along KILL
done_testing
