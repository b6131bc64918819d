#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# One of its two tests fails.
# modules: mainline
# programs: no
. /mnt/tests/lib/tap.sh
check "true" true
check_not "a program that is missing is no failure that was wanted" /no/such/program
done_testing
