# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What counts as a complaint of the kernel. Only the first line of each report is matched: it tells what and where.

DMESG_COMPLAINTS='WARNING: |BUG: |BUG [^ ]+ \(|kernel BUG at|Oops: |general protection fault|Kernel panic'
DMESG_COMPLAINTS+='|KASAN: |KFENCE: |KCSAN: |UBSAN: |INFO: possible |INFO: task .* blocked|INFO: trying to register'
DMESG_COMPLAINTS+='|possible (circular|recursive|irq lock)|inconsistent lock state|INFO: suspicious|suspicious RCU'
DMESG_COMPLAINTS+='|detected (expedited )?stalls|self-detected stall|soft lockup|hard LOCKUP|kmemleak: [0-9]+ new'
DMESG_COMPLAINTS+='|unreferenced object|refcount_t: |list_(add|del) corruption|sleeping function called'
DMESG_COMPLAINTS+='|scheduling while atomic|Bad page state|Objects remaining in |DEBUG_LOCKS_WARN|ODEBUG: |nobody cared'
DMESG_COMPLAINTS+='|leaked|DMA-API: |unregister_netdevice: waiting for|Unable to handle kernel|double fault'
DMESG_COMPLAINTS+='|DMAR: .*[Ff]ault|debugfs: .*already present|page allocation failure'
# Programs of ours that crash, and lines that nobody will see.
DMESG_COMPLAINTS+='|(traps: )?(vdpactl|vmtest)[^ ]*\[[0-9]+\]:? (segfault|trap|general protection)|printk messages dropped'

# With a trace, and yet none: names of devices are the administrator's to choose, also such as sysfs has for something else.
DMESG_QUIET='sysfs: cannot create duplicate filename'

# A trace of calls belongs to the report above it, which may be long; one without is a complaint of its own.
DMESG_REPORT_LINES=300

# dmesg_scan CONSOLE EXPECTED: prints the complaints that EXPECTED (an ERE, may be empty) does not match.
dmesg_scan() {
	{
		grep -aE "$DMESG_COMPLAINTS" "$1"
		tr -d '\0' <"$1" | complaints=$DMESG_COMPLAINTS awk -v lines=$DMESG_REPORT_LINES -v quiet="$DMESG_QUIET" '
			$0 ~ ENVIRON["complaints"] || $0 ~ quiet { report = NR }
			/Call Trace:/ && (!report || NR - report > lines)'
	} | if [[ -n $2 ]]; then grep -avE -e "$2"; else cat; fi | tr -d '\r'
}

# dmesg_is_blind CONSOLE: nothing on it shows that it was read from when the command began.
dmesg_is_blind() {
	! grep -aq 'vm: command starts' "$1"
}

# dmesg_panicked CONSOLE: succeeds when the kernel panicked.
dmesg_panicked() {
	grep -aq 'Kernel panic' "$1"
}

# dmesg_rebooted CONSOLE: succeeds when the kernel was told to restart, rather than to switch off.
dmesg_rebooted() {
	grep -aq 'reboot: Restarting system' "$1"
}

# dmesg_context CONSOLE: the lines around the first complaint.
dmesg_context() {
	local line
	line=$(grep -anEm1 "$DMESG_COMPLAINTS" "$1" | cut -d: -f1)
	tail -n +"$((line > 3 ? line - 3 : 1))" "$1" | head -n 45
}
