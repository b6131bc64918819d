#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every ioctl of vhost_vdpa and the errno of each way to get it wrong.
# timeout: 120
. /mnt/tests/lib/tap.sh
. /mnt/tests/lib/vhost.sh
vhost_group ioctl
