#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# org.vdpactl1(5) has each method with its arguments, each property with its type, each polkit action and each error of the
# interfaces, and no others. That the interfaces are what the daemon has, test-bus-tree shows.
. "$(dirname "$0")/../lib/tree.sh"

page=man/org.vdpactl1.5
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT

# The page's words, without fonts and requests.
plain=$(sed -E 's/^\.(B|I|BR|BI|RB|IR|RI|TP|TQ|PP|SH|SS) ?//; s/\\f[BIPR]//g; s/\\-/-/g; s/"//g' "$page" | tr -s '\n ' '  ')

# Members of the interfaces as the page has them: "Name (s in) -> (o out)", "Name (s".
awk '
	function value(key, text) { text = $0; sub(".* " key "=\"", "", text); sub("\".*", "", text); return text }
	/<method / { name = value("name"); ins = outs = ""; if (/\/>/) print name " ()" }
	/<arg / {
		arg = value("type") " " value("name")
		if (/direction="in"/) ins = ins (ins == "" ? "" : ", ") arg
		else outs = outs (outs == "" ? "" : ", ") arg
	}
	/<\/method>/ { print name " (" ins ")" (outs == "" ? "" : " -> (" outs ")") }
	/<property / { print value("name") " (" value("type") }
' daemon/interfaces/*.xml | sort -u >"$temp/members"
check "the interfaces have members" test "$(wc -l <"$temp/members")" -gt 40
missing() {
	local member
	while read -r member; do
		[[ $plain == *"$member"* || $plain == *"${member/ (/(}"* ]] || echo "$member"
	done <"$temp/members"
}
none_found "the page has all of them" missing

# The page's own, the other way round.
{
	grep -oE '^\.BR [A-Z][A-Za-z]+ "\([^"]*' "$page" | sed -E 's/^\.BR ([A-Za-z]+) "/\1 /'
	sed -n '/^Properties$/,/^\.\(SS\|TP\|SH\)/p' "$page" | grep -oE '"? ?[A-Z][A-Za-z]+ " \([a-z]' | sed -E 's/^[" ]*//; s/ " / /'
} >"$temp/own"
check "the page's members are found" test "$(wc -l <"$temp/own")" -gt 40
unknown() {
	local member
	while read -r member; do
		grep -qF -- "$member" "$temp/members" || echo "$member"
	done <"$temp/own"
}
none_found "and no others" unknown

grep -oE 'action id="[a-z0-9.-]+"' systemd/polkit/*.policy | sed 's/.*id="//; s/"//' | sort -u >"$temp/actions"
grep -oE 'org\.vdpactl1\.[a-z]+(-[a-z]+)*' "$page" | sort -u >"$temp/own"
check "there are polkit actions" test -s "$temp/actions"
none_found "the page has just the polkit actions that there are" diff "$temp/actions" "$temp/own"

sed -nE 's/^#define BUS_ERROR_[A-Z_]+ +BUS_ERROR_PREFIX "([A-Za-z]+)"$/\1/p' libvdpactl/util/bus-error-map.h | sort >"$temp/errors"
check "there are errors" test -s "$temp/errors"
not_there() {
	local error
	while read -r error; do
		[[ $plain == *"$error"* ]] || echo "$error"
	done <"$temp/errors"
}
none_found "the page has all errors" not_there
done_testing
