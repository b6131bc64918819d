#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The catalogue of known bugs is up to date, and every bug has a test or somebody who owes it.
. "$(dirname "$0")/../lib/tree.sh"

check "tests name rows" test "$(tests/catalogue/make -n | wc -l)" -gt 50
none_found "every row has a test or is owed, and every id in a title has a row" tests/catalogue/make -u
up_to_date() {
	tests/catalogue/make | diff tests/CATALOGUE.md -
}
none_found "tests/CATALOGUE.md is what tests/catalogue/make prints" up_to_date
done_testing
