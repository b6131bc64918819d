#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What iproute2's vdpa says on our modules is what tests/vm/golden/iproute2-ours.txt has on record. How that differs from
# mainline, and why, is in iproute2-differences.txt, which tests/cli/iproute2-differences checks without a VM.
# modules: ours
# debug: no
# timeout: 180
# shellcheck source=tests/vm/lib/tap.sh
. /mnt/tests/lib/tap.sh
# shellcheck source=tests/vm/lib/iproute2-case.sh
. /mnt/tests/lib/iproute2-case.sh

iproute2_case ours
