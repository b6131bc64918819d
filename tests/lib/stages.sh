# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Stages of ./check: each says what it does, how it ended and what it took, and adds its results. Sourced after LOGS is set.

RESULTS=$LOGS/results
: >"$RESULTS"
STAGES=()

# stage TITLE COMMAND...: runs a command that shows its own failures and appends to $RESULTS what its tests did. One
# that fails without having counted a failure counts as one.
stage() {
	local title=$1 status=0 start=$SECONDS before
	shift
	before=$(stage_sum 3)
	printf '\n== %s\n' "$title"
	"$@" || status=$?
	((status == 0 || $(stage_sum 3) > before)) || stage_result 0 1 0 "$title"
	STAGES+=("$(printf '%4d s  %-4s  %s' $((SECONDS - start)) "$( ((status == 0)) && echo ok || echo FAIL)" "$title")")
	return "$status"
}

# stage_skipped TITLE REASON: one that cannot run here is told of.
stage_skipped() {
	printf '\n== %s\nskipped: %s\n' "$1" "$2"
	stage_result 0 0 1 "$1"
	STAGES+=("$(printf '%4d s  %-4s  %s' 0 skip "$1")")
}

# quiet NAME COMMAND...: its output goes to a log, of which the end is shown when it fails. Passes for one test.
quiet() {
	local name=$1 log=$LOGS/$1.log
	shift
	if "$@" >"$log" 2>&1 </dev/null; then
		stage_result 1 0 0 "$name"
		return
	fi
	tail -n 60 "$log"
	echo "the whole log is $log"
	return 1
}

# stage_result PASSED FAILED SKIPPED NAME
stage_result() {
	echo "RESULT $*" >>"$RESULTS"
}

# stage_sum COLUMN: 2 is passed, 3 failed, 4 skipped.
stage_sum() {
	awk -v column="$1" '{ sum += $column } END { print sum + 0 }' "$RESULTS"
}

# stages_end: the times, then the one line that tells all. The status is 0 when something passed and nothing failed.
stages_end() {
	printf '\n== Time of each stage\n'
	printf '%s\n' "${STAGES[@]}"
	printf '%4d s        all\n\n' "$SECONDS"
	printf '%d passed, %d failed, %d skipped\n' "$(stage_sum 2)" "$(stage_sum 3)" "$(stage_sum 4)"
	(($(stage_sum 2) > 0 && $(stage_sum 3) == 0))
}
