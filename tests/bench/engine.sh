#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The ring engine by itself, on this machine: kmod/vring against mainline's vringh and its IOTLB, which are built from the
# kernel's source as its tools/virtio does. "mainline" looks after each chain whether the driver wishes to be told, as its
# simulators do; "vringh-batch" once in 64, as ours does. vringh knows no packed rings: those are held against its split ones.
# runs: host
# unit: chains/s
# columns: rate
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
linux=$("$here/../vm/parts" source)/linux
vring=$here/../../kmod/vring
ROUNDS=5 BATCHES=50000

# mainline PROGRAM OPTION...
mainline() {
	local out=$1 file flags=(
		-O2 -w -pthread -fno-strict-overflow -fno-strict-aliasing -fno-common -U_FORTIFY_SOURCE
		-include "$linux/include/linux/kconfig.h" -include linux/kernel.h -DCONFIG_VHOST_IOTLB=1
		"-Ddata_race(x)=(x)" "-DMODULE_AUTHOR(x)=" "-DMODULE_DESCRIPTION(x)=" "-DMODULE_VERSION(x)="
		-I"$here/engine/shim" -I"$here/engine" -I"$linux/tools/virtio" -I"$linux/tools/include" -I"$linux/include"
	)
	shift
	for file in "$linux"/drivers/vhost/{vringh,iotlb}.c "$here/engine/mainline.c"; do
		gcc "${flags[@]}" "$@" -c "$file" -o "$temp/$(basename "$file" .c).o"
	done
	gcc -O2 -w -I"$linux/tools/include" -c "$linux/tools/lib/rbtree.c" -o "$temp/rbtree.o"
	gcc -O2 -I"$here/engine" -o "$out" "$here/engine/main.c" "$temp"/{mainline,vringh,iotlb,rbtree}.o -pthread
}

temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
gcc -O2 -I"$here/engine" -I"$vring" -o "$temp/ours" "$here"/engine/{main,ours}.c "$vring"/*.c
mainline "$temp/mainline" -DTOLD_EACH=1
mainline "$temp/vringh-batch" -DTOLD_EACH=0
for ((round = 1; round <= ROUNDS; round++)); do
	for n in 1 3; do
		for program in mainline vringh-batch ours; do
			rate=$("$temp/$program" split $n $BATCHES)
			echo "$program|split, $n descriptors|$rate"
			[[ $program == ours ]] || echo "$program|packed, $n descriptors|$rate"
		done
		echo "ours|packed, $n descriptors|$("$temp/ours" packed $n $BATCHES)"
	done
done
