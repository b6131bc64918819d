#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What ./demo shows works: the main job from end to end on our modules, and nothing is left of it.
# timeout: 120
. /mnt/tests/lib/tap.sh

check "the demo runs to its end" bash /mnt/tests/demo/demo.sh
is "$(ls /sys/bus/vdpa/devices)" "" "no device is left"
done_testing
