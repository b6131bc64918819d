# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Kernel modules: sets of .ko files, and the disk that brings a set into the VM. Sourced after kernel.sh.

# modules_get KERNEL-DIRECTORY SET: prints the path of a squashfs with the set and the test modules, depmod done.
# SET is ours, mainline, hybrid (our vdpa.ko below mainline's other modules), parents (ours, and mainline's parents that
# we have none of), none, or a directory of .ko files.
modules_get() {
	local kernel=$1 set=$2 list="" extra="" path key
	case $set in
	ours) path=$(ours_get "$kernel") || exit ;;
	mainline) path=$(mainline_get "$kernel" "") || exit ;;
	hybrid | parents) path=$(mixed_get "$kernel" "$set") || exit ;;
	none) path= ;;
	*)
		[[ -d $set ]] || die 125 "--modules $set: it is ours, mainline, hybrid, parents, none or a directory of .ko files"
		path=$(realpath "$set")
		;;
	esac
	if [[ -n $path && -f $path/Module.symvers ]]; then
		extra=$(testmods_vdpa_get "$kernel" "$path/Module.symvers") || exit
	fi
	list=$(find ${path:+"$path"} ${extra:+"$extra"} "$(testmods_get "$kernel")" -name '*.ko' | sort) || exit
	mapfile -t list <<<"$list"
	key=$(hash_of "$kernel" "$(hash_files "$VM_DIR/build/modules-disk")" "$(hash_files "${list[@]}")") || exit
	echo "$(cache_get modules "$key" 8 "$VM_DIR/build/modules-disk" "$kernel" "${list[@]}")/modules.sqfs"
}

# mainline_get KERNEL-DIRECTORY SYMVERS: prints the directory of mainline's modules; with SYMVERS (a Module.symvers of
# another vdpa.ko) all but vdpa.ko, built against that one.
mainline_get() {
	local source key
	source=$(source_get "$1") || exit
	key=$(hash_of "$1" "$source" "$(hash_files "$VM_DIR/build/mainline" ${2:+"$2"})") || exit
	cache_get "mainline" "$key" 4 "$VM_DIR/build/mainline" "$1" "$source" "$2"
}

# testmods_get KERNEL-DIRECTORY: prints the directory of the modules in tests/vm/kmod.
testmods_get() {
	local key
	key=$(hash_of "$1" "$(hash_files "$VM_DIR/build/testmods" "$VM_DIR/kmod")") || exit
	cache_get testmods "$key" 4 "$VM_DIR/build/testmods" "$1"
}

# testmods_vdpa_get KERNEL-DIRECTORY SYMVERS: the same for tests/vm/kmod-vdpa, which stand on vdpa.ko.
testmods_vdpa_get() {
	local key
	key=$(hash_of "$1" "$(hash_files "$2" "$VM_DIR/build/testmods-vdpa" "$VM_DIR/kmod-vdpa" \
		"$TREE/kmod/vdpa/vdpa_ext.h" "$TREE/libvdpactl/uapi")") || exit
	cache_get testmods_vdpa "$key" 4 "$VM_DIR/build/testmods-vdpa" "$1" "$2"
}

# ours_build_dir KERNEL-DIRECTORY: where make leaves objects for the next time; one for each tree and kernel.
ours_build_dir() {
	echo "$CACHE/work-$(hash_of "$TREE")/kmod-$(basename "$1")"
}

# ours_get KERNEL-DIRECTORY: builds kmod/ and prints a directory that holds its modules and their Module.symvers. That is
# a copy: the next build, perhaps of a run at the same time, does not touch it.
ours_get() {
	local dir
	dir=$(ours_build_dir "$1")
	[[ -f $TREE/kmod/Makefile ]] || die 125 "kmod/Makefile is not there: --modules ours needs it"
	mkdir -p "$dir"
	(
		flock 9
		ours_build "$1" "$dir" 9>&-
	) 9>"$dir/.lock" || die 125 "the modules in kmod/ do not build"
}

ours_build() {
	local log=$2/log key results
	# A module that is no longer built would stay and be taken along.
	find "$2" -name '*.ko' -delete
	if ! make -s -C "$TREE/kmod" -j2 KDIR="$1/kdir" BUILD="$2" >"$log" 2>&1; then
		cat "$log" >&2
		return 1
	fi
	mapfile -t results <<<"$(find "$2" -name '*.ko' -o -name Module.symvers | sort)"
	key=$(hash_of "$(hash_files "$VM_DIR/build/collect" "${results[@]}")")
	cache_get ours "$key" 6 "$VM_DIR/build/collect" "${results[@]}"
}

# mixed_get KERNEL-DIRECTORY hybrid|parents: prints a directory with some modules of ours and some of mainline's, which are
# built against our vdpa.ko.
mixed_get() {
	local dir theirs key
	dir=$(ours_get "$1") || exit
	theirs=$(mainline_get "$1" "$dir/Module.symvers") || exit
	key=$(hash_of "$theirs" "$(hash_files "$dir" "$VM_DIR/build/$2")") || exit
	cache_get "$2" "$key" 4 "$VM_DIR/build/$2" "$dir" "$theirs"
}
