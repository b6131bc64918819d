# SPDX-License-Identifier: GPL-2.0-or-later
# What medians.jq made, as a table.

def left($width): . + " " * ([$width - length, 0] | max);
def right($width): " " * ([$width - length, 0] | max) + .;
def shown: if . == null then "-" else tostring end;
def ratio: if . == null then "-" else . * 100 | round / 100 | tostring end;

.sets as $sets
| ($sets | map(select(. != "ours"))) as $others
| ([.rows[].config, "\(.name) (\(.unit))"] | map(length) | max + 2) as $first
| ([.rows[].column] | map(length) | max + 1) as $second
| (("\(.name) (\(.unit))" | left($first)) + ("" | left($second))
	+ ($sets | map(right(13)) | add) + ($others | map("ours/" + . | right(18)) | add)),
(.rows[] | . as $row
	| (.config | left($first)) + (.column | left($second))
	+ ($sets | map($row.medians[.] | shown | right(13)) | add)
	+ ($others | map($row.ratios[.] | ratio | right(18)) | add))
