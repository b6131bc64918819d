# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The cache: a directory of entries named KIND-KEY, where KEY is a hash over everything that went in. An entry is made
# under another name and renamed when whole, so whoever sees it sees all of it. Sourced after common.sh.

# cache_get KIND KEY KEEP SCRIPT ARGUMENT...: prints the entry's directory, and makes it when it is not there: SCRIPT
# runs in an empty directory that becomes the entry. Of the other entries of this kind the KEEP last used ones stay,
# and those used within the last hour: somebody may just be at it. With CACHE_ONLY=1 nothing is made: the status is 1.
cache_get() {
	local kind=$1 keep=$3 entry=$CACHE/$1-$2
	shift 3
	[[ -d $entry || ! ${CACHE_ONLY-} ]] || return 1
	mkdir -p "$CACHE/log"
	if [[ ! -d $entry ]]; then
		(
			flock 9
			[[ -d $entry ]] || cache_make "$kind" "$entry" "$@" 9>&- || exit
			cache_prune "$kind" "$keep"
		) 9>"$CACHE/.lock.$kind" || exit 125
	fi
	touch "$entry"
	echo "$entry"
}

cache_make() {
	local kind=$1 entry=$2 temp start=$SECONDS log=$CACHE/log/$1.log
	shift 2
	# Nobody else makes this kind while we hold its lock: what lies here was left by a run that was killed.
	rm -rf "$CACHE/.new.$kind".*
	temp=$(mktemp -d "$CACHE/.new.$kind.XXXXXX")
	note "making $kind"
	if ! (cd "$temp" && bash -euo pipefail "$@") >"$log" 2>&1 </dev/null; then
		tail -n 40 "$log" >&2
		rm -rf "$temp"
		note "making $kind failed; the whole log is $log"
		return 1
	fi
	chmod 755 "$temp"
	mv -T "$temp" "$entry"
	note "made $kind in $((SECONDS - start)) s"
}

cache_prune() {
	local kind=$1 keep=$2 old
	# The key has no dash, so that kind "kernel" does not match "kernel-cloud-...".
	find "$CACHE" -maxdepth 1 -type d -regex ".*/$kind-[0-9a-f]+" -mmin +60 -printf '%T@ %p\n' | sort -rn |
		tail -n +"$((keep + 1))" | while read -r _ old; do
		mv -T "$old" "$CACHE/.new.$kind.$$" && rm -rf "$CACHE/.new.$kind.$$"
	done
}
