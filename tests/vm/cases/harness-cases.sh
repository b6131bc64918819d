#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# run-cases bites: each thing that a case can do wrong makes that case fail, and only that one.
# runs: host
# timeout: 300
set -u
dir=$(cd "$(dirname "$0")/.." && pwd)
. "$dir/lib/tap.sh"

temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT

# result CASE: what run-cases made of it: passed, failed, skipped.
result() {
	sed -n "s|^RESULT \(.*\) vm/$1\$|\1|p" "$temp/results"
}

check_status 1 "failing cases make run-cases fail" "$dir/run-cases" -d cases-broken -l "$temp/logs" -r "$temp/results"
is "$(result good)" "3 0 1" "a good case passes, its skip is counted"
is "$(result fails)" "1 1 0" "a failed test counts"
is "$(result hangs)" "1 1 0" "a case that does not end is ended, and fails"
is "$(result leaves)" "3 1 0" "a case that leaves things behind fails"
check "... for the device" grep -q 'left vDPA device forgotten' "$temp/logs/leaves.tap"
check "... and for the namespace" grep -q 'left network namespace forgotten' "$temp/logs/leaves.tap"
is "$(result stops)" "1 1 0" "a case that stops early fails"
like "$(result warns)" '^[01] 1 0$' "a case in which the kernel complains fails"
is "$(result zlast)" "0 1 0" "a case whose machine died before its turn fails"
is "$(grep -c . "$temp/results")" 7 "nothing else was counted"
check_status 1 "a pattern that matches no case is a failure" "$dir/run-cases" 'no-such-case'
done_testing
