# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Reads what a test printed and says how many tests passed, failed and were skipped. Sourced.

# tap_judge NAME STATUS FILE: prints what is wrong in FILE (TAP) and, last, "RESULT <passed> <failed> <skipped> NAME".
# A plan that is missing, a count that does not fit it, a failed exit status and an empty run are failures too.
tap_judge() {
	awk -v name="$1" -v status="$2" '
		# However much is wrong with a file as such, it counts once.
		function wrong(what) { print name ": " what; structural = 1 }
		# What a failed test says about itself follows it.
		failing && /^[ \t]*#/ { print "  " $0; next }
		{ failing = 0 }
		/^Bail out!/ { wrong($0); next }
		/^1\.\.[0-9]+/ {
			if (planned) wrong("a second plan: " $0)
			planned = 1
			split($1, part, /\.\./)
			plan = part[2] + 0
			if (plan == 0 && /# *[Ss][Kk][Ii][Pp]/) { skipped++; skip_all = 1; print name ": " $0 }
			next
		}
		/^ok( |$)/ {
			seen++
			if (/# *[Ss][Kk][Ii][Pp]/) { skipped++; print name ": " $0 } else passed++
			next
		}
		/^not ok( |$)/ { seen++; failed++; failing = 1; print name ": " $0; next }
		END {
			if (!planned) wrong("no plan")
			else if (plan != seen) wrong("planned " plan " tests and ran " seen + 0)
			else if (!seen && !skip_all) wrong("no test was run")
			if (status == 124 || status == 137) wrong("time was up")
			else if (status != 0 && !failed) wrong("exit status " status " though no test failed")
			else if (status == 0 && failed) wrong("exit status 0 though tests failed")
			print "RESULT", passed + 0, failed + structural + 0, skipped + 0, name
		}' "$3"
}
