# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Debian's packages, from wherever this machine's apt has them. Sourced after common.sh.

# apt_sources: sources.list lines for Debian's own archives as this machine is set up; no mirror is named here.
apt_sources() {
	apt-get indextargets --format '$(ORIGIN)|$(SITE)|$(RELEASE)|$(COMPONENT)' 'Created-By: Packages' |
		awk -F'|' '$1 == "Debian" && $4 == "main" { print "deb", $2, $3, $4 }' | sort -u
}

# apt_ready: package lists are there, or are fetched.
apt_ready() {
	[[ -n $(apt_sources) ]] && return
	[[ $(id -u) == 0 ]] || die 125 "apt has no package lists: run apt-get update as root"
	note "fetching apt's package lists"
	apt-get update -qq >&2
	[[ -n $(apt_sources) ]] || die 125 "apt knows no archive of Debian's"
}

# apt_version PACKAGE: the version that apt would install.
apt_version() {
	apt-cache policy "$1" | awk '$1 == "Candidate:" && $2 != "(none)" { print $2 }'
}

# apt_dependency PACKAGE PATTERN: names of packages that PACKAGE depends on and that match the ERE.
apt_dependency() {
	apt-cache depends --no-recommends --no-suggests "$1" | awk -v re="$2" '$1 == "Depends:" && $2 ~ re { print $2 }'
}

# apt_fetch PACKAGE=VERSION...: downloads into the current directory and unpacks there; installs nothing.
apt_fetch() {
	local deb
	apt-get -qq -o APT::Sandbox::User=root download "$@"
	for deb in ./*.deb; do
		dpkg-deb -x "$deb" .
		rm "$deb"
	done
}
