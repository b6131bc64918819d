# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The programs of this tree, built and installed onto a disk for the VM. Sourced after cache.sh.

# project_get: prints the path of the squashfs. The build directory stays, so a change costs what it must.
project_get() {
	local dir key
	dir=$CACHE/work-$(hash_of "$TREE")/user
	mkdir -p "$dir"
	(
		flock 9
		project_build "$dir" >"$dir/log" 2>&1 9>&- || {
			tail -n 40 "$dir/log" >&2
			exit 1
		}
	) 9>"$dir/.lock" || die 125 "the programs do not build or install; the whole log is $dir/log"
	key=$(hash_of "$(hash_files "$dir/root" "$VM_DIR/build/project-disk")") || exit
	echo "$(cache_get project "$key" 6 "$VM_DIR/build/project-disk" "$dir/root")/project.sqfs"
}

project_build() {
	cmake --preset release -S "$TREE" -B "$1/build" &&
		cmake --build "$1/build" -j2 &&
		rm -rf "$1/root" &&
		DESTDIR="$1/root" cmake --install "$1/build" &&
		DESTDIR="$1/root" cmake --install "$1/build" --component vm-tests &&
		mkdir -p "$1/root/usr"
}
