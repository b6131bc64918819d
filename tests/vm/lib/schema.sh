# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# For cases that look at vdpactl's JSON (. /mnt/tests/lib/schema.sh after tap.sh).
schema=/usr/share/vdpactl/vdpactl.schema.json

# described NAME OPTION... COMMAND...: its JSON is as the schema says.
described() {
	local name=$1
	shift
	vdpactl -j "$@" >out.json && jq -r --argjson schema "$(cat "$schema")" --arg name "$name" \
		-f /mnt/tests/lib/schema.jq out.json >faults && ! grep . faults
}
