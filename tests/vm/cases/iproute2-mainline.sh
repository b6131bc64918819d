#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What iproute2's vdpa says on mainline's modules is what tests/vm/golden/iproute2-mainline.txt has on record: the
# yardstick for the same on ours.
# modules: mainline
# boot: own
# timeout: 180
# A device without a name is mainline's to warn about:
# expect-dmesg: WARNING: .*kobject_add_internal
# shellcheck source=tests/vm/lib/tap.sh
. /mnt/tests/lib/tap.sh
# shellcheck source=tests/vm/lib/iproute2-case.sh
. /mnt/tests/lib/iproute2-case.sh

iproute2_case mainline
