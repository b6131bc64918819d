#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# tests/tap-run bites: whatever can be wrong with a test file makes it fail.
. "$(dirname "$0")/../lib/tree.sh"

temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT

# result WANTED NAME SCRIPT: what tap-run makes of a test that is this shell script.
result() {
	printf '#!/bin/sh\n%s\n' "$3" >"$temp/test"
	chmod +x "$temp/test"
	rm -f "$temp/results"
	tests/tap-run -t 2 -r "$temp/results" "$temp/test" >"$temp/output" 2>&1
	is "$? $(cut -d' ' -f2-4 "$temp/results")" "$1" "$2"
}

result "0 1 0 0" "a test that passes" 'echo 1..1; echo ok 1 - a'
result "0 1 0 1" "a test with a skip" 'echo 1..2; echo ok 1 - a; echo "ok 2 - b # SKIP why"'
result "0 0 0 1" "a file that skips all" 'echo "1..0 # SKIP why"'
result "1 1 1 0" "a failed test" 'echo 1..2; echo ok 1 - a; echo not ok 2 - b; exit 1'
result "1 1 1 0" "no plan" 'echo ok 1 - a'
result "1 1 1 0" "fewer tests than planned" 'echo 1..2; echo ok 1 - a'
result "1 2 1 0" "more tests than planned" 'echo 1..1; echo ok 1 - a; echo ok 2 - b'
result "1 0 1 0" "an empty plan without a reason" 'echo 1..0'
result "1 0 1 0" "no output at all" 'exit 0'
result "1 1 1 0" "a failing status though all passed" 'echo 1..1; echo ok 1 - a; exit 3'
result "1 0 2 0" "a good status though a test failed" 'echo 1..1; echo not ok 1 - a'
result "1 1 1 0" "a test that hangs" 'echo 1..1; echo ok 1 - a; sleep 60'
result "1 1 1 0" "a test that gives up" 'echo 1..2; echo ok 1 - a; echo "Bail out! why"; exit 1'
result "1 0 1 0" "a test that is killed" 'echo 1..1; kill -9 $$'
check_not "no test given is a failure" tests/tap-run
done_testing
