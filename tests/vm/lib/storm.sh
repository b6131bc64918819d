# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Workers of a storm: functions called over and over, each in a process of its own, until the storm ends. That they fail is
# part of it; that they never succeed is not. STORM_SECONDS says how long it rages. Sourced after tap.sh.

STORM_SECONDS=${STORM_SECONDS:-60}
STORM_PIDS=()

# storm FUNCTION: one more process that calls it, with its number. The same function may have several.
storm() {
	local number=${#STORM_PIDS[@]}
	(
		good=0 bad=0
		until [[ -e storm.over ]]; do
			if "$1" "$number"; then
				good=$((good + 1))
			else
				bad=$((bad + 1))
			fi
		done
		echo "$1 $good $bad" >"storm.$number"
	) >/dev/null 2>&1 &
	STORM_PIDS+=($!)
}

# storm_lasts: time passes; fails when a worker died on the way.
storm_lasts() {
	local end=$((SECONDS + STORM_SECONDS))
	while ((SECONDS < end)); do
		kill -0 "${STORM_PIDS[@]}" || return
		sleep 1
	done
}

# storm_ends: tells the workers to stop; fails when one is stuck.
storm_ends() {
	: >storm.over
	wait_for 60 storm_is_over
}

storm_is_over() {
	local n
	for n in "${!STORM_PIDS[@]}"; do
		[[ -s storm.$n ]] || return
	done
}

# storm_worked FUNCTION: it had processes, and each of them got something done.
storm_worked() {
	awk -v name="$1" '$1 == name { n++; idle += $2 == 0 } END { exit !(n && !idle) }' storm.[0-9]*
}

storm_counts() {
	awk '{ print "# " $1 ": " $2 " times well, " $3 " refused" }' storm.[0-9]*
}
