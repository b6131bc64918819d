# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The programs of this tree, built and installed onto a disk for the VM. Sourced after cache.sh.

# project_get: prints the path of the squashfs. The build directory stays, so a change costs what it must.
project_get() {
	local dir
	dir=$CACHE/work-$(hash_of "$TREE")/user
	mkdir -p "$dir"
	(
		flock 9
		project_make "$dir" 9>&-
	) 9>"$dir/.lock" || die 125 "the programs do not build or install; the whole log is $dir/log"
}

project_make() {
	local key entry
	if ! project_build "$1" >"$1/log" 2>&1; then
		tail -n 40 "$1/log" >&2
		return 1
	fi
	key=$(hash_of "$(hash_files "$1/root" "$VM_DIR/build/project-disk")")
	entry=$(cache_get project "$key" 6 "$VM_DIR/build/project-disk" "$1/root") || return
	echo "$entry/project.sqfs"
}

project_build() {
	cmake --preset release -S "$TREE" -B "$1/build" &&
		cmake --build "$1/build" -j2 &&
		rm -rf "$1/root" &&
		DESTDIR="$1/root" cmake --install "$1/build" &&
		DESTDIR="$1/root" cmake --install "$1/build" --component vm-tests &&
		mkdir -p "$1/root/usr"
}
