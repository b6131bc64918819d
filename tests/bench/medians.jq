# SPDX-License-Identifier: GPL-2.0-or-later
# The lines of a benchmark, SET|CONFIGURATION|VALUE..., as one object: for each configuration and column what each round
# gave, the medians, and how many times better ours is than each other set. $name, $unit and $columns come from the script.

def median: sort | .[(length - 1) / 2 | floor];
def in_order: reduce .[] as $x ([]; if index([$x]) then . else . + [$x] end);
# 4 digits are more than is known.
def rounded: if . == null then null else . * 1000 | round / 1000 end;
def better($other):
	if . == null or $other == null then null
	elif $unit == "us" then if . == 0 then null else $other / . end
	else if $other == 0 then null else . / $other end
	end;

[inputs | split("|") | select(length == 3)
	| {set: .[0], config: .[1], values: (.[2] | split(" ") | map(tonumber))}] as $lines
| ($columns | split(" ")) as $columns
| ($lines | map(.set) | in_order) as $sets
| if $lines == [] then error("the benchmark measured nothing") else . end
| {
	$name, $unit, $sets,
	rows: [
		($lines | map(.config) | in_order)[] as $config
		| range($columns | length) as $i
		| [$lines[] | select(.config == $config)] as $mine
		| ($mine | group_by(.set) | map({key: .[0].set, value: map(.values[$i])}) | from_entries) as $rounds
		| ($rounds | map_values(median)) as $medians
		| {
			$config, column: $columns[$i], $medians, $rounds,
			ratios: ($medians | with_entries(select(.key != "ours"))
				| map_values(. as $other | $medians.ours | better($other) | rounded)),
		}
	],
}
