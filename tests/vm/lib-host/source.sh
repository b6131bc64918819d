# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The kernel's source, as Debian packages it. Sourced by scripts in build/ after common.sh.
. "$VM_DIR/lib-host/apt.sh"
need xz xz-utils

# unpack_source VERSION [PATH]...: linux-source-6.1 VERSION into ./linux/linux-source-6.1, whole or these paths of it.
unpack_source() {
	local version=$1 archive=usr/src/linux-source-6.1.tar.xz from
	shift
	if [[ $(dpkg-query -W -f '${Version}' linux-source-6.1 2>/dev/null) == "$version" ]]; then
		from=/$archive
	else
		apt_fetch "linux-source-6.1=$version"
		from=$archive
	fi
	mkdir linux
	tar -xJf "$from" -C linux "${@/#/linux-source-6.1/}"
	rm -rf usr
}
