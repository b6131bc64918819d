#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Saved definitions with vdpactl: defined, started, changed behind their back, promoted, exported and applied again.
# modules: both
# debug: no
# timeout: 240
# shellcheck source=tests/vm/lib/tap.sh
. /mnt/tests/lib/tap.sh
# shellcheck source=tests/vm/lib/daemon.sh
. /mnt/tests/lib/daemon.sh
# shellcheck source=tests/vm/lib/schema.sh
. /mnt/tests/lib/schema.sh
need_simulator
modprobe virtio_vdpa

# saved NAME KEY
saved() {
	vdpactl -j def show "$1" | jq -c --arg name "$1" --arg key "$2" '.def[$name][$key]'
}

check "a device is defined" described "def add" def add web0 mgmtdev vdpasim_net mac 02:00:00:00:00:01 driver none
is "$(vdpactl -j dev show)" '{"dev":{}}' "nothing is created"
is "$(saved web0 live)" false "it does not live"
check "it is started" described "def start" def start web0
is "$(vdpactl -j dev config show web0 | jq -r .config.web0.mac)" 02:00:00:00:00:01 "it is as it was defined"
is "$(saved web0 drift)" '[]' "which shows"
vdpactl dev bind web0 virtio >/dev/null
is "$(saved web0 drift)" '["driver"]' "what was changed since shows"
is "$(vdpactl -j -o saved,drift dev show web0)" '{"dev":{"web0":{"saved":true,"drift":["driver"]}}}' "... beside the device, too"
like "$(vdpactl doctor)" '"web0" is not as it is saved: driver' "the doctor has it, too"
check "the list is as described" described "def show" def show
vdpactl --direct dev add live0 mgmtdev vdpasim_net mac 02:00:00:00:00:02 driver none >/dev/null
check "a live device is saved" described "def promote" def promote live0 autostart yes
is "$(saved live0 autostart)" true "to be created by itself"

vdpactl export >devices.json
check "what is exported is a definition file" described export export
check "definitions are forgotten" described "def del" def del web0
check "both" vdpactl def del live0
is "$(vdpactl -j def show)" '{"def":{}}' "none is left"
vdpactl dev del web0
check "a rehearsal of that is as described" described --dry-run -n apply devices.json
is "$(vdpactl -j apply devices.json | jq -r '.applied[] | .action + " " + .name' | xargs)" "define live0 define web0 start web0" \
	"all are there again"
is "$(vdpactl export)" "$(cat devices.json)" "byte by byte"
check "applied again nothing happens" described apply apply devices.json
is "$(vdpactl -j apply devices.json)" '{"applied":[]}' "nothing at all"
vdpactl dev bind web0 virtio >/dev/null
is "$(vdpactl -n apply devices.json)" "would bind web0: driver" "what was changed since would be changed back"
is "$(vdpactl --direct apply devices.json)" "web0: bound" "which can be had without the daemon, too"
vdpactl --direct dev add stray0 mgmtdev vdpasim_net driver none >/dev/null
jq '.devices |= map(select(.name != "live0"))' devices.json >fewer.json
is "$(vdpactl apply --prune fewer.json | xargs)" "live0: stopped live0: forgotten" "what the file has no more goes"
is "$(vdpactl -j dev show | jq -r '.dev | keys | join(" ")')" "stray0 web0" "but not what was never saved"
vdpactl dev del stray0
check "all is applied again" vdpactl apply devices.json
check_status 4 "not everybody may save" setpriv --reuid 65534 --regid 65534 --clear-groups vdpactl def del web0
check "but everybody may look" setpriv --reuid 65534 --regid 65534 --clear-groups vdpactl def show web0

for name in web0 live0; do
	check "$name is stopped" described "def stop" def stop $name
	check "$name is forgotten" vdpactl def del $name
done
is "$(vdpactl -j dev show)" '{"dev":{}}' "nothing is left"
daemon_cleanup
done_testing
