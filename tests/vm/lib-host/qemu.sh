# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Starts QEMU once and waits for its end. Sourced by run, which sets the VM_* variables.

# qemu_boot DIRECTORY NUMBER SECONDS: one boot, from power-on to power-off or reboot. DIRECTORY gets console.NUMBER
# (the kernel's log) and status.NUMBER (what the command returned; empty when it did not). Returns 124 when time is up.
qemu_boot() {
	local dir=$1 number=$2 seconds=$3 port r=0 readers=() args=()
	local append="console=ttyS0 loglevel=5 panic=-1 oops=panic rcupdate.rcu_cpu_stall_timeout=60"
	append+=" systemd.show_status=0 systemd.getty_auto=0 systemd.unit=multi-user.target systemd.setenv=VM_BOOT=$number"
	if [[ $(<"$VM_KERNEL/version") == *-debug ]]; then
		# KASAN sees what slub_debug would. Interrupt routing by ACPI is bytecode, which takes minutes here.
		append+=" acpi=noirq"
	else
		append+=" slub_debug=FZPU"
	fi
	[[ $VM_WARN_PANICS != 1 ]] || append+=" panic_on_warn=1"
	append+=$VM_APPEND

	qemu_disks args
	args+=(-device virtio-serial)
	for port in stdout stderr; do
		# QEMU writes into a pipe, so that output is seen at once and a file it ends in is not truncated.
		mkfifo "$dir/$port.$number"
		args+=(-chardev "file,id=$port,path=$dir/$port.$number" -device "virtserialport,chardev=$port,name=$port")
	done
	args+=(-chardev "file,id=status,path=$dir/status.$number" -device virtserialport,chardev=status,name=status)
	if [[ -n $VM_TTY ]]; then
		args+=(-chardev stdio,id=tty,signal=off -device virtconsole,chardev=tty)
	fi
	# A reader that opens the pipe before QEMU does waits for that, and must not when this shell is killed.
	setpriv --pdeathsig TERM cat "$dir/stdout.$number" & readers+=($!)
	setpriv --pdeathsig TERM cat "$dir/stderr.$number" >&2 & readers+=($!)

	# The death signal makes sure that the VM does not outlive a shell that is killed.
	setpriv --pdeathsig TERM timeout --foreground --kill-after=5 "$seconds" \
		setpriv --pdeathsig KILL qemu-system-x86_64 -nodefaults -no-user-config -display none -no-reboot \
		-machine "$VM_MACHINE" -accel tcg,thread=multi -cpu max,la57=off -smp 2 -m "$VM_MEMORY" \
		-kernel "$VM_KERNEL/bzImage" -initrd "$VM_INITRD" -append "$append" \
		-serial "file:$dir/console.$number" "${args[@]}" "${VM_QEMU_ARGS[@]}" <&"$VM_STDIN" >&3 2>"$dir/qemu.$number" &
	VM_PID=$!
	wait "$VM_PID" || r=$?
	VM_PID=
	# Readers whose pipe QEMU never opened would wait for ever.
	[[ $r == 0 || $r == 124 ]] || kill "${readers[@]}" 2>/dev/null
	wait "${readers[@]}" 2>/dev/null
	return "$r"
}

# qemu_disks NAME: appends the arguments for the disks to the array NAME.
qemu_disks() {
	local -n qemu_disks_args=$1
	local n=0 layer
	for layer in "${VM_LAYERS[@]}"; do
		qemu_disks_args+=(-drive "file=$layer,id=layer$n,if=none,format=raw,readonly=on")
		qemu_disks_args+=(-device "virtio-blk-pci,drive=layer$n,serial=layer$n")
		n=$((n + 1))
	done
	if [[ -n $VM_PERSIST ]]; then
		qemu_disks_args+=(-drive "file=$VM_PERSIST,id=persist,if=none,format=raw,cache=unsafe")
		qemu_disks_args+=(-device virtio-blk-pci,drive=persist,serial=persist)
	fi
}
