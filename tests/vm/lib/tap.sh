# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# TAP for shell tests, in the VM (. /mnt/tests/lib/tap.sh) and on the host. A test is a command: it passes when the
# command succeeds; what a failing one printed follows as a comment.

TAP_COUNT=0
TAP_FAILED=0
TAP_PLANNED=

# plan N: announces N tests; done_testing then fails if there were more or fewer.
plan() {
	TAP_PLANNED=$1
	echo "1..$1"
}

# check NAME COMMAND...: passes when the command succeeds.
check() {
	tap_run 0 "$@"
}

# check_not NAME COMMAND...: passes when the command fails with a status of its own, not because it is missing or died.
check_not() {
	tap_run 1 "$@"
}

# check_status STATUS NAME COMMAND...: passes when the command ends with that status.
check_status() {
	local want=$1
	shift
	tap_run "=$want" "$@"
}

# is GOT WANTED NAME
is() {
	if [[ $1 == "$2" ]]; then
		pass "$3"
	else
		fail "$3" "got:    $1" "wanted: $2"
	fi
}

# like GOT RE NAME: passes when GOT matches the ERE.
like() {
	if [[ $1 =~ $2 ]]; then
		pass "$3"
	else
		fail "$3" "got:           $1" "must match RE: $2"
	fi
}

pass() {
	TAP_COUNT=$((TAP_COUNT + 1))
	echo "ok $TAP_COUNT - $1"
}

# fail NAME [COMMENT]...
fail() {
	TAP_COUNT=$((TAP_COUNT + 1))
	TAP_FAILED=$((TAP_FAILED + 1))
	echo "not ok $TAP_COUNT - $1"
	shift
	(($# == 0)) || printf '%s\n' "$@" | sed 's/^/# /'
}

# skip NAME REASON
skip() {
	TAP_COUNT=$((TAP_COUNT + 1))
	echo "ok $TAP_COUNT - $1 # SKIP $2"
}

# skip_all REASON: ends the test file; nothing of it can run here.
skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}

# bail_out REASON: ends the test file as failed, as the rest makes no sense.
bail_out() {
	echo "Bail out! $1"
	exit 1
}

# wait_for SECONDS COMMAND...: tries the command ten times a second until it succeeds; fails when time is up.
wait_for() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		((SECONDS < end)) || return 1
		sleep 0.1
	done
}

# done_testing: the last line of every test file.
done_testing() {
	if [[ -z $TAP_PLANNED ]]; then
		echo "1..$TAP_COUNT"
	elif ((TAP_PLANNED != TAP_COUNT)); then
		echo "# $TAP_PLANNED tests planned, $TAP_COUNT run"
		exit 1
	fi
	((TAP_COUNT > 0 && TAP_FAILED == 0))
	exit
}

# tap_run WANTED NAME COMMAND...: the command runs in this shell, so that it may set variables.
tap_run() {
	local want=$1 name=$2 status=0 output
	shift 2
	output=$(mktemp)
	"$@" >"$output" 2>&1 || status=$?
	if tap_status_is "$want" "$status"; then
		pass "$name"
	else
		fail "$name" "status $status of: $*" "$(head -c 4000 "$output")"
	fi
	rm -f "$output"
}

tap_status_is() {
	case $1 in
	0) (($2 == 0)) ;;
	1) (($2 > 0 && $2 < 124)) ;;
	=*) (($2 == ${1#=})) ;;
	esac
}
